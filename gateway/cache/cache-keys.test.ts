import { describe, expect, test } from 'vitest';
import { CacheKeys, EPOCH_MS } from './cache-keys.ts';
import { HANDLE, SECRET, TOKEN } from './cached-answer.fixture.ts';

const QUESTION = { province: '410000', adapter: 'digest-of-a-manifest', token: TOKEN } as const;
const NOON = 500_000 * EPOCH_MS;

function keysAt(nowMs: number, secret = SECRET): CacheKeys {
  return new CacheKeys(secret, () => nowMs);
}

describe('a name', () => {
  test('differs between instances that share the secret', () => {
    expect(keysAt(NOON).keyOf(QUESTION, 0)).toEqual(keysAt(NOON + 10).keyOf(QUESTION, 0));
  });

  test.each([
    ['another province', { ...QUESTION, province: '440000' } as const],
    ['another version of the adapter', { ...QUESTION, adapter: 'digest-of-its-successor' }],
    ['another code', { ...QUESTION, token: `${TOKEN}1` }],
    ['another destination, where the answer depends on it', { ...QUESTION, destination: '440000' } as const],
    ['members that run together', { ...QUESTION, adapter: `digest-of-a-manifest${TOKEN[0]}`, token: TOKEN.slice(1) }],
  ])('is shared with %s', (_what, question) => {
    expect(keysAt(NOON).keyOf(question, 0).name).not.toBe(keysAt(NOON).keyOf(QUESTION, 0).name);
  });

  test('is the same an hour later, or without the secret', () => {
    const { name } = keysAt(NOON).keyOf(QUESTION, 0);
    expect(keysAt(NOON + EPOCH_MS).keyOf(QUESTION, 0).name).not.toBe(name);
    expect(keysAt(NOON, `${SECRET}x`).keyOf(QUESTION, 0).name).not.toBe(name);
    expect(name).not.toContain(TOKEN);
  });

  test('of the last hour is forgotten while its answers live, or looked for when they cannot', () => {
    const { name } = keysAt(NOON).keyOf(QUESTION, 0);
    expect(keysAt(NOON + EPOCH_MS + 359_000).keyOf(QUESTION, 360_000).previous).toBe(name);
    expect(keysAt(NOON + EPOCH_MS + 361_000).keyOf(QUESTION, 360_000).previous).toBeNull();
  });
});

describe('a seal', () => {
  test('is opened under another name, by another secret, altered, or hours later', () => {
    const sealed = keysAt(NOON).seal('name', 'a text');
    expect(keysAt(NOON + EPOCH_MS).open('name', sealed)).toBe('a text');
    expect(keysAt(NOON).open('other', sealed)).toBeNull();
    expect(keysAt(NOON, `${SECRET}x`).open('name', sealed)).toBeNull();
    expect(keysAt(NOON + 2 * EPOCH_MS).open('name', sealed)).toBeNull();
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = Buffer.from(sealed);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect(keysAt(NOON).open('name', altered), `byte ${at}`).toBeNull();
      expect(keysAt(NOON).open('name', sealed.subarray(0, at))).toBeNull();
    }
  });

  test('of one text is the same twice', () => {
    expect(keysAt(NOON).seal('name', 'a text')).not.toEqual(keysAt(NOON).seal('name', 'a text'));
  });
});

test('the tag of an entry is missed by an event from the other side of the hour', () => {
  for (const aheadMs of [-EPOCH_MS, 0, EPOCH_MS]) {
    expect(keysAt(NOON).tagsOf('410000', HANDLE)).toContain(keysAt(NOON + aheadMs).tagOf('410000', HANDLE));
  }
  expect(keysAt(NOON).tagsOf('440000', HANDLE)).not.toContain(keysAt(NOON).tagOf('410000', HANDLE));
});
