import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { huren } from '../../cli/huren.fixture.ts';
import { noOptions, startedWith } from '../../program-options.ts';
import { type SandboxGateway, startSandboxGateway } from '../sandbox-gateway.ts';
import { REHEARSALS } from './procedures.ts';

const HELP = `Usage: npm run rehearse

Goes through the procedures of deploy/RUNBOOK.md that are commands, against a sandbox of its own, and scans after each: what a
procedure breaks for travellers is worse than what it mends. Within five minutes. Not rehearsed: what people do (telephones,
other machines).

Options:
  --help  print this

Exit code: 0 all procedures work as written, 1 a command fails or a scan says something else than it must, 2 wrong usage.
`;
startedWith(HELP, noOptions);

const keysSchema = z.object({
  keys: z.array(z.object({ owner: z.string(), use: z.string(), kid: z.string(), state: z.string() })),
});
const entitiesSchema = z.object({
  entities: z.array(
    z.object({
      entity_id: z.string(),
      keys: z.array(z.object({ kid: z.string(), use: z.string(), state: z.string() })),
    }),
  ),
});
const codesSchema = z.array(z.object({ scenario: z.string(), code: z.string() }));
const scanSchema = z.object({ decision: z.string(), verified: z.literal(true) });
/** A line that is a verifier key of a log: name, hash, key. */
const VERIFIER_KEY = /^\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$/;

const SCANNED_WITHIN_MS = 30_000;

const folder = mkdtempSync(join(tmpdir(), 'huren-rehearsal-'));
let failed = 0;
const gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
try {
  const codes = codesSchema.parse(JSON.parse(await said('sandbox codes --province 410000 --json')));
  const code = codes.find(({ scenario }) => scenario === 'green')?.code ?? '';
  for (const { section, what, commands, scanned } of REHEARSALS) {
    const startedMs = performance.now();
    const fault = await rehearsed(commands).catch((error: Error) => error.message);
    let outcome = await outcomeOf(code);
    // A key that was replaced at once verifies once its superior's statement names the next one.
    while (outcome !== scanned && performance.now() - startedMs < SCANNED_WITHIN_MS) outcome = await outcomeOf(code);
    const isGood = fault === null && outcome === scanned;
    failed += isGood ? 0 : 1;
    const tookS = ((performance.now() - startedMs) / 1000).toFixed(1);
    process.stdout.write(`${isGood ? '✓' : '✗'} ${section}: ${what} (${tookS} s); a scan says ${outcome}\n`);
    if (fault !== null) process.stdout.write(`    ${fault}\n`);
  }
} finally {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${REHEARSALS.length - failed} of ${REHEARSALS.length} procedures work as written\n`);
process.exit(failed === 0 ? 0 : 1);

async function rehearsed(commands: readonly string[]): Promise<null> {
  const printed: string[] = [];
  for (const command of commands) {
    const words: string[] = [];
    for (const word of command.split(' ')) words.push(await filledIn(word, printed, gateway));
    printed.push(...(await ran(words)).split('\n').filter((line) => VERIFIER_KEY.test(line)));
  }
  return null;
}

async function filledIn(word: string, printed: readonly string[], { url }: SandboxGateway): Promise<string> {
  const [whole = '', name = ''] = /\{([^}]+)\}/.exec(word) ?? [];
  if (whole === '') return word;
  const [kind = '', ...rest] = name.split('/');
  const about = rest.join('/');
  const found =
    { folder, entity: `${url}/${about}`, printed: printed[Number(about)] }[kind] ?? (await kidOf(kind, about));
  return word.replace(whole, found);
}

async function kidOf(kind: string, about: string): Promise<string> {
  if (kind === 'key') {
    const { keys } = keysSchema.parse(JSON.parse(await said('keys list --json')));
    const key = keys.find(({ owner, use, state }) => `${owner}/${use}` === about && state === 'active');
    return key?.kid ?? '';
  }
  const { entities } = entitiesSchema.parse(JSON.parse(await said('registry list --json')));
  const entity = entities.find(({ entity_id }) => entity_id.endsWith(`/${about}`));
  return entity?.keys.find(({ use, state }) => use === 'registry' && state === 'active')?.kid ?? '';
}

function said(command: string): Promise<string> {
  return ran(command.split(' '));
}

/** What a command printed. Rejects with what it says of its failure. */
async function ran(argv: readonly string[]): Promise<string> {
  const { exit, stdout, stderr } = await huren(argv, environment());
  if (exit !== 0) throw new Error(`huren ${argv.join(' ')}: exit ${exit}: ${stderr.split('\n')[0]}`);
  return stdout;
}

/** What a scan leads to: a decision whose chain verified, or the code of a refusal. */
async function outcomeOf(code: string): Promise<string> {
  const { stdout, stderr } = await huren(['scan', code, '--json'], environment());
  const refused = /^huren: (\w+):/m.exec(stderr)?.[1];
  if (refused !== undefined) return refused;
  return scanSchema.safeParse(JSON.parse(stdout)).data?.decision ?? 'an answer that does not verify';
}

function environment(): Record<string, string> {
  return {
    HUREN_URL: gateway.url,
    HUREN_DATA_DIR: gateway.dataDir,
    HUREN_BACKUP_PASSPHRASE: 'only for this rehearsal, and gone with it',
  };
}
