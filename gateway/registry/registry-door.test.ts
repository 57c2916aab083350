import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { postLocally } from '../sandbox/post-locally.ts';
import { PATIENTLY } from '../test/patience.ts';
import { type Platform, startPlatform } from '../test/platform.ts';
import { openLocalDoor } from './local-door.ts';
import { makeActor, NAME } from './registry.fixture.ts';
import { openHttpDoor, type PostJson, type RegistryDoor } from './registry-door.ts';

let platform: Platform;
let enrolled = 0;

beforeAll(async () => {
  platform = await startPlatform();
  await platform.admit();
});
afterAll(() => platform.stop());

/** Enrols an auditor whom nobody knows yet, as the anchor. */
async function enrol(door: RegistryDoor, entity_id = nextId()): Promise<string> {
  const { publicJwk } = await makeActor(`auditor-${enrolled}`);
  const body = { entity_id, role: 'auditor' as const, name: NAME, jwks: { keys: [publicJwk] } };
  await door.submit(platform.anchor, { kind: 'entity_enrolled', body });
  return entity_id;
}

function nextId(): string {
  enrolled += 1;
  return `https://auditor-${enrolled}.example`;
}

/** The registry's own answers, counted. */
function counting(): { readonly post: PostJson; readonly statuses: number[] } {
  const statuses: number[] = [];
  const send = postLocally(platform.url);
  return {
    statuses,
    post: async (path, body) => {
      const reply = await send(path, body);
      statuses.push(reply.status);
      return reply;
    },
  };
}

function localDoor(): RegistryDoor {
  const registry = platform.node.node.parts.registry.written?.registry;
  if (registry === undefined) throw new Error('the platform writes no registry');
  const check = { production: false, nowMs: Date.now, live: null };
  return openLocalDoor({ registry, registrar: platform.anchor, check }, () => Math.floor(Date.now() / 1000));
}

describe("the registry's door", () => {
  test('answers before an event is in force, or loses one of many at once', async () => {
    const { post, statuses } = counting();
    const door = platform.openDoor(post);
    const ids = await Promise.all(Array.from({ length: 5 }, () => enrol(door)));
    for (const id of ids) expect(door.folded().entities.has(id)).toBe(true);
    expect(statuses).toEqual([201, 201, 201, 201, 201]);
  });

  test('gives up where somebody else signs for the same entity', async () => {
    const { post, statuses } = counting();
    const [one, other] = [platform.openDoor(post), platform.openDoor(post)];
    const ids = await Promise.all([enrol(one), enrol(other), enrol(one), enrol(other)]);
    for (const id of ids) expect(one.folded().entities.has(id)).toBe(true);
    expect(statuses.filter((status) => status === 201).length).toBe(4);
    expect(statuses).toContain(409);
  });

  test('signs again, or waits, what is refused for good', async () => {
    const { post, statuses } = counting();
    const door = platform.openDoor(post);
    const known = await enrol(door);
    // A conflict, but of another kind: no newer state would help.
    await expect(enrol(door, known)).rejects.toMatchObject({ code: 'entity_exists' });
    expect(statuses).toEqual([201, 409]);
    await enrol(door);
  });

  test.each<[string, PostJson, string]>([
    ['takes it without a receipt', async () => ({ status: 201, text: '{}' }), 'no receipt'],
    ['answers what nobody can read', async () => ({ status: 500, text: '<html>' }), 'status 500'],
    ['is away', () => Promise.reject(new Error('ECONNREFUSED')), 'cannot be reached'],
    ['makes up a code', async () => refusal('constructor: nothing'), 'constructor: nothing'],
  ])('lets an event pass where the registry %s', async (_how, post, message) => {
    const taking = enrol(platform.openDoor(post));
    await expect(taking).rejects.toMatchObject({
      code: 'registry_unavailable',
      message: expect.stringContaining(message),
    });
  });

  test('waits for ever for what does not come back, or holds up who comes next', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { registry } = platform.node.node.parts.registry;
    const listeners = new Set<() => void>();
    const silent = {
      folded: () => registry.folded(),
      onChange: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const later = JSON.stringify({ index: 1_000_000, checkpoint: '', inclusion_proof: [] });
    let asked = 0;
    const post: PostJson = async () => {
      asked += 1;
      return { status: 201, text: later };
    };
    const door = openHttpDoor({ registry: silent, post, nowS: () => Math.floor(Date.now() / 1000) });
    const refused = [enrol(door), enrol(door)].map((taking) =>
      expect(taking).rejects.toMatchObject({ message: expect.stringContaining('has not come back') }),
    );
    await vi.waitFor(() => expect(listeners.size).toBe(1), PATIENTLY);
    expect(asked).toBe(1);
    vi.advanceTimersByTime(10_000);
    await refused[0];
    await vi.waitFor(() => expect([asked, listeners.size]).toEqual([2, 1]), PATIENTLY);
    vi.advanceTimersByTime(10_000);
    await refused[1];
    expect(listeners.size).toBe(0);
  });
});

describe('the door of the registry’s own process', () => {
  test('gives up where somebody else signs for the same entity', async () => {
    const [one, other] = [localDoor(), localDoor()];
    const ids = await Promise.all([enrol(one), enrol(other), enrol(platform.openDoor())]);
    for (const id of ids) expect(one.folded().entities.has(id)).toBe(true);
  });

  test('signs again what is refused for good', async () => {
    const door = localDoor();
    const known = await enrol(door);
    const registry = platform.node.node.parts.registry.written?.registry;
    if (registry === undefined) throw new Error('the platform writes no registry');
    const rehearse = vi.spyOn(registry, 'rehearse');
    onTestFinished(() => rehearse.mockRestore());
    await expect(enrol(door, known)).rejects.toMatchObject({ code: 'entity_exists' });
    expect(rehearse).toHaveBeenCalledOnce();
    await enrol(door);
  });
});

function refusal(detail: string) {
  const problem = {
    type: 'about:blank',
    title: 'x',
    status: 409,
    code: 'log_conflict',
    detail,
    text: NAME,
    next: NAME,
  };
  return { status: 409, text: JSON.stringify(problem) };
}
