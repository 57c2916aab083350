import { readdirSync } from 'node:fs';
import { expect, onTestFinished, vi } from 'vitest';
import type { CheckpointSigner } from '../registry/checkpoint-slot.ts';
import {
  activeWorld,
  actors,
  LOG_KEY,
  NOW_S,
  signerWith,
  TRUSTED,
  VERIFIER_KEY,
  World,
  withNewKey,
} from '../registry/registry.fixture.ts';
import { PATIENCE_MS } from './patience.ts';
import { type RegistrySite, startFollower, startSite, type TestFollower, tempFolder } from './registry-site.fixture.ts';

export const { anchor, first, second } = actors;
export const PINNED = { ...TRUSTED, logKeys: [VERIFIER_KEY] };
export const SIGNER = signerWith(LOG_KEY);
export const nowS = () => NOW_S;
export const WAIT = { timeout: PATIENCE_MS, interval: 10 };

/** A registry with an adapter in use; tests fork it. */
export const world: World = await activeWorld();

/** A registry that is written, with what the world's log holds; gone with the test. */
export async function site(
  settings: { folder?: string; logSigner?: CheckpointSigner; port?: number; log?: readonly string[] } = {},
): Promise<RegistrySite> {
  const folder = settings.folder ?? tempFolder(onTestFinished);
  const { logSigner = SIGNER, port, log = world.log } = settings;
  const started = await startSite({
    folder,
    logSigner,
    genesis: TRUSTED,
    nowS,
    ...(port === undefined ? {} : { port }),
  });
  onTestFinished(() => started.stop());
  if (started.registry.folded().size === 0) {
    await started.registry.commit(async (draft) => {
      for (const jws of log) await draft.add(jws);
    });
  }
  return started;
}

/** Whoever follows it, from a folder of its own. */
export async function follower(url: string, folder = tempFolder(onTestFinished), more = {}): Promise<TestFollower> {
  const started = await startFollower({ folder, url, genesis: PINNED, nowS, ...more });
  onTestFinished(() => started.close());
  return started;
}

/** Suspends and resumes Henan's adapter, one entry each. */
export async function quarrel({ registry }: Pick<RegistrySite, 'registry'>, events: number): Promise<void> {
  await registry.commit(async (draft) => {
    for (let done = 0; done < events; done += 1) {
      const isSuspended = (draft.state.adapters.get('410000')?.suspended ?? null) !== null;
      if (isSuspended) await draft.sign(first, 'adapter_resumed', { province: '410000' });
      else await draft.sign(first, 'adapter_suspended', { province: '410000', reason: 'misuse' });
    }
  });
}

export const sizeOf = ({ registry }: { registry: { folded(): { size: number } } }) => registry.folded().size;
export const caughtUp = (follows: TestFollower, with_: RegistrySite) =>
  vi.waitFor(() => expect(sizeOf(follows)).toBe(sizeOf(with_)), WAIT);
export const files = (folder: string, start: string) => readdirSync(folder).filter((name) => name.startsWith(start));

/** A follower that has caught up with a writer. */
export async function following(settings: { folder?: string; waitS?: number } = {}) {
  const { folder = tempFolder(onTestFinished), ...more } = settings;
  const writer = await site();
  const follows = await follower(writer.url, folder, more);
  await caughtUp(follows, writer);
  return { writer, follows, folder, known: sizeOf(writer), port: Number(new URL(writer.url).port) };
}

/** The entries of another history: the same up to the last one, then others. */
export async function otherHistory(size: number): Promise<readonly string[]> {
  if (size < world.log.length) return world.log.slice(0, size);
  const fork = new World();
  for (const jws of world.log.slice(0, -1)) await fork.take(jws);
  while (fork.log.length < size) {
    await fork.do(second, 'key_announced', { use: 'federation', jwk: (await withNewKey(second)).publicJwk });
  }
  return fork.log;
}
