import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { BUS_OFFSET, clusterPort } from './redis.ts';

/** What a Linux kernel hands out by itself: the first of them. */
const handedOut = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0]);

test('a node of a Cluster does not start, since its second port is somebody’s', async () => {
  const taken = await clusterPort();
  const server = createServer();
  onTestFinished(() => void server.close());
  await once(server.listen(taken + BUS_OFFSET, '127.0.0.1'), 'listening');
  const usual = await Promise.all(Array.from({ length: 50 }, () => clusterPort()));
  expect(usual.filter((port) => port + BUS_OFFSET >= handedOut)).toEqual([]);
  const beside = await Promise.all(Array.from({ length: 10 }, () => clusterPort({ from: taken, to: taken + 4 })));
  expect(beside).not.toContain(taken);
});
