import { describe, expect, test } from 'vitest';
import { IncomingBodies, MOST_INCOMING_BYTES } from './incoming-bodies.ts';

const QUARTER = MOST_INCOMING_BYTES / 4;

/** Bodies that stop half way, until `end`. */
function halfSent(bodies: IncomingBodies, client: string, bytes: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { received: bodies.receive(client, bytes, () => promise), end: resolve };
}

describe('bodies on their way in', () => {
  test('take more memory than one client’s share, or go on counting when they are over', async () => {
    const bodies = new IncomingBodies();
    const full = halfSent(bodies, 'crowd', QUARTER);
    await expect(bodies.receive('crowd', 1, async () => 'read')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await bodies.receive('other', 1, async () => 'read')).toBe('read');
    full.end();
    await full.received;
    expect(await bodies.receive('crowd', 1, async () => 'read')).toBe('read');
  });

  test('of many clients take more than there is, or turn away who has least', async () => {
    const bodies = new IncomingBodies();
    const full = Array.from({ length: 5 }, (_, at) => halfSent(bodies, `crowd-${at}`, QUARTER));
    const outcomes = await Promise.allSettled([...full.map(({ received }) => received).slice(4)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected']);
    expect(await bodies.receive('other', 1, async () => 'read')).toBe('read');
    for (const { end } of full) end();
  });
});
