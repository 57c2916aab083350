import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemSchema } from '../../schemas/problem.ts';
import { createNodeServer, type NodeServer } from './server.ts';

let server: NodeServer;
let port = 0;

beforeAll(async () => {
  server = createNodeServer({ tls: null });
  server.on('request', (request, response) => {
    if (request.url !== '/half') return void response.end('answered');
    response.writeHead(200, { 'content-length': '10' });
    response.write('half');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** Everything that comes back until the connection is closed. */
async function answerTo(sent: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(sent);
  return await text(socket);
}

const LENGTHS = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}';

test.each([
  ['garbage', '\x16\x03\x01 SECRET\r\n\r\n', 400, 'body_invalid'],
  ['a request with two lengths', LENGTHS, 400, 'body_invalid'],
  ['too many headers', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'SECRET'.repeat(3_000)}\r\n\r\n`, 431, 'headers_too_large'],
])('%s is answered with something else than a problem, repeated, or kept open', async (_what, sent, status, code) => {
  const [head = '', body = ''] = (await answerTo(sent)).split('\r\n\r\n');
  expect(head.split('\r\n')[0]).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toContain('content-type: application/problem+json');
  expect(head).toContain('connection: close');
  expect(problemSchema.parse(JSON.parse(body))).toMatchObject({ status, code });
  expect(body).not.toContain('SECRET');
});

test('garbage after a request is answered in the middle of its reply', async () => {
  const answer = await answerTo('GET /half HTTP/1.1\r\nhost: a\r\n\r\n\x16\x03');
  expect(answer).not.toContain('body_invalid');
  expect(await answerTo('GET / HTTP/1.1\r\nhost: a\r\n\r\n\x16\x03')).toMatch(/answered.*body_invalid/s);
});
