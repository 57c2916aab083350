import { describe, expect, test } from 'vitest';
import { LoadGauge, type Priority, SHED_BEYOND } from './load-gauge.ts';

const ORDER = ['batch', 'repeat', 'single'] as const;

function shedBy(gauge: LoadGauge): Priority[] {
  return ORDER.filter((priority) => {
    try {
      gauge.admit(priority);
      return false;
    } catch {
      return true;
    }
  });
}

function lagFor(gauge: LoadGauge, lagMs: number): void {
  for (let reading = 0; reading < 3; reading += 1) gauge.noteLag(lagMs);
}

describe('overload', () => {
  test('is seen in one long pause', () => {
    const gauge = new LoadGauge(() => {});
    for (const lagMs of [10_000, 0, 10_000, 10_000, 0]) gauge.noteLag(lagMs);
    expect(shedBy(gauge)).toEqual([]);
  });

  test('turns away somebody while there is none', () => {
    expect(shedBy(new LoadGauge(() => {}))).toEqual([]);
  });

  test.each(
    ORDER.map((priority, at) => [priority, at] as const),
  )('beyond the limit for a %s turns away what matters more, or not what matters less', (priority, at) => {
    const lagging = new LoadGauge(() => {});
    lagFor(lagging, SHED_BEYOND[priority].lagMs + 1);
    expect(shedBy(lagging)).toEqual(ORDER.slice(0, at + 1));
    const full = new LoadGauge(() => {});
    for (let n = 0; n <= SHED_BEYOND[priority].inFlight; n += 1) full.enter();
    expect(shedBy(full)).toEqual(ORDER.slice(0, at + 1));
    full.leave();
    expect(shedBy(full)).toEqual(ORDER.slice(0, at));
  });

  test('goes on for long after it is over', () => {
    const gauge = new LoadGauge(() => {});
    lagFor(gauge, 10_000);
    let readings = 0;
    while (shedBy(gauge).length > 0) {
      gauge.noteLag(0);
      readings += 1;
    }
    // Five readings a second.
    expect(readings).toBeLessThanOrEqual(10);
  });

  test('is refused without a time to come back, or uncounted', () => {
    const shed: Priority[] = [];
    const gauge = new LoadGauge((priority) => shed.push(priority));
    lagFor(gauge, SHED_BEYOND.single.lagMs + 1);
    for (const priority of ORDER) {
      const refusal = { code: 'unavailable', headers: { 'retry-after': expect.stringMatching(/^[1-9]$/) } };
      expect(() => gauge.admit(priority)).toThrow(expect.objectContaining(refusal));
    }
    expect(shed).toEqual([...ORDER]);
  });
});
