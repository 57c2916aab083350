import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { auditEntries } from '../log/audit-entries.ts';
import { Findings } from '../log/findings.ts';
import { LogError } from '../log/log-error.ts';
import { sameBytes } from '../log/merkle.ts';
import { treeRoot } from '../log/merkle-proof.ts';
import type { LogReader } from '../log/store.ts';
import { entryChecker, type GenesisRule } from './apply-entry.ts';
import { documentOf, type FoldState } from './fold-state.ts';
import { RegistryError } from './registry-error.ts';

/** Entries hashed and decided before requests get their turn: a few milliseconds of work. */
const AT_ONCE = 16;
const PAUSE_MS = 1;
const RETRY_MS = 5_000;

interface BackgroundAudit {
  readonly store: LogReader;
  /** What the snapshot said, that the start relied on. */
  readonly snapshot: FoldState;
  readonly genesis: GenesisRule;
  readonly stopped: AbortSignal;
}

/**
 * Does what a start from a snapshot left out: hashes and decides every entry below it again, and compares every stored
 * hash. Takes turns with requests. A store that is away is waited for. Throws `registry_corrupt` naming the entry; what
 * `stopped` says when it is stopped.
 */
export async function auditBelow(audit: BackgroundAudit): Promise<void> {
  for (;;) {
    try {
      return await auditOnce(audit);
    } catch (error) {
      audit.stopped.throwIfAborted();
      if (!(error instanceof LogError)) throw error;
      if (error.code === 'corrupt') throw new RegistryError('registry_corrupt', error.message, { cause: error });
      await delay(RETRY_MS, undefined, { signal: audit.stopped });
    }
  }
}

async function auditOnce({ store, snapshot, genesis, stopped }: BackgroundAudit): Promise<void> {
  const { size } = snapshot;
  const root = await treeRoot(size, (nodes) => store.hashes(nodes));
  const findings = new Findings();
  const { check, state } = entryChecker(genesis);
  const roots = await auditEntries(
    {
      store,
      size,
      anchor: { size, root },
      findings,
      checkEntry: check,
      onProgress: async () => await delay(PAUSE_MS, undefined, { signal: stopped }),
      atOnce: AT_ONCE,
    },
    new Set([size]),
  );
  const [first] = findings.sorted();
  if (first !== undefined) {
    const where = first.index === undefined ? 'the log' : `entry ${first.index} of the log`;
    throw new RegistryError('registry_corrupt', `${where}: ${first.detail}`);
  }
  const computed = roots.get(size);
  if (computed === undefined || !sameBytes(computed, root)) {
    throw new RegistryError('registry_corrupt', `the first ${size} entries are not those of the log's root`);
  }
  if (!isDeepStrictEqual(plain(state()), plain(snapshot))) {
    throw new RegistryError('registry_corrupt', `the snapshot is not what the first ${size} entries say`);
  }
}

/** As JSON has it: a member without a value is no member. */
function plain(state: FoldState): unknown {
  return JSON.parse(JSON.stringify(documentOf(state)));
}
