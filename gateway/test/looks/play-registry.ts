import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { huren } from '../../cli/huren.fixture.ts';
import { divisionExample, exampleAs, failingExample } from '../registry-page.ts';

/** Where a sandbox is asked, and where it keeps the operators' keys. */
export interface PlayedAt {
  readonly url: string;
  readonly dataDir: string;
}

/** Runs one command of an operator or a province. Throws with what it said where it ends otherwise. */
export async function runAt({ url, dataDir }: PlayedAt, argv: readonly string[], exit = 0): Promise<void> {
  const ran = await huren(argv, { HUREN_URL: url, HUREN_DATA_DIR: dataDir });
  if (ran.exit !== exit) throw new Error(`huren ${argv.join(' ')}: ${ran.stderr}`);
}

/**
 * Makes a sandbox's registry one in which every stage is to be seen: a version in use, one on trial, one that waits for a
 * second approval, one that was rejected, one that the conformance check failed, a division's own system, and a suspended
 * province. Done once in a sandbox's life.
 */
export async function playRegistry(at: PlayedAt): Promise<void> {
  if ((await fetch(`${at.url}/v1/registry/adapters/120000`)).ok) return;
  const scratch = mkdtempSync(join(tmpdir(), 'huren-looks-'));
  const run = (...argv: string[]) => runAt(at, argv);
  const submit = async (version: string, operators: readonly string[]) => {
    await run('adapter', 'submit', exampleAs(scratch, version));
    for (const operator of operators) await run('adapter', 'approve', '120000', version, '--as', operator);
  };
  await run('registry', 'enrol', 'province:120000');
  await submit('0.1.0', ['operator-a', 'operator-b']);
  await run('adapter', 'activate', '120000', '0.1.0', '--as', 'operator-a');
  await submit('0.2.0', ['operator-a', 'operator-b']);
  await run('adapter', 'activate', '120000', '0.2.0', '--canary', '25', '--as', 'operator-a');
  await submit('0.3.0', ['operator-a']);
  await submit('0.4.0', []);
  await run('adapter', 'reject', '120000', '0.4.0', '--reason', 'authority_wrong', '--as', 'operator-a');
  await run('adapter', 'submit', divisionExample(scratch, '120116'));
  // It is taken in, and its command ends as one that found a fault.
  await runAt(at, ['adapter', 'submit', failingExample(scratch, '0.5.0')], 1);
  await run('adapter', 'suspend', '460000', '--reason', 'misuse', '--as', 'operator-a');
  rmSync(scratch, { recursive: true, force: true });
}
