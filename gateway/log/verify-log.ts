import { auditEntries, type CheckEntry } from './audit-entries.ts';
import { type CheckpointTrust, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { type Finding, Findings } from './findings.ts';
import { LogError } from './log-error.ts';
import { emptyRoot, sameBytes } from './merkle.ts';
import type { CheckpointSlot, Inventory, LogReader, TreeHead } from './store.ts';

/** What to verify, and with what. */
export type LogToVerify = {
  readonly store: LogReader;
  readonly trust: CheckpointTrust;
  /** A checkpoint kept out of reach of whoever can write the store: the only way to see a store put back whole. */
  readonly keptElsewhere?: string;
  readonly checkEntry?: CheckEntry;
  readonly onProgress?: (done: number, total: number) => void;
};

/** `signedSize`: how many entries the store's own signed checkpoint covers. No findings: the log is whole. */
export type LogAudit = {
  readonly size: number;
  readonly signedSize: number | undefined;
  readonly findings: readonly Finding[];
};

type Claim = { readonly checkpoint: VerifiedCheckpoint; readonly elsewhere: boolean };

/**
 * Recomputes the log from entry 0: entries, every stored hash, the head, and the checkpoints in the store and
 * elsewhere. Rejects with `LogError` when the store cannot be read, or `keptElsewhere` is itself not to be believed.
 */
export async function verifyLog(log: LogToVerify): Promise<LogAudit> {
  const findings = new Findings();
  // Read before the head: a log that grows meanwhile is then ahead of its checkpoints, never behind.
  const signed = await storedClaim(log, 'signed', findings);
  const cosigned = await storedClaim(log, 'cosigned', findings);
  const inventory = await takeInventory(log.store, findings);
  if (inventory === undefined) return { size: 0, signedSize: undefined, findings: findings.sorted() };
  const claims = [signed, cosigned, claimElsewhere(log)].filter((claim) => claim !== undefined);
  findRollBack(claims, inventory, findings);
  const within = claims.filter(({ checkpoint }) => checkpoint.size <= inventory.size);
  const roots = await auditEntries(
    {
      store: log.store,
      size: inventory.size,
      anchor: bestAnchor(within, inventory),
      findings,
      checkEntry: log.checkEntry,
      onProgress: log.onProgress,
    },
    new Set([inventory.size, ...within.map(({ checkpoint }) => checkpoint.size)]),
  );
  const vouchedFor = within.some(({ checkpoint }) => sameTreeHead(checkpoint, inventory));
  // A head that was signed is right: then it is the entries that differ from it.
  if (!vouchedFor) compareHead(inventory, roots, findings);
  for (const claim of within) compareClaim(claim, roots, findings);
  return { size: inventory.size, signedSize: signed?.checkpoint.size, findings: findings.sorted() };
}

async function storedClaim(
  { store, trust }: LogToVerify,
  slot: CheckpointSlot,
  findings: Findings,
): Promise<Claim | undefined> {
  const note = await store.loadCheckpoint(slot);
  if (note === undefined) {
    if (slot === 'signed') findings.add('checkpoint_missing', undefined, 'the store has no signed checkpoint');
    return undefined;
  }
  try {
    return { checkpoint: verifyCheckpoint(note, trust), elsewhere: false };
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    findings.add('checkpoint_forged', undefined, `the ${slot} checkpoint: ${cause.message}`);
    return undefined;
  }
}

function claimElsewhere({ keptElsewhere, trust }: LogToVerify): Claim | undefined {
  return keptElsewhere === undefined
    ? undefined
    : { checkpoint: verifyCheckpoint(keptElsewhere, trust), elsewhere: true };
}

async function takeInventory(store: LogReader, findings: Findings): Promise<Inventory | undefined> {
  try {
    const inventory = await store.inventory();
    const { size, entries, hashes } = inventory;
    if (entries > size) findings.add('entry_surplus', size, `${entries - size} entries lie beyond the head at ${size}`);
    if (hashes > nodesIn(size)) findings.add('tree_hash_surplus', size, `tree hashes lie beyond the head at ${size}`);
    return inventory;
  } catch (cause) {
    if (!(cause instanceof LogError) || cause.code !== 'corrupt') throw cause;
    findings.add('head_corrupt', undefined, cause.message);
    return undefined;
  }
}

function findRollBack(claims: readonly Claim[], { size }: TreeHead, findings: Findings): void {
  const longest = Math.max(0, ...claims.map(({ checkpoint }) => checkpoint.size));
  if (longest <= size) return;
  findings.add('rolled_back', size, `entries ${size} to ${longest - 1} were logged and are gone`);
}

// A signed head says more than the store's own, which whoever changed a row may have changed as well.
function bestAnchor(claims: readonly Claim[], head: TreeHead): TreeHead {
  const [longest] = claims.map(({ checkpoint }) => checkpoint).sort((a, b) => b.size - a.size);
  return longest ?? head;
}

function compareHead(head: TreeHead, roots: ReadonlyMap<number, Uint8Array>, findings: Findings): void {
  const computed = head.size === 0 ? emptyRoot : roots.get(head.size);
  if (computed !== undefined && !sameBytes(computed, head.root)) {
    findings.add('head_changed', undefined, `the head's root at ${head.size} is not that of the entries`);
  }
}

function sameTreeHead(a: TreeHead, b: TreeHead): boolean {
  return a.size === b.size && sameBytes(a.root, b.root);
}

function compareClaim(
  { checkpoint, elsewhere }: Claim,
  roots: ReadonlyMap<number, Uint8Array>,
  findings: Findings,
): void {
  const computed = roots.get(checkpoint.size);
  if (computed === undefined || sameBytes(computed, checkpoint.root)) return;
  const code = elsewhere ? 'forked' : 'checkpoint_mismatch';
  findings.add(code, undefined, `among entries 0 to ${checkpoint.size - 1} some are not those that were signed`);
}

// n leaves, n/2 pairs, n/4 pairs of pairs and so on, each rounded down.
function nodesIn(size: number): number {
  let nodes = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) nodes += rest;
  return nodes;
}
