import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { ROOT } from './import-graph.ts';
import { killAtExit } from './kill-at-exit.ts';
import { type InstalledPackage, installTarball } from './package.fixture.ts';
import { compileAgainst } from './pasted-page.ts';
import { PATIENCE_MS } from './patience.ts';

const PRETEND_OLD =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';
const ENTRIES = ['client', 'verify', 'log', 'federation'];
const WITHIN = { timeout: PATIENCE_MS, interval: 200 };

let installed: InstalledPackage;
beforeAll(() => {
  installed = installTarball();
});
afterAll(() => installed.remove());

describe('the tarball', () => {
  test.each([
    'deploy/RUNBOOK.md',
    'deploy/prometheus/service.yaml',
    'deploy/grafana/huren.json',
    'CHANGELOG.md',
    'LICENSE',
    'dist/gateway/web/dist/manifest.json',
    'dist/schemas/generated/openapi.json',
    'dist/schemas/vectors/log/proofs.json',
  ])('lacks %s', (path) => {
    expect(installed.files).toContain(path);
  });

  test('has tests, the benchmark or TypeScript in it, which nobody could run there', () => {
    const useless = /\.test\.|\.fixture\.|\.contract\.|gateway\/(?:test|bench)\/|(?<!\.d)\.tsx?$/;
    expect(installed.files.filter((path) => useless.test(path) && !path.endsWith('.test.yaml'))).toEqual([]);
  });
});

test('somebody else’s code comes along under terms that nobody has looked at', () => {
  const listed = spawnSync(process.execPath, ['gateway/test/licences.ts'], { cwd: ROOT, encoding: 'utf8' });
  expect([listed.status, listed.stderr]).toEqual([0, '']);
});

describe('the installed command', () => {
  test('an old Node without a pinned one fails in many lines', async () => {
    const alone = mkdtempSync(join(tmpdir(), 'huren-alone-'));
    copyFileSync(installed.command, join(alone, 'huren.mjs'));
    const ran = await installed.run(['--import', PRETEND_OLD, join(alone, 'huren.mjs'), '--version']);
    rmSync(alone, { recursive: true });
    expect(ran.stderr).toMatch(/^huren: node_too_old: Node 24\.12 .+ 20\.20\.2.+\n$/);
    expect(ran.exit).toBe(1);
  });

  test('does not start below node_modules, or loses the exit code', async () => {
    const good = await installed.run([installed.command, '--version']);
    expect(good).toEqual({ exit: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
    const wrong = await installed.run([installed.command, 'scan']);
    expect([wrong.exit, wrong.stderr.split('\n')[0]]).toEqual([
      2,
      "huren: usage_invalid: missing required argument 'code', or --file: one of the two",
    ]);
  });

  test.runIf(process.platform === 'linux')('an old Node does not find the pinned one', async () => {
    const ran = await installed.run(['--import', PRETEND_OLD, installed.command, '--version']);
    expect([ran.exit, ran.stderr]).toEqual([0, '']);
  });

  test('a gateway with its simulated provinces does not start, or its printed scan does not run', async () => {
    const port = await freePort();
    const env = { HUREN_PORT: String(port), HUREN_DATA_DIR: join(installed.site, 'data'), HUREN_LOG_LEVEL: 'warn' };
    const gateway = spawn(process.execPath, [installed.command, 'serve', '--sandbox'], {
      cwd: installed.site,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    killAtExit(gateway);
    let said = '';
    for (const stream of [gateway.stdout, gateway.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
      });
    }
    await vi.waitFor(() => expect(said).toMatch(/Ctrl-C stops everything|停止/), WITHIN);
    const [, code = ''] = /huren scan '([^']+)'/.exec(said) ?? [];
    const scan = await installed.run([installed.command, 'scan', code, '--json'], {
      HUREN_URL: `http://127.0.0.1:${port}`,
      HUREN_DATA_DIR: env.HUREN_DATA_DIR,
    });
    expect(JSON.parse(scan.stdout)).toMatchObject({ decision: 'pass', verified: true });
    const page = await fetch(`http://127.0.0.1:${port}/scan`);
    expect(page.status).toBe(200);
    gateway.kill('SIGTERM');
    await vi.waitFor(() => expect(gateway.exitCode).not.toBeNull(), WITHIN);
  });
});

describe('what the package exports', () => {
  const compiled = (entry: string) => join(installed.site, 'node_modules/huren/dist/gateway/client', entry);

  test('has no types, or some that a compiler refuses', () => {
    expect(compileAgainst(installed.site, USE_EVERYTHING)).toBe('');
  });

  test.each(ENTRIES)('huren/%s needs more than a browser has', (entry) => {
    expect(nodeModulesReached(`${compiled(entry)}.js`)).toEqual([]);
  });

  test('does not judge the published vectors as they say', async () => {
    writeFileSync(join(installed.site, 'vectors.mjs'), RUN_VECTORS);
    const ran = await installed.run(['vectors.mjs']);
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout)).toEqual({ wrong: [], chains: 13, inclusion: 10, consistency: 6, checkpoints: 5 });
  });
});

