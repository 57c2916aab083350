import type { SignalName } from '../../schemas/coverage.ts';

/**
 * When a signal is raised and when it is cleared, over one sliding hour of one issuing province. `base` are the
 * presentations that could have shown the fault, `events` those that did. Raised: at least `minEvents` of at least
 * `minBase`, and their share at least `raiseAt`. Cleared: share below `clearBelow`, or fewer than half of `minEvents`.
 * The gap between the two keeps a rate that hovers from raising and clearing by the minute.
 */
export interface SignalRule {
  readonly minBase: number;
  readonly minEvents: number;
  readonly raiseAt: number;
  readonly clearBelow: number;
}

export const SIGNAL_RULES: Readonly<Record<SignalName, SignalRule>> = {
  // Yellow or red that nobody substantiated. A province in order stays near zero; typing errors and gaps in a feed do
  // not reach a third. June 2022 (1,317 people, no ground) passes these numbers within its first hundred scans.
  unsubstantiated: { minBase: 30, minEvents: 20, raiseAt: 0.3, clearBelow: 0.15 },
  // Yellow or red assigned by the batch. Lawful where the province allows it, so only a flood counts: batches are the
  // path that went "often without approval".
  batch: { minBase: 100, minEvents: 60, raiseAt: 0.6, clearBelow: 0.4 },
  // Somebody seen again within the hour in another colour. A ground stands for days; in June 2022 one person was
  // turned green and red again within an hour.
  flip: { minBase: 50, minEvents: 10, raiseAt: 0.1, clearBelow: 0.05 },
  // Codes that the province does not know, of clients that are held for asking about such: somebody guesses its codes.
  guessing: { minBase: 40, minEvents: 20, raiseAt: 0.3, clearBelow: 0.15 },
};

/** The next state of a signal by its rule. Pure. */
export function isRaised(
  rule: SignalRule,
  { base, events }: { readonly base: number; readonly events: number },
  before: boolean,
): boolean {
  const rate = base === 0 ? 0 : events / base;
  if (before) return events >= rule.minEvents / 2 && rate >= rule.clearBelow;
  return base >= rule.minBase && events >= rule.minEvents && rate >= rule.raiseAt;
}
