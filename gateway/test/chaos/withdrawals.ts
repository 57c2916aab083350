import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { pushEvent, signEvent } from '../security-event.ts';
import type { Withdrawals } from './invariants.ts';
import type { Stage } from './stage.ts';

/** By then an accepted event must be effective on every gateway that is not cut off; the goal is 100 ms. */
const EFFECTIVE_WITHIN_MS = 250;

interface Flush {
  readonly pushedMs: number;
  readonly effectiveMs: number;
}

/** Has provinces withdraw what they said, now and then, and knows from when on nobody may answer from it. */
export class Flushes implements Withdrawals {
  readonly #last = new Map<ProvinceCode, Flush[]>();
  readonly #stage: Stage;
  pushed = 0;
  accepted = 0;
  /** While some gateway may be cut off nothing is demanded of it. */
  #unsureUntilMs = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async push(province: ProvinceCode): Promise<void> {
    const { url, dataDir } = this.#stage;
    const pushedMs = Date.now();
    this.pushed += 1;
    const token = await signEvent({ url, dataDir, province, events: { 'urn:huren:event:adapter-flush': {} } });
    const reply = await pushEvent(url, token).catch(() => null);
    await reply?.arrayBuffer();
    if (reply?.status !== 202) return;
    this.accepted += 1;
    const known = this.#last.get(province) ?? [];
    this.#last.set(province, [...known.slice(-20), { pushedMs, effectiveMs: Date.now() + EFFECTIVE_WITHIN_MS }]);
  }

  /** From `ms` on everybody is expected to have heard everything again; infinity while somebody cannot. */
  sureFrom(ms: number): void {
    this.#unsureUntilMs = ms;
  }

  withdrawnBeforeMs = (province: ProvinceCode, scanStartedMs: number): number => {
    if (scanStartedMs < this.#unsureUntilMs) return 0;
    const effective = (this.#last.get(province) ?? []).filter(({ effectiveMs }) => effectiveMs <= scanStartedMs);
    return Math.max(0, ...effective.map(({ pushedMs }) => pushedMs));
  };
}