const USE_EVERYTHING = `
import { type VenueCredentials, VenueClient, type VerificationReply } from 'huren/client';
import { type ResolvedEntity, type TrustAnchor, validateChain } from 'huren/federation';
import { type Checkpoint, parseVerifierKey, verifyCheckpoint } from 'huren/log';
import { OfflineVerifier } from 'huren/verify';
export const ask = async (venue: VenueClient): Promise<VerificationReply['decision']> =>
  (await venue.verify({ code: 'YKM1', purpose: 'medical_visit' })).decision;
export const isOf = (by: OfflineVerifier, reply: VerificationReply) => by.verifyAnswer(reply, {});
// @ts-expect-error a purpose that is not listed
export const wrong = (venue: VenueClient) => venue.verify({ code: 'YKM1', purpose: 'sightseeing' });
export const clientOf = (credentials: VenueCredentials) => new VenueClient(credentials);
export const resolved = (chain: string[], anchor: TrustAnchor): Promise<ResolvedEntity> => validateChain(chain, anchor, 1);
export const checkpoint = (note: string, key: string): Checkpoint =>
  verifyCheckpoint(note, { origin: 'log', logKeys: [parseVerifierKey(key)], witnesses: [] });
export const verifier = (anchor: string, bundle: string) => new OfflineVerifier({ anchor, bundle });
`;

/** As text, since it is run by whoever installed the package. */
const RUN_VECTORS = `
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { validateChain } from 'huren/federation';
import { parseVerifierKey, verifyCheckpoint, verifyConsistency, verifyInclusion } from 'huren/log';
const at = createRequire(import.meta.url);
const vectors = (name) => JSON.parse(readFileSync(at.resolve('huren/vectors/' + name + '.json'), 'utf8'));
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const wrong = [];
const chains = vectors('federation/chains');
for (const { name, at_s, statements, expected } of chains.vectors) {
  const got = await validateChain(statements, chains.anchor, at_s).then(
    ({ entityId, expS }) => ({ entity_id: entityId, exp_s: expS }),
    ({ code }) => ({ refused: code }),
  );
  if (JSON.stringify(got) !== JSON.stringify(expected)) wrong.push([name, got]);
}
const { inclusion, consistency, checkpoints, origin, verifier_key } = vectors('log/proofs');
for (const { name, defect, index, size, leaf_hash, proof, root } of inclusion) {
  const holds = verifyInclusion({ index, size, leafHash: bytes(leaf_hash), proof: proof.map(bytes), root: bytes(root) });
  if (holds !== (defect === null)) wrong.push([name, holds]);
}
for (const { name, defect, size1, size2, proof, root1, root2 } of consistency) {
  const holds = verifyConsistency({ size1, size2, proof: proof.map(bytes), root1: bytes(root1), root2: bytes(root2) });
  if (holds !== (defect === null)) wrong.push([name, holds]);
}
for (const { name, note, refused } of checkpoints) {
  let got = null;
  try {
    verifyCheckpoint(note, { origin, logKeys: [parseVerifierKey(verifier_key)], witnesses: [] });
  } catch ({ code }) {
    got = code;
  }
  if (got !== refused) wrong.push([name, got]);
}
const [c, i, s, n] = [chains.vectors, inclusion, consistency, checkpoints].map(({ length }) => length);
console.log(JSON.stringify({ wrong, chains: c, inclusion: i, consistency: s, checkpoints: n }));
`;

/** Modules of node that a compiled file imports, itself or by what it imports of ours. */
function nodeModulesReached(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const named = [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s+'([^']+)'/g)].map(([, name = '']) => name);
  return named.flatMap((name) => {
    if (name.startsWith('node:')) return [`${file}: ${name}`];
    return name.startsWith('.') ? nodeModulesReached(join(dirname(file), name), seen) : [];
  });
}
