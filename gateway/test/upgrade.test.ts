import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { registryEventSchema } from '../../schemas/registry-event.ts';
import { huren } from '../cli/huren.fixture.ts';
import { openSqliteCoverage } from '../coverage/store-sqlite.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { openLogSigner, REGISTRY_OWNER } from '../keys/log-signer.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { openSqlitePasses } from '../passes/store-sqlite.ts';
import { LOG_ORIGIN, NOW_S, snapshotKeyIn } from '../registry/registry.fixture.ts';
import { WritableRegistry } from '../registry/writable-registry.ts';
import { readSqliteFile } from '../stores/sqlite-file.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { ROOT } from './import-graph.ts';
import { tempFolder } from './registry-site.fixture.ts';

/** Every file of a data directory that version 0.1.0 has written, packed: keys, a log of twelve entries, coverage, passes. */
const PACKED = z.record(z.string(), z.base64());
/** The form of a registry event as 0.1.0 takes it (JSON Schema, packed). It takes no other for true. */
const PACKED_FORM = z.object({ schema: z.base64() });

let older: string;
beforeAll(() => {
  older = tempFolder((clean) => process.once('exit', clean));
  const text = readFileSync(join(import.meta.dirname, 'data-directory-0.1.0.json'), 'utf8');
  for (const [path, packed] of Object.entries(PACKED.parse(JSON.parse(text)))) {
    mkdirSync(dirname(join(older, path)), { recursive: true });
    writeFileSync(join(older, path), gunzipSync(Buffer.from(packed, 'base64')), { mode: 0o600 });
  }
});

function copied(): string {
  const dataDir = join(tempFolder(onTestFinished), 'node');
  cpSync(older, dataDir, { recursive: true });
  return dataDir;
}

describe('a data directory of version 0.1.0', () => {
  test('has a log that this version cannot go on with', async () => {
    const dataDir = copied();
    const keys = openKeyStore({ setting: null, dataDir });
    const { registry: pin } = trustBundleSchema.parse(JSON.parse(readFileSync(join(dataDir, 'anchor.json'), 'utf8')));
    const store = openSqliteStore(join(dataDir, 'log.sqlite'));
    const registry = await WritableRegistry.open({
      store,
      logSigner: await openLogSigner(keys, REGISTRY_OWNER, LOG_ORIGIN, { nowS: NOW_S }),
      genesis: { anchor: pin ?? null, logKeys: pin?.log_keys ?? [] },
      nowS: () => NOW_S,
      snapshotPath: join(dataDir, 'registry-snapshot.json'),
      snapshotKey: await snapshotKeyIn(dataDir),
      checkpointPath: join(dataDir, 'last-checkpoint.txt'),
      onFault: () => {},
      onListenerFault: () => {},
    });
    expect([registry.folded().size, registry.current().adapters.get('410000')?.stage]).toEqual([12, 'active']);
    await registry.close();
    await store.close();
    const verified = await huren(['log', 'verify', '--json'], { HUREN_DATA_DIR: dataDir });
    expect([verified.exit, verified.stderr]).toEqual([0, '']);
  });

  test('loses counts, reports or what was withdrawn', async () => {
    const dataDir = copied();
    const coverage = await openSqliteCoverage(join(dataDir, 'coverage.sqlite'), { withholdBelow: 1 });
    const [sum] = await coverage.sums({ afterMinute: -1, venueKind: 'each' });
    expect(sum?.tally.counts()).toMatchObject({ 'answer:green:pass:live': 3 });
    const reports = await coverage.reportsAfter('gateway/440000', { epoch: null, number: 0 }, 10);
    expect(reports).toEqual([{ number: 1, body: 'a report' }]);
    await coverage.close();
    const file = readSqliteFile(join(dataDir, 'coverage.sqlite'));
    const [newest] = file.prepare(`SELECT max(number) AS number FROM huren_migration WHERE store = 'coverage'`).all();
    // 0.1.0 goes on with tables that need no more than this: the way back stays open.
    expect(newest).toEqual({ number: 2 });
    file.close();
    const passes = await openSqlitePasses(join(dataDir, 'passes.sqlite'));
    const [list = ''] = await passes.lists();
    expect((await passes.stateOf(list))?.withdrawn.length).toBe(1);
    await passes.close();
  });
});

/** As much of a JSON Schema as names the members of what it describes, and the values of those with few. */
const formSchema = z.looseObject({
  get properties() {
    return z.record(z.string(), formSchema).optional();
  },
  get oneOf() {
    return z.array(formSchema).optional();
  },
  get anyOf() {
    return z.array(formSchema).optional();
  },
  get items() {
    return formSchema.optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), formSchema]).optional();
  },
  get $defs() {
    return z.record(z.string(), formSchema).optional();
  },
  $ref: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
});
type Form = z.infer<typeof formSchema>;

/** Every member and every value that such a form has room for, below the kind of its event. */
function roomIn(form: Form, defs: Form['$defs'] = form.$defs, below: readonly string[] = []): string[][] {
  const { $ref, properties = {}, oneOf = [], anyOf = [], items, additionalProperties } = form;
  const meant = $ref === undefined ? undefined : defs?.[$ref.slice('#/$defs/'.length)];
  const values = [...(form.enum ?? []), ...('const' in form ? [form.const] : [])].map((value) => [
    ...below,
    `${value}`,
  ]);
  const inside = [meant, ...oneOf, ...anyOf, items, additionalProperties].filter((each) => typeof each === 'object');
  const members = Object.entries(properties).flatMap(([name, member]) => [
    [...below, name],
    ...roomIn(member, defs, [...below, name]),
  ]);
  const kind = properties['kind']?.const;
  const named = members.map((path) => (kind === undefined ? path : [`${kind}`, ...path]));
  return [...values, ...named, ...inside.flatMap((each) => roomIn(each, defs, below))];
}

test('an event, or a member of one, that 0.1.0 does not take is entered, and the runbook is silent about it', () => {
  const text = readFileSync(join(import.meta.dirname, 'registry-event-0.1.0.json'), 'utf8');
  const packed = PACKED_FORM.parse(JSON.parse(text)).schema;
  const before = roomIn(formSchema.parse(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString())));
  expect(before.length).toBeGreaterThan(900);
  const now = roomIn(formSchema.parse(z.toJSONSchema(registryEventSchema, { io: 'input', reused: 'inline' })));
  const known = new Set(before.map((path) => path.join()));
  const kinds = new Set(before.map(([kind]) => kind));
  const added = now.filter((path) => !known.has(path.join()));
  // Of an event that is new as a whole its kind is enough.
  const wanted = new Set(added.map((path) => (kinds.has(path[0]) ? path.at(-1) : path[0])));
  const runbook = readFileSync(join(ROOT, 'deploy/RUNBOOK.md'), 'utf8');
  const [, upgrading = ''] = /^## Upgrading\n([\s\S]*?)^## /m.exec(runbook) ?? [];
  expect([...wanted].filter((name) => !upgrading.includes(`\`${name}\``))).toEqual([]);
  expect(wanted).toContain('adapter_rejected');
});
