import type { Logger } from 'pino';
import { Counter, Gauge } from 'prom-client';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { SignalName, SignalReading } from '../../schemas/coverage.ts';
import type { TableStatus } from '../../schemas/policy.ts';
import type { Metrics } from './metrics.ts';
import { SignalMarks } from './signal-marks.ts';
import { isRaised, SIGNAL_RULES } from './signal-rules.ts';
import { SignalWindow } from './signal-window.ts';

/** One answered colour, as far as signals care. `handle` is looked at and forgotten: see signal-marks.ts. */
export interface Presentation {
  readonly issuer: ProvinceCode;
  readonly handle: string;
  readonly status: TableStatus;
  readonly unsubstantiated: boolean;
  readonly batch: boolean;
  readonly atMs: number;
}

/** One signal of one province: what it counted in the last hour, and whether it stands. */
export interface SignalState extends SignalReading {
  readonly base: number;
  readonly events: number;
}

interface Watched {
  readonly window: SignalWindow;
  raised: boolean;
}

interface Listeners {
  readonly onCount: (issuer: ProvinceCode, signal: SignalName, isEvent: boolean) => void;
  readonly onChange: (state: SignalState) => void;
}

const NAMES: SignalName[] = ['unsubstantiated', 'batch', 'flip', 'guessing'];

/**
 * Tells abuse by a province's rates, with no history of anybody: two counters a minute for an hour, and marks that only
 * this process can read. The same holder in the same colour counts once, so that nobody raises a signal alone.
 */
export class Signals {
  readonly #watched = new Map<ProvinceCode, Readonly<Record<SignalName, Watched>>>();
  readonly #marks: SignalMarks;
  readonly #listeners: Listeners;

  constructor(nowMs: number, listeners: Listeners) {
    this.#marks = new SignalMarks(nowMs);
    this.#listeners = listeners;
  }

  note({ issuer, handle, status, unsubstantiated, batch, atMs }: Presentation): void {
    const seen = this.#marks.note(issuer, handle, status, atMs);
    if (seen === 'same' || seen === 'changed') this.#count(issuer, 'flip', seen === 'changed', atMs);
    if (status === 'green' || seen === 'same') return;
    this.#count(issuer, 'unsubstantiated', unsubstantiated, atMs);
    this.#count(issuer, 'batch', batch, atMs);
  }

  /** One code that its province does not know; `isHeld`: of a client that asks for too many of those. */
  noteUnknown(issuer: ProvinceCode, isHeld: boolean, atMs: number): void {
    this.#count(issuer, 'guessing', isHeld, atMs);
  }

  /** Every signal of every province seen, settled at `nowMs`: an hour without traffic clears what it raised. */
  states(nowMs: number): SignalState[] {
    this.#marks.turn(nowMs);
    const issuers = [...this.#watched.keys()].sort();
    return issuers.flatMap((issuer) => NAMES.flatMap((signal) => this.#settle(issuer, signal, nowMs) ?? []));
  }

  #count(issuer: ProvinceCode, signal: SignalName, isEvent: boolean, atMs: number): void {
    let watched = this.#watched.get(issuer);
    if (watched === undefined) {
      watched = { unsubstantiated: watch(), batch: watch(), flip: watch(), guessing: watch() };
      this.#watched.set(issuer, watched);
    }
    watched[signal].window.count(isEvent, atMs);
    this.#listeners.onCount(issuer, signal, isEvent);
    this.#settle(issuer, signal, atMs);
  }

  #settle(issuer: ProvinceCode, signal: SignalName, nowMs: number): SignalState | null {
    const watched = this.#watched.get(issuer)?.[signal];
    if (watched === undefined) return null;
    const sums = watched.window.sums(nowMs);
    const raised = isRaised(SIGNAL_RULES[signal], sums, watched.raised);
    const rate = sums.base === 0 ? 0 : sums.events / sums.base;
    const state = { province: issuer, signal, rate, raised, ...sums };
    if (raised !== watched.raised) {
      watched.raised = raised;
      this.#listeners.onChange(state);
    }
    return state;
  }
}

function watch(): Watched {
  return { window: new SignalWindow(), raised: false };
}

/** The signals of a gateway, told to its log and its metrics. The two counters let many instances be added up. */
export function openSignals(metrics: Metrics, log: Pick<Logger, 'warn'>, nowMs: () => number): Signals {
  const registers = [metrics.registry];
  const labelNames = ['issuer', 'signal'];
  const base = new Counter({
    name: 'huren_signal_base_total',
    help: 'Presentations that could have shown a signal',
    labelNames,
    registers,
  });
  const events = new Counter({
    name: 'huren_signal_events_total',
    help: 'Presentations that showed a signal',
    labelNames,
    registers,
  });
  const signals = new Signals(nowMs(), {
    onCount: (issuer, signal, isEvent) => {
      base.inc({ issuer, signal });
      if (isEvent) events.inc({ issuer, signal });
    },
    onChange: ({ province: issuer, signal, raised, rate, base: of, events: counted }) => {
      log.warn({ issuer, signal, rate, counted, of }, raised ? 'signal raised' : 'signal cleared');
    },
  });
  const read = (value: (state: SignalState) => number) => {
    return function collect(this: Gauge): void {
      for (const state of signals.states(nowMs())) {
        this.set({ issuer: state.province, signal: state.signal }, value(state));
      }
    };
  };
  const help = "A province's rates over the last hour:";
  new Gauge({
    name: 'huren_signal',
    help: `${help} 1 while the signal stands`,
    labelNames,
    aggregator: 'max',
    registers,
    collect: read(({ raised }) => (raised ? 1 : 0)),
  });
  new Gauge({
    name: 'huren_signal_rate',
    help: `${help} the share that showed the fault`,
    labelNames,
    aggregator: 'max',
    registers,
    collect: read(({ rate }) => rate),
  });
  return signals;
}

/** What the public gets to see: no rate that fewer than `suppressedBelow` presentations are behind. */
export function publicReadings(states: readonly SignalState[], suppressedBelow: number): SignalReading[] {
  return states
    .filter(({ base }) => base > 0 && base >= suppressedBelow)
    .map(({ province, signal, rate, raised }) => ({ province, signal, rate, raised }));
}
