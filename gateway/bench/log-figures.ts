import { leafHash, verifyInclusion } from '../log/merkle.ts';
import { inclusionProof } from '../log/merkle-proof.ts';
import type { LogStore } from '../log/store.ts';
import { verifyLog } from '../log/verify-log.ts';
import { entryChecker } from '../registry/apply-entry.ts';
import { createRegistryLog, type RegistryLog } from './registry-log.ts';
import type { LogFigures } from './result.ts';
import { median, rounded } from './statistics.ts';

const LOG_SIZES = [1_000, 10_000, 100_000];
const PROOFS = 500;

/**
 * The registry's log on SQLite as it grows: appending, proofs and a full audit at each size (hashes, signatures and
 * decisions from entry 0), and at the end the start of a gateway, without a snapshot and with one.
 */
export async function measureLog(
  onProgress: (what: string) => void,
  wanted: readonly number[] = LOG_SIZES,
): Promise<LogFigures> {
  const startedMs = performance.now();
  const log = await createRegistryLog();
  try {
    const sizes: LogFigures['sizes'] = [];
    const appended = { entries: 0, storeMs: 0 };
    for (const entries of wanted) {
      onProgress(`log of ${entries} entries: signing and appending`);
      const { entries: added, storeMs } = await log.growTo(entries);
      appended.entries += added;
      appended.storeMs += storeMs;
      onProgress(`log of ${entries} entries: proofs`);
      const prove_and_verify_us = rounded(await proofUs(log.store, entries));
      const verify_s = rounded(await auditS(log, (done) => onProgress(`log: verified ${done} of ${entries}`)));
      sizes.push({ entries, prove_and_verify_us, verify_s });
    }
    onProgress('log: start without a snapshot');
    const start_without_snapshot_s = rounded((await log.start()) / 1000);
    onProgress('log: start from its snapshot');
    const start_from_snapshot_s = rounded((await log.start()) / 1000);
    return {
      sizes,
      append_us_per_entry: rounded((appended.storeMs * 1000) / appended.entries),
      start_without_snapshot_s,
      start_from_snapshot_s,
      total_s: rounded((performance.now() - startedMs) / 1000),
    };
  } finally {
    await log.close();
  }
}

async function proofUs(store: LogStore, size: number): Promise<number> {
  const { root } = await store.head();
  const taken: number[] = [];
  for (let at = 0; at < PROOFS; at += 1) {
    const index = (at * 7919) % size;
    const [entry] = await store.read(index, index + 1);
    if (entry === undefined) throw new Error(`entry ${index} is missing`);
    const startedMs = performance.now();
    const proof = await inclusionProof({ index, size }, (nodes) => store.hashes(nodes));
    const included = verifyInclusion({ index, size, leafHash: leafHash(entry), proof, root });
    taken.push((performance.now() - startedMs) * 1000);
    if (!included) throw new Error(`entry ${index} is not proved to be in the log`);
  }
  return median(taken);
}

async function auditS({ store, logSigner, genesis }: RegistryLog, onDone: (done: number) => void): Promise<number> {
  await store.saveCheckpoint('signed', logSigner.sign(await store.head()), await store.loadCheckpoint('signed'));
  const startedMs = performance.now();
  const audit = { store, trust: logSigner.trust, checkEntry: entryChecker(genesis).check, onProgress: onDone };
  const { findings } = await verifyLog(audit);
  const [first] = findings;
  if (first !== undefined) throw new Error(`the audit of an untouched log found ${first.code} at ${first.index}`);
  return (performance.now() - startedMs) / 1000;
}
