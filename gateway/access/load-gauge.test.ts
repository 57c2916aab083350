import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LoadGauge, MOST_UNDER_WAY, type Priority, SHED_BEYOND, watchEventLoop } from './load-gauge.ts';

const VENUE = 'venue';
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

function lasting(gauge: LoadGauge, lagMs = 0): void {
  for (let reading = 0; reading < 3; reading += 1) gauge.note(lagMs);
}

describe('overload', () => {
  test('is seen in one long pause or one burst', () => {
    const gauge = new LoadGauge(() => {});
    for (const lagMs of [10_000, 0, 10_000, 10_000, 0]) gauge.note(lagMs);
    for (const scans of [5_000, -5_000, 5_000]) {
      gauge.enter(VENUE, scans);
      gauge.note(0);
    }
    expect(shedBy(gauge)).toEqual([]);
  });

  test('turns away somebody while there is none', () => {
    expect(shedBy(new LoadGauge(() => {}))).toEqual([]);
  });

  test.each(
    ORDER.map((priority, at) => [priority, at] as const),
  )('beyond the limit for a %s turns away what matters more, or not what matters less', (priority, at) => {
    const lagging = new LoadGauge(() => {});
    lasting(lagging, SHED_BEYOND[priority].lagMs + 1);
    expect(shedBy(lagging)).toEqual(ORDER.slice(0, at + 1));
    const full = new LoadGauge(() => {});
    full.enter(VENUE, SHED_BEYOND[priority].backlog);
    lasting(full);
    expect(shedBy(full)).toEqual(ORDER.slice(0, at));
    full.enter(VENUE);
    lasting(full);
    expect(shedBy(full)).toEqual(ORDER.slice(0, at + 1));
  });

  test('is seen in scans that only wait for a province, or they are held without bound', async () => {
    const gauge = new LoadGauge(() => {});
    const province = Promise.withResolvers<void>();
    const waiting = Array.from({ length: MOST_UNDER_WAY }, () => {
      gauge.enter(VENUE);
      return gauge.whileWaiting(() => province.promise);
    });
    lasting(gauge);
    expect(shedBy(gauge)).toEqual([]);
    gauge.enter(VENUE);
    expect(shedBy(gauge)).toEqual([...ORDER]);
    province.resolve();
    await Promise.all(waiting);
    gauge.leave(VENUE, MOST_UNDER_WAY + 1);
    for (let reading = 0; reading < 20; reading += 1) gauge.note(0);
    expect(shedBy(gauge)).toEqual([]);
  });

  test('that one client makes turns away another that asks little', () => {
    const gauge = new LoadGauge(() => {});
    const { backlog } = SHED_BEYOND.single;
    gauge.enter('flood', backlog);
    gauge.enter('quiet');
    lasting(gauge);
    const isShed = (client: string) => {
      try {
        gauge.admit('single', client);
        return false;
      } catch {
        return true;
      }
    };
    expect([isShed('flood'), isShed('new'), isShed('quiet')]).toEqual([true, true, true]);
    gauge.leave('flood', backlog / 2 - 1);
    for (let reading = 0; reading < 3; reading += 1) lasting(gauge);
    expect([isShed('flood'), isShed('new'), isShed('quiet')]).toEqual([true, false, false]);
  });

  test('goes on for long after it is over', () => {
    const gauge = new LoadGauge(() => {});
    lasting(gauge, 10_000);
    let readings = 0;
    while (shedBy(gauge).length > 0) {
      gauge.note(0);
      readings += 1;
    }
    // Ten readings a second.
    expect(readings).toBeLessThanOrEqual(10);
  });

  test('is refused without a time to come back, or uncounted', () => {
    const shed: Priority[] = [];
    const gauge = new LoadGauge((priority) => shed.push(priority));
    lasting(gauge, SHED_BEYOND.single.lagMs + 1);
    for (const priority of ORDER) {
      const refusal = { code: 'unavailable', headers: { 'retry-after': expect.stringMatching(/^[1-9]$/) } };
      expect(() => gauge.admit(priority)).toThrow(expect.objectContaining(refusal));
    }
    expect(shed).toEqual([...ORDER]);
  });

  test('of an event loop that is blocked again and again reads as rest', async () => {
    const gauge = new LoadGauge(() => {});
    const stop = watchEventLoop(gauge);
    for (let n = 0; n < 5; n += 1) {
      const untilMs = performance.now() + SHED_BEYOND.batch.lagMs + 200;
      while (performance.now() < untilMs);
      await delay(1);
    }
    expect(shedBy(gauge)).toContain('batch');
    stop();
  });
});
