import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BreakerState, ProvinceHealth, type Sign } from './province-health.ts';

const START_MS = 1_000_000;

function opened() {
  const heard: BreakerState[] = [];
  const health = new ProvinceHealth((state) => heard.push(state));
  /** One question from beginning to end; false where it was refused. */
  const ask = (question: string, sign: Sign, nowMs: number): boolean => {
    const admission = health.admit(nowMs);
    if (admission === 'refused') return false;
    health.note(() => question, sign, admission, nowMs);
    return true;
  };
  return { health, heard, ask };
}

function outage(ask: ReturnType<typeof opened>['ask'], nowMs: number): void {
  for (let n = 0; n < 10; n += 1) ask(`code ${n}`, 'fails', nowMs);
}

describe('the breaker', () => {
  test('stays closed while ten different questions fail, or opens at nine', () => {
    const { health, heard, ask } = opened();
    for (let n = 0; n < 9; n += 1) ask(`code ${n}`, 'fails', START_MS + n);
    expect(health.state(START_MS + 9)).toBe('closed');
    ask('code 9', 'fails', START_MS + 9);
    expect([health.state(START_MS + 9), heard]).toEqual(['open', ['open']]);
  });

  test('opens for one question that fails a thousand times', () => {
    const { heard, ask } = opened();
    for (let n = 0; n < 1_000; n += 1) ask('poison', 'fails', START_MS + n);
    expect(heard).toEqual([]);
  });

  test('opens for a busy province, or for codes of which nobody declared what is said', () => {
    const { heard, ask } = opened();
    for (let n = 0; n < 1_000; n += 1) ask(`code ${n}`, 'nothing', START_MS + n);
    expect(heard).toEqual([]);
  });

  test('counts failures that are longer ago than the window', () => {
    const { heard, ask } = opened();
    for (let n = 0; n < 9; n += 1) ask(`code ${n}`, 'fails', START_MS);
    ask('code 9', 'fails', START_MS + 10_001);
    expect(heard).toEqual([]);
  });

  test('holds a failure against a question that was answered since', () => {
    const { heard, ask } = opened();
    for (let n = 0; n < 6; n += 1) ask(`slow ${n}`, 'fails', START_MS);
    for (let n = 0; n < 6; n += 1) ask(`slow ${n}`, 'answers', START_MS + 1_000);
    for (let n = 0; n < 5; n += 1) ask(`new ${n}`, 'fails', START_MS + 2_000);
    expect(heard).toEqual([]);
  });

  test('lets more than one try, or nobody', () => {
    const { health, ask } = opened();
    outage(ask, START_MS);
    expect(health.admit(START_MS + 999)).toBe('refused');
    expect(health.admit(START_MS + 1_000)).toBe('probe');
    expect(health.admit(START_MS + 1_000)).toBe('refused');
    expect(health.state(START_MS + 1_000)).toBe('half-open');
  });

  test('is closed by one that was busy, or opened', () => {
    const { health, heard, ask } = opened();
    outage(ask, START_MS);
    ask('new', 'nothing', START_MS + 1_000);
    expect(health.state(START_MS + 1_001)).toBe('half-open');
    ask('newer', 'answers', START_MS + 1_001);
    expect([health.state(START_MS + 1_002), heard]).toEqual(['closed', ['open', 'half-open', 'closed']]);
  });

  test('is held open by a question that failed before', () => {
    const { health, ask } = opened();
    outage(ask, START_MS);
    ask('code 3', 'fails', START_MS + 1_000);
    expect(health.state(START_MS + 1_000)).toBe('half-open');
    ask('new', 'fails', START_MS + 1_001);
    expect(health.state(START_MS + 1_001)).toBe('open');
  });

  test('is opened by failures from before it closed', () => {
    const { heard, ask } = opened();
    outage(ask, START_MS);
    ask('new', 'answers', START_MS + 1_000);
    ask('one more', 'fails', START_MS + 1_001);
    expect(heard).toEqual(['open', 'half-open', 'closed']);
  });
});

describe('a morning at one province', () => {
  /** Of a thousand questions, how many that the system could answer were kept from it, and whether the breaker opened. */
  function morning(poisonous: readonly string[], picks: readonly boolean[], perSecond: number) {
    const { heard, ask } = opened();
    let starved = 0;
    picks.forEach((isPoison, n) => {
      const nowMs = START_MS + Math.floor((n * 1_000) / perSecond);
      if (isPoison) ask(poisonous[n % poisonous.length] ?? '', 'fails', nowMs);
      else if (!ask(`healthy ${n}`, 'answers', nowMs)) starved += 1;
    });
    return { starved, opened: heard.includes('open') };
  }

  test('a few codes that it cannot bear starve the others, whatever their share of the scans', () => {
    const share = fc.double({ min: 0, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        share,
        fc.integer({ min: 10, max: 200 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (codes, p, perSecond, dice) => {
          const poisonous = Array.from({ length: codes }, (_, n) => `poison ${n}`);
          const picks = Array.from({ length: 1_000 }, () => Number(dice.next().value) < p);
          expect(morning(poisonous, picks, perSecond)).toEqual({ starved: 0, opened: false });
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each([
    [0.1, false],
    [0.3, false],
    [0.45, false],
    [0.6, true],
    [1, true],
  ])('with a share of %f different failing codes it is open: %s', (p, opens) => {
    // Evenly spread: question n fails where the count of failures due grows.
    const picks = Array.from({ length: 1_000 }, (_, n) => Math.floor((n + 1) * p) > Math.floor(n * p));
    const { heard, ask } = opened();
    let starved = 0;
    picks.forEach((isPoison, n) => {
      if (!ask(`code ${n}`, isPoison ? 'fails' : 'answers', START_MS + n * 20) && !isPoison) starved += 1;
    });
    expect([heard.includes('open'), starved > 0]).toEqual([opens, opens && p < 1]);
  });

  test.each([
    [0.45, false],
    [0.6, true],
  ])('of a thousand questions a second a share of %f fails from some time on, and it is open: %s', (p, opens) => {
    const { heard, ask } = opened();
    for (let n = 0; n < 30_000; n += 1) {
      const isFailing = n >= 10_000 && Math.floor((n + 1) * p) > Math.floor(n * p);
      ask(`code ${n}`, isFailing ? 'fails' : 'answers', START_MS + n);
    }
    expect(heard.includes('open')).toBe(opens);
  });

  test('an outage is noticed after more than ten questions, however good the time before was', () => {
    const { health, ask } = opened();
    for (let n = 0; n < 500; n += 1) ask(`good ${n}`, 'answers', START_MS + n * 20);
    let asked = 0;
    let nowMs = START_MS + 10_000;
    while (health.state(nowMs) === 'closed') {
      if (ask(`bad ${asked}`, 'fails', nowMs)) asked += 1;
      nowMs += 20;
    }
    // What was answered within ten seconds weighs as much as what fails; at fifty a second that is half the window.
    expect(nowMs - START_MS - 10_000).toBeLessThanOrEqual(5_100);
  });
});
