import { describe, expect, test } from 'vitest';
import { entryAt } from './cached-answer.fixture.ts';
import type { CacheTier } from './cached-answer.ts';

export interface TierUnderTest {
  readonly tier: CacheTier;
  readonly clock: { nowMs: number };
}

let names = 0;
function freshName(): string {
  names += 1;
  return `contract-${process.pid}-${names}`;
}

/** What every tier owes, run against each of them for real. */
export function cacheTierContract(name: string, open: () => TierUnderTest): void {
  describe(`${name} as a tier`, () => {
    test('what was never put is found', async () => {
      expect(await open().tier.get(freshName())).toBeNull();
    });

    test('an entry comes back changed, or under another name', async () => {
      const { tier, clock } = open();
      const [name, other] = [freshName(), freshName()];
      const entry = entryAt(clock.nowMs, { tag: 'some-tag', seen: '000000000000007-0000000001' });
      await tier.put(name, entry);
      expect(await tier.get(name)).toEqual(entry);
      expect(await tier.get(other)).toBeNull();
    });

    test('a statement comes back with something missing', async () => {
      const { tier, clock } = open();
      const { answer, ...limits } = entryAt(clock.nowMs);
      const entries = ['head.body.signature~', 'head.other.signature~', 'without a dot~'].map((statement) => {
        return { ...limits, answer: { ...answer, statement } } as const;
      });
      const names = entries.map(freshName);
      for (const [at, name] of names.entries()) await tier.put(name, entries[at] ?? entryAt(clock.nowMs));
      expect(await Promise.all(names.map((name) => tier.get(name)))).toEqual(entries);
    });

    test('an entry is found past its time', async () => {
      const { tier, clock } = open();
      const name = freshName();
      await tier.put(
        name,
        entryAt(clock.nowMs, { freshUntilMs: clock.nowMs + 10, usableUntilMs: clock.nowMs + 5_000 }),
      );
      clock.nowMs += 5_001;
      expect(await tier.get(name)).toBeNull();
    });

    test('an entry that is over before it is put is kept', async () => {
      const { tier, clock } = open();
      const name = freshName();
      await tier.put(name, entryAt(clock.nowMs, { usableUntilMs: clock.nowMs - 1 }));
      expect(await tier.get(name)).toBeNull();
    });

    test('a later answer does not replace an earlier one', async () => {
      const { tier, clock } = open();
      const name = freshName();
      await tier.put(name, entryAt(clock.nowMs));
      const later = entryAt(clock.nowMs, { answer: { kind: 'absent', why: 'expired' } });
      await tier.put(name, later);
      expect(await tier.get(name)).toEqual(later);
    });
  });
}
