import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signCheckpoint } from '../log/checkpoint.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import { inclusionProof } from '../log/merkle-proof.ts';
import { noteKey } from '../log/note.ts';
import type { LogStore } from '../log/store.ts';
import { openSqliteStore } from '../log/store-sqlite.ts';
import { verifyLog } from '../log/verify-log.ts';
import type { LogFigures } from './result.ts';
import { median, rounded } from './statistics.ts';

const SIZES = [1_000, 10_000, 100_000];
const APPENDED_AT_ONCE = 1_000;
/** A signed registry event is about this long. */
const ENTRY_BYTES = 1_024;
const PROOFS = 500;
const ORIGIN = 'bench.invalid/registry';

/** The log on SQLite as it grows: appending, proofs with their verification, and an audit of the whole at the end. */
export async function measureLog(onProgress: (what: string) => void): Promise<LogFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'huren-bench-log-'));
  const store = openSqliteStore(join(folder, 'log.sqlite'));
  try {
    const inclusion: LogFigures['inclusion'] = [];
    const startedMs = performance.now();
    let appendMs = 0;
    let size = 0;
    for (const wanted of SIZES) {
      onProgress(`log of ${wanted} entries`);
      const beforeMs = performance.now();
      for (; size < wanted; size += APPENDED_AT_ONCE) await store.append(entries(size));
      appendMs += performance.now() - beforeMs;
      inclusion.push({ entries: wanted, prove_and_verify_us: rounded(await proofUs(store, wanted)) });
    }
    onProgress('audit of the log');
    const verify_s = await auditS(store);
    const total_s = rounded((performance.now() - startedMs) / 1000);
    return { inclusion, append_us_per_entry: rounded((appendMs * 1000) / size), entries: size, verify_s, total_s };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function entries(from: number): Uint8Array[] {
  return Array.from({ length: APPENDED_AT_ONCE }, (_, at) => entry(from + at));
}

function entry(index: number): Uint8Array {
  return Buffer.from(`event ${index} `.padEnd(ENTRY_BYTES, '.'));
}

async function proofUs(store: LogStore, size: number): Promise<number> {
  const { root } = await store.head();
  const taken: number[] = [];
  for (let at = 0; at < PROOFS; at += 1) {
    const index = (at * 7919) % size;
    const startedMs = performance.now();
    const proof = await inclusionProof({ index, size }, (nodes) => store.hashes(nodes));
    const included = verifyInclusion({ index, size, leafHash: leafHash(entry(index)), proof, root });
    taken.push((performance.now() - startedMs) * 1000);
    if (!included) throw new Error(`entry ${index} is not proved to be in the log`);
  }
  return median(taken);
}

async function auditS(store: LogStore): Promise<number> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const note = signCheckpoint({ origin: ORIGIN, ...(await store.head()) }, { name: ORIGIN, privateKey });
  await store.saveCheckpoint('signed', note, undefined);
  const trust = { origin: ORIGIN, logKeys: [noteKey(ORIGIN, 'ed25519', publicKey)], witnesses: [] };
  const startedMs = performance.now();
  const { findings } = await verifyLog({ store, trust });
  if (findings.length > 0) throw new Error('the audit of an untouched log found something');
  return rounded((performance.now() - startedMs) / 1000);
}
