import { describe, expect, test, vi } from 'vitest';
import { PATIENTLY } from '../../gateway/test/patience.ts';
import { UpstreamError } from '../upstream-error.ts';
import { openSession } from './session.ts';

function setUp(obtain: (last: number | null) => Promise<number>) {
  const clock = { nowMs: 0 };
  const heard: (string | null)[] = [];
  const session = openSession(
    async (last: number | null) => {
      const value = await obtain(last);
      return { value, refreshAtMs: clock.nowMs + 80_000, endsAtMs: clock.nowMs + 100_000 };
    },
    { nowMs: () => clock.nowMs, onRefresh: (fault) => void heard.push(fault) },
  );
  return { clock, session, heard };
}

describe('a lease', () => {
  test('a failing early renewal delays and fails nobody while the lease still works', async () => {
    let working = true;
    const obtain = vi.fn(async (last: number | null) => {
      if (!working) throw new Error('down');
      return (last ?? 0) + 1;
    });
    const { clock, session } = setUp(obtain);
    expect(await session.current()).toBe(1);
    working = false;
    clock.nowMs = 99_000;
    expect(await session.current()).toBe(1);
    await vi.waitFor(() => expect(obtain).toHaveBeenCalledTimes(2), PATIENTLY);
    clock.nowMs = 100_000;
    await expect(session.current()).rejects.toThrow('down');
    working = true;
    expect(await session.current()).toBe(2);
  });

  test('a failing early renewal is told to nobody, or goes on being told once it is over', async () => {
    const faults = [null, new UpstreamError('signature', 'a stranger signed'), new Error('a fault of ours'), null];
    const { clock, session, heard } = setUp(async () => {
      const fault = faults.shift() ?? null;
      if (fault !== null) throw fault;
      return faults.length;
    });
    await session.current();
    clock.nowMs = 80_000;
    for (const count of [2, 3, 4]) {
      clock.nowMs += 1_000;
      await session.current();
      await vi.waitFor(() => expect(heard).toHaveLength(count), PATIENTLY);
    }
    expect(heard).toEqual([null, 'signature', 'internal', null]);
  });

  test('a system that fails is asked for a new lease at every question, or not again', async () => {
    const obtain = vi.fn(async (last: number | null) => {
      if (last !== null) throw new Error('down');
      return 1;
    });
    const { clock, session } = setUp(obtain);
    const ask = async () => {
      for (let n = 0; n < 20; n += 1) {
        await session.current();
        await new Promise(setImmediate);
      }
    };
    await ask();
    clock.nowMs = 80_000;
    await ask();
    expect(obtain).toHaveBeenCalledTimes(2);
    clock.nowMs = 81_000;
    await ask();
    expect(obtain).toHaveBeenCalledTimes(3);
  });

  test('one failure is not remembered for the next caller', async () => {
    let attempts = 0;
    const { session } = setUp(async () => {
      if (++attempts === 1) throw new Error('once');
      return attempts;
    });
    const both = await Promise.allSettled([session.current(), session.current()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await session.current()).toBe(2);
  });

  test('a caller refused with an old value takes the new one without asking again', async () => {
    let next = 0;
    const { session } = setUp(async () => ++next);
    const old = await session.current();
    expect(await Promise.all([session.renew(old), session.renew(old)])).toEqual([2, 2]);
    expect(await session.renew(old)).toBe(2);
    expect(next).toBe(2);
  });
});
