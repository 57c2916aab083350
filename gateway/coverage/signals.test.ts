import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TableStatus } from '../../schemas/policy.ts';
import { createMetrics } from './metrics.ts';
import { MARK_TURN_MS, SignalMarks } from './signal-marks.ts';
import { isRaised, SIGNAL_RULES } from './signal-rules.ts';
import { SignalWindow } from './signal-window.ts';
import { openSignals, type Presentation, publicReadings, type SignalState, Signals } from './signals.ts';

const START_MS = Date.parse('2022-06-13T01:00:00Z');
const MINUTE_MS = 60_000;

function watched() {
  const changes: SignalState[] = [];
  const signals = new Signals(START_MS, { onCount: () => undefined, onChange: (state) => void changes.push(state) });
  let people = 0;
  const note = (over: Partial<Presentation> = {}) => {
    people += 1;
    const red = { handle: `h${people}`, status: 'red' as const, unsubstantiated: true, batch: false };
    signals.note({ issuer: '410000', atMs: START_MS, ...red, ...over });
  };
  return { signals, changes, note };
}

function stateOf(signals: Signals, signal: string, nowMs = START_MS): SignalState | undefined {
  return signals.states(nowMs).find((state) => state.signal === signal);
}

describe('a signal', () => {
  test('stays silent on a hundred people turned red without a ground, or speaks on a handful', () => {
    const { changes, note } = watched();
    for (let n = 0; n < 29; n += 1) note();
    expect(changes).toEqual([]);
    note();
    expect(changes).toMatchObject([{ province: '410000', signal: 'unsubstantiated', raised: true, rate: 1, base: 30 }]);
    for (let n = 0; n < 70; n += 1) note();
    expect(changes).toHaveLength(1);
  });

  test('is raised by one holder who shows a red at thirty doors', () => {
    const { changes, note } = watched();
    for (let n = 0; n < 500; n += 1) note({ handle: 'the same' });
    expect(changes).toEqual([]);
  });

  test('is raised by a province whose reds are in order, or against its neighbour', () => {
    const { signals, changes, note } = watched();
    for (let n = 0; n < 200; n += 1) note({ unsubstantiated: false });
    for (let n = 0; n < 40; n += 1) note({ issuer: '440000' });
    expect(changes.map(({ province }) => province)).toEqual(['440000']);
    expect(stateOf(signals, 'unsubstantiated')).toMatchObject({ province: '410000', raised: false, rate: 0 });
  });

  test('is raised and cleared by turns while a rate hovers at the threshold', () => {
    const { changes, note } = watched();
    for (let n = 0; n < 1000; n += 1) note({ unsubstantiated: n % 10 < 3 });
    const raised = changes.length;
    expect(raised).toBe(1);
    for (let n = 0; n < 100; n += 1) note({ unsubstantiated: n % 10 < 2 });
    expect(changes).toHaveLength(raised);
  });

  test('stands for ever once the traffic is over', () => {
    const { signals, changes, note } = watched();
    for (let n = 0; n < 40; n += 1) note();
    expect(stateOf(signals, 'unsubstantiated', START_MS + 59 * MINUTE_MS)?.raised).toBe(true);
    expect(stateOf(signals, 'unsubstantiated', START_MS + 61 * MINUTE_MS)).toMatchObject({ raised: false, base: 0 });
    expect(changes.map(({ raised }) => raised)).toEqual([true, false]);
  });

  test('misses a flood of batch assignments, or calls a lawful few of them one', () => {
    const { changes, note } = watched();
    for (let n = 0; n < 90; n += 1) note({ unsubstantiated: false, batch: true });
    expect(changes).toEqual([]);
    for (let n = 0; n < 10; n += 1) note({ unsubstantiated: false, batch: true });
    expect(changes).toMatchObject([{ signal: 'batch', raised: true }]);
  });

  test('misses people turned green and red again within the hour', () => {
    const { signals, changes, note } = watched();
    const scan = (status: TableStatus, minute: number) => {
      for (let n = 0; n < 60; n += 1) {
        note({ handle: `p${n}`, status, unsubstantiated: false, atMs: START_MS + minute * MINUTE_MS });
      }
    };
    scan('red', 0);
    scan('green', 20);
    expect(changes).toMatchObject([{ signal: 'flip', raised: true }]);
    scan('red', 40);
    expect(stateOf(signals, 'flip', START_MS + 40 * MINUTE_MS)).toMatchObject({ base: 120, events: 120 });
  });

  test('whatever the order and number of scans, green alone raises one', () => {
    const scan = fc.record({
      handle: fc.integer({ min: 0, max: 30 }).map(String),
      unsubstantiated: fc.boolean(),
      batch: fc.boolean(),
      minutes: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(scan, { maxLength: 300, size: 'max' }), (scans) => {
        const { signals, changes, note } = watched();
        let atMs = START_MS;
        for (const { minutes, ...rest } of scans) {
          atMs += minutes * MINUTE_MS;
          note({ ...rest, status: 'green', atMs });
        }
        expect(changes).toEqual([]);
        expect(signals.states(atMs).filter(({ raised, events }) => raised || events > 0)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a rule', () => {
  test('raises below its own numbers, or never clears', () => {
    const counts = fc
      .nat({ max: 400 })
      .chain((base) => fc.record({ base: fc.constant(base), events: fc.nat({ max: base }) }));
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(SIGNAL_RULES)), counts, fc.boolean(), (rule, sums, before) => {
        const raised = isRaised(rule, sums, before);
        if (raised && !before) expect(sums.events).toBeGreaterThanOrEqual(rule.minEvents);
        if (sums.events === 0) expect(raised).toBe(false);
        if (isRaised(rule, sums, false)) expect(isRaised(rule, sums, true)).toBe(true);
      }),
    );
  });
});

describe('the sliding hour', () => {
  test('counts what is older, or loses what is not', () => {
    const steps = fc.array(fc.record({ after: fc.nat({ max: 30 }), isEvent: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (given) => {
        const window = new SignalWindow();
        const counted: { minute: number; isEvent: boolean }[] = [];
        let minute = START_MS / MINUTE_MS;
        for (const { after, isEvent } of given) {
          minute += after;
          window.count(isEvent, minute * MINUTE_MS + 30_000);
          counted.push({ minute, isEvent });
        }
        const recent = counted.filter((one) => one.minute > minute - 60);
        const events = recent.filter(({ isEvent }) => isEvent).length;
        expect(window.sums(minute * MINUTE_MS)).toEqual({ base: recent.length, events });
      }),
    );
  });
});

describe('marks', () => {
  test('grow without bound, or go blind when they are full', () => {
    const marks = new SignalMarks(START_MS, 64);
    const sampled: string[] = [];
    for (let n = 0; n < 5000; n += 1) {
      if (marks.note('410000', `h${n}`, 'red', START_MS) === 'new') sampled.push(`h${n}`);
      expect(marks.size).toBeLessThanOrEqual(64);
    }
    const changed = sampled.filter((handle) => marks.note('410000', handle, 'green', START_MS) === 'changed');
    expect(changed.filter((handle) => Number(handle.slice(1)) >= 2500).length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThanOrEqual(64);
  });

  test('remember somebody for more than an hour', () => {
    const marks = new SignalMarks(START_MS);
    marks.note('410000', 'h', 'red', START_MS);
    expect(marks.note('410000', 'h', 'green', START_MS + MARK_TURN_MS)).toBe('changed');
    expect(marks.note('410000', 'h', 'red', START_MS + 3 * MARK_TURN_MS)).toBe('new');
    marks.turn(START_MS + 5 * MARK_TURN_MS);
    expect(marks.size).toBe(0);
  });

  test('mix up two provinces, or call a first sight a change', () => {
    const marks = new SignalMarks(START_MS);
    expect(marks.note('410000', 'h', 'red', START_MS)).toBe('new');
    expect(marks.note('440000', 'h', 'green', START_MS)).toBe('new');
    expect(marks.note('410000', 'h', 'red', START_MS)).toBe('same');
  });

  test('let a handle or a colour be read from what is kept', () => {
    const kept: [string, unknown][] = [];
    const set = Map.prototype.set;
    const spy = function (this: Map<unknown, unknown>, key: unknown, value: unknown) {
      if (typeof key === 'string') kept.push([key, value]);
      return set.call(this, key, value);
    };
    Map.prototype.set = spy;
    try {
      for (const seed of [1, 2]) new SignalMarks(START_MS + seed).note('410000', 'handle-0000', 'red', START_MS);
    } finally {
      Map.prototype.set = set;
    }
    const [first, second] = kept;
    expect(kept).toHaveLength(2);
    expect(JSON.stringify(kept)).not.toMatch(/handle|410000|red/);
    expect(first?.[0]).not.toBe(second?.[0]);
    expect(first?.[1]).not.toBe(second?.[1]);
  });
});

describe('what is told', () => {
  test('metrics or log leave out a raised signal, or carry a handle', async () => {
    const metrics = createMetrics();
    const lines: unknown[][] = [];
    const log = { warn: (...line: unknown[]) => void lines.push(line) };
    const signals = openSignals(metrics, log, () => START_MS);
    for (let n = 0; n < 40; n += 1) {
      const status = 'red' as const;
      signals.note({
        issuer: '410000',
        handle: `handle-${n}`,
        status,
        unsubstantiated: true,
        batch: false,
        atMs: START_MS,
      });
    }
    const text = await metrics.registry.metrics();
    expect(text).toContain('huren_signal{issuer="410000",signal="unsubstantiated"} 1');
    expect(text).toContain('huren_signal_rate{issuer="410000",signal="unsubstantiated"} 1');
    expect(text).toContain('huren_signal_events_total{issuer="410000",signal="unsubstantiated"} 40');
    expect(lines).toEqual([
      [{ issuer: '410000', signal: 'unsubstantiated', rate: 1, counted: 30, of: 30 }, 'signal raised'],
    ]);
    expect(text + JSON.stringify(lines)).not.toContain('handle-');
  });

  test('the public reads a rate that two people are behind', () => {
    const { signals, note } = watched();
    note();
    note();
    expect(publicReadings(signals.states(START_MS), 10)).toEqual([]);
    expect(publicReadings(signals.states(START_MS), 1)).toEqual([
      { province: '410000', signal: 'unsubstantiated', rate: 1, raised: false },
      { province: '410000', signal: 'batch', rate: 0, raised: false },
    ]);
  });
});

describe('the alert rules', () => {
  const rules = readFileSync(join(import.meta.dirname, '../../deploy/prometheus/alerts.yaml'), 'utf8');

  test('name a metric that no gateway has, or other numbers than the gateway uses', () => {
    const { registry, ...metrics } = createMetrics();
    openSignals({ registry, ...metrics }, { warn: () => undefined }, () => START_MS);
    const known = [...registry.getMetricsAsArray().map(({ name }) => name), 'huren_policy_deviations'];
    const named = [...rules.matchAll(/\bhuren_[a-z_]+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    for (const [signal, { minBase, minEvents, raiseAt }] of Object.entries(SIGNAL_RULES)) {
      expect(rules).toContain(`huren:signal_events:1h{signal="${signal}"} >= ${minEvents}\n`);
      expect(rules).toContain(`huren:signal_base:1h{signal="${signal}"} >= ${minBase}\n`);
      expect(rules).toContain(`huren:signal_base:1h{signal="${signal}"} >= ${raiseAt}\n`);
    }
  });

  test('speak one language only', () => {
    const count = (text: string) => rules.split(text).length - 1;
    expect(count(' summary_zh: ')).toBe(count('- alert: '));
    expect(count(' summary: ')).toBe(count('- alert: '));
  });
});
