import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { tempFolder } from '../test/registry-site.fixture.ts';
import type { TrustBundle } from '../trust/trust-bundle.ts';
import { keepBundleFile } from './bundle-file.ts';

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
  const write = keepBundleFile(
    folder,
    async () => {
      const name = collected.length === 0 ? 'older' : 'newer';
      collected.push(name);
      if (name === 'older') await delay(60);
      return bundle(name);
    },
    (error) => expect(error).toBeUndefined(),
  );
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
  const write = keepBundleFile(
    folder,
    () => Promise.reject(new Error('no store')),
    (error) => faults.push(error),
  );
  for (const times of [1, 2]) {
    write();
    await vi.waitFor(() => expect(faults.length).toBe(times));
  }
});
