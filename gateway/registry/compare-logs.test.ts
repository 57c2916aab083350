import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompactRange } from '../log/compact-range.ts';
import { leafHash } from '../log/merkle.ts';
import { consistencyProof, type NodeId } from '../log/merkle-proof.ts';
import { compareLogs } from './compare-logs.ts';
import { EMPTY_STATE } from './fold-state.ts';
import type { LogSource, ShownConsistency } from './log-source.ts';
import { LOG_KEY, signerWith, VERIFIER_KEY } from './registry.fixture.ts';

const SIGNER = signerWith(LOG_KEY);
const stopped = new AbortController().signal;
const MOST = 40;

/** A log whose entries are these names, as a node holds it. */
function logOf(entries: readonly string[]) {
  const nodes = new Map<string, Uint8Array>();
  const range = new CompactRange();
  for (const entry of entries) {
    for (const { level, index, hash } of range.append(leafHash(Buffer.from(entry))))
      nodes.set(`${level}/${index}`, hash);
  }
  const hashes = async (wanted: readonly NodeId[]) =>
    wanted.map(({ level, index }) => nodes.get(`${level}/${index}`) ?? new Uint8Array(0));
  const log = { origin: SIGNER.origin, keys: [VERIFIER_KEY], retired: [] };
  return { entries, at: { state: { ...EMPTY_STATE, size: entries.length, log }, range }, hashes };
}

type Log = ReturnType<typeof logOf>;
type Spoil = (shown: ShownConsistency) => ShownConsistency;

function shownBy({ entries, at: { range }, hashes }: Log, spoil: Spoil = (shown) => shown): LogSource {
  const rootAt = (size: number) => logOf(entries.slice(0, size)).at.range.root();
  return {
    name: 'https://node.example/v1/log',
    checkpoint: async () => SIGNER.sign({ size: range.size, root: range.root() }),
    entries: async () => [],
    consistency: async (size1, size2) =>
      spoil({ rootFrom: rootAt(size1), proof: await consistencyProof({ size1, size2 }, hashes) }),
  };
}

const sides = fc
  .record({ same: fc.nat(MOST), ours: fc.nat(MOST), theirs: fc.nat(MOST) })
  .map(({ same, ours, theirs }) => {
    const entries = (side: string, more: number) => [
      ...Array.from({ length: same }, (_, n) => `same ${n}`),
      ...Array.from({ length: more }, (_, n) => `${side} ${n}`),
    ];
    return {
      own: logOf(entries('ours', ours)),
      other: logOf(entries('theirs', theirs)),
      isFork: ours > 0 && theirs > 0,
    };
  });

const outcomeOf = async ({ at, hashes }: Log, source: LogSource) =>
  (await compareLogs({ at, mirror: { hashes }, pinned: [VERIFIER_KEY], source, stopped })).outcome;

test('two histories pass for one, or one that has grown for two', async () => {
  await fc.assert(
    fc.asyncProperty(sides, async ({ own, other, isFork }) => {
      expect(await outcomeOf(own, shownBy(other))).toBe(isFork ? 'contradicts' : 'consistent');
    }),
  );
});

test('whoever follows the same log can be made to accuse the registry by a spoiled proof', async () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const spoiled = fc.record({ rootFrom: hash, proof: fc.array(hash, { maxLength: 8 }) }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(fc.nat(MOST), fc.nat(MOST), spoiled, async (size, more, changes) => {
      const entries = Array.from({ length: size + more }, (_, n) => `same ${n}`);
      const source = shownBy(logOf(entries), (shown) => ({ ...shown, ...changes }));
      expect(await outcomeOf(logOf(entries.slice(0, size)), source)).not.toBe('contradicts');
    }),
  );
});
