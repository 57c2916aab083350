import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { tempFolder } from '../test/registry-site.fixture.ts';
import type { TrustBundle } from '../trust/trust-bundle.ts';
import { keepBundleFile } from './bundle-file.ts';

const NOW_S = 1_760_000_000;
const bundle = (name: string): TrustBundle => ({
  entity_id: `https://${name}.example`,
  jwks: { keys: [] },
  chains: {},
  historical_keys: {},
  status_lists: {},
});

test('a bundle that took longer to collect overwrites a newer one', async () => {
  const folder = tempFolder(onTestFinished);
  const collected: string[] = [];
  const { write, stop } = keepBundleFile({
    dataDir: folder,
    collect: async () => {
      const name = collected.length === 0 ? 'older' : 'newer';
      collected.push(name);
      if (name === 'older') await delay(60);
      return bundle(name);
    },
    firstEndS: () => Number.POSITIVE_INFINITY,
    nowS: () => NOW_S,
    onFault: (error) => expect(error).toBeUndefined(),
  });
  onTestFinished(stop);
  write();
  await vi.waitFor(() => expect(collected).toEqual(['older']));
  write();
  write();
  const written = () => readFileSync(join(folder, 'trust-bundle.json'), 'utf8');
  await vi.waitFor(() => expect(written()).toContain('newer'));
  await delay(90);
  expect(written()).toContain('newer');
  expect(collected).toEqual(['older', 'newer']);
});

test('a bundle that cannot be had or written is not told, or is the last that is tried', async () => {
  const faults: unknown[] = [];
  const folder = tempFolder(onTestFinished);
  const { write, stop } = keepBundleFile({
    dataDir: folder,
    collect: () => Promise.reject(new Error('no store')),
    firstEndS: () => Number.POSITIVE_INFINITY,
    nowS: () => NOW_S,
    onFault: (error) => faults.push(error),
  });
  onTestFinished(stop);
  for (const times of [1, 2]) {
    write();
    await vi.waitFor(() => expect(faults.length).toBe(times));
  }
});

describe('the bundle of a node where nothing changes', () => {
  const MINUTE_MS = 60_000;

  /** A bundle whose first chain has so many seconds left, and how often it was collected once all is done that is due. */
  function quiet(leftS: number) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let collected = 0;
    const file = keepBundleFile({
      dataDir: tempFolder(onTestFinished),
      collect: async () => {
        collected += 1;
        return bundle('quiet');
      },
      firstEndS: () => NOW_S + leftS,
      nowS: () => NOW_S,
      onFault: (error) => expect(error).toBeUndefined(),
    });
    const writtenAfter = async (ms: number) => {
      vi.advanceTimersByTime(ms);
      for (let turn = 0; turn < 10; turn += 1) await nextTurn();
      return collected;
    };
    file.write();
    return { file, writtenAfter };
  }

  test.each([
    ['half of what is left', 1_000, 500_000],
    ['an hour', 86_400, 60 * MINUTE_MS],
    ['an hour, without a chain', Number.POSITIVE_INFINITY, 60 * MINUTE_MS],
    ['a minute, at its end', 10, MINUTE_MS],
    ['a minute, after its end', -10, MINUTE_MS],
  ])('is not written anew, or not at %s', async (_when, leftS, afterMs) => {
    const { writtenAfter } = quiet(leftS);
    expect(await writtenAfter(0)).toBe(1);
    expect(await writtenAfter(afterMs - 1)).toBe(1);
    expect(await writtenAfter(1)).toBe(2);
    expect(await writtenAfter(afterMs)).toBe(3);
  });

  test('is not written when chains were read anew, or at each reading, or once it is over', async () => {
    const { file, writtenAfter } = quiet(86_400);
    expect(await writtenAfter(0)).toBe(1);
    for (let readings = 0; readings < 3; readings += 1) file.renew();
    expect(await writtenAfter(MINUTE_MS - 1)).toBe(1);
    file.renew();
    expect(await writtenAfter(1)).toBe(2);
    file.stop();
    file.renew();
    expect(await writtenAfter(200 * MINUTE_MS)).toBe(2);
  });
});
