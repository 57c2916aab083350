import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { parseCheckpoint } from '../log/checkpoint.ts';
import {
  actors,
  enrolledWorld,
  LOG_KEY,
  NOW_S,
  signerWith,
  TRUSTED,
  type World,
} from '../registry/registry.fixture.ts';
import { PATIENTLY } from './patience.ts';
import { type RegistrySite, startSite, tempFolder } from './registry-site.fixture.ts';

const { first, second, henan } = actors;
/** Half of the time for which those who wait here ask to be held: whoever is answered by then has not been left to its end. */
const BEFORE_ITS_TIME_MS = 15_000;
let world: World;
beforeAll(async () => {
  world = await enrolledWorld();
});

async function site(): Promise<RegistrySite> {
  const folder = tempFolder(onTestFinished);
  const started = await startSite({ folder, logSigner: signerWith(LOG_KEY), genesis: TRUSTED, nowS: () => NOW_S });
  onTestFinished(() => started.stop());
  await started.registry.commit(async (draft) => {
    for (const jws of world.log) await draft.add(jws);
  });
  return started;
}

const grow = ({ registry }: RegistrySite, jwk = second.publicJwk) =>
  registry.commit((draft) => draft.sign(first, 'key_announced', { use: 'federation', jwk }));
const ask = ({ url }: RegistrySite, query: string, signal?: AbortSignal) =>
  fetch(`${url}/v1/log/checkpoint${query}`, signal === undefined ? {} : { signal });
const sizeIn = async (reply: Response) => parseCheckpoint(await reply.text()).size;
/** As many as may wait, all from one address. */
const crowd = ({ waits }: RegistrySite, peer: string) =>
  Array.from({ length: 1_024 }, () => waits.otherThan(7, { waitMs: 30_000, peer, gone: new AbortController().signal }));
const waiting = ({ waits }: RegistrySite) => waits.waiting;

test('a question for the checkpoint is held although the log has another size, or nobody asked to wait', async () => {
  const log = await site();
  for (const query of ['', '?since=7', '?since=7&wait_s=0', '?since=6&wait_s=30', '?since=9&wait_s=30']) {
    expect(await sizeIn(await ask(log, query)), query).toBe(7);
  }
});

test.each([
  '?since=-1',
  '?since=7&wait_s=31',
  '?since=7&wait_s=x',
  '?since=1&since=2',
])('%s is answered', async (query) => {
  expect((await ask(await site(), query)).status).toBe(400);
});

test('a question that waits is answered late, with the old checkpoint, or not at all', async () => {
  const log = await site();
  const held = [ask(log, '?since=7&wait_s=30'), ask(log, '?since=7&wait_s=30')];
  await vi.waitFor(() => expect(waiting(log)).toBe(2), PATIENTLY);
  const startedMs = performance.now();
  await grow(log);
  expect(await Promise.all(held.map(async (reply) => sizeIn(await reply)))).toEqual([8, 8]);
  expect(performance.now() - startedMs).toBeLessThan(BEFORE_ITS_TIME_MS);
  expect(waiting(log)).toBe(0);
});

test('a question is held beyond its time, or let go before', async () => {
  const log = await site();
  const startedMs = performance.now();
  expect(await sizeIn(await ask(log, '?since=7&wait_s=1'))).toBe(7);
  expect(performance.now() - startedMs).toBeGreaterThan(950);
});

test('who is gone keeps a place among those who wait', async () => {
  const log = await site();
  const leaves = new AbortController();
  const reply = ask(log, '?since=7&wait_s=30', leaves.signal).catch(() => 'gone');
  await vi.waitFor(() => expect(waiting(log)).toBe(1), PATIENTLY);
  leaves.abort();
  expect(await reply).toBe('gone');
  await vi.waitFor(() => expect(waiting(log)).toBe(0), PATIENTLY);
});

test('any number of questions may wait', async () => {
  const log = await site();
  const held = crowd(log, '127.0.0.1');
  const refused = await ask(log, '?since=7&wait_s=30');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await ask(log, '')).status).toBe(200);
  await grow(log, henan.publicJwk);
  expect(new Set((await Promise.all(held)).map((note) => parseCheckpoint(note ?? '').size))).toEqual(new Set([8]));
});

test('one that waits a thousand times keeps everybody else from hearing at once that the log has grown', async () => {
  const log = await site();
  const held = crowd(log, '192.0.2.1');
  const asked = ask(log, '?since=7&wait_s=30');
  // The one that has waited for longest is told to ask again.
  expect(parseCheckpoint((await held[0]) ?? '').size).toBe(7);
  expect(waiting(log)).toBe(1_024);
  await grow(log);
  const reply = await asked;
  expect([reply.status, await sizeIn(reply)]).toEqual([200, 8]);
  await Promise.all(held);
});

test('a registry that stops makes those who wait hold it up', async () => {
  const log = await site();
  const held = ask(log, '?since=7&wait_s=30');
  await vi.waitFor(() => expect(waiting(log)).toBe(1), PATIENTLY);
  const startedMs = performance.now();
  log.waits.close();
  expect(await sizeIn(await held)).toBe(7);
  expect(await sizeIn(await ask(log, '?since=7&wait_s=30'))).toBe(7);
  expect(performance.now() - startedMs).toBeLessThan(BEFORE_ITS_TIME_MS);
});
