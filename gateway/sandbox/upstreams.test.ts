import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { PATIENTLY } from '../test/patience.ts';
import { followSubmitted } from './upstreams.ts';

test('what is submitted after one look that failed is never seen', async () => {
  let looks = 0;
  const played = { origin: 'http://127.0.0.1:1', secrets: {}, statementKey: null, statementKeys: [], agencyKeys: [] };
  const system = { province: '410000', system: played };
  const server = createServer((_request, response) => {
    looks += 1;
    if (looks === 2) return void response.destroy();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(looks < 4 ? [] : [system]));
  });
  const origin = await listenOnLoopback(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const submitted = await followSubmitted({ control: { origin, token: 'any' } });
  await vi.waitFor(() => expect([...submitted.keys()]).toEqual(['410000']), PATIENTLY);
});
