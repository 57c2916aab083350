import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeProtectedHeader } from 'jose';
import { SAMPLE } from '../../adapters/sample-manifest.fixture.ts';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import type { StatementOutcome, StatementRequest } from '../../schemas/statement-exchange.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { plainly, type Signer } from '../trust/signer.ts';
import { questionDigest, signStatementAnswer } from '../trust/statement-answer.ts';
import { LOOPBACK_ONLY } from './networks.ts';
import { openNodeClient } from './node-client.ts';
import { NodeTokens } from './node-tokens.ts';
import type { NodeAnswer, Question } from './question.ts';
import { openUpstreamClient, type UpstreamClient } from './upstream-client.ts';

export const GATEWAY = 'https://gateway.example';
export const LIMITS = {
  ...SAMPLE.upstream,
  timeout_ms: 2_000,
  max_connections: 64,
  max_queue: 64,
  max_reply_bytes: 24_576,
};

/** Somebody who stands where a province's node would, over real HTTP, and says what a test has it say. */
export interface PlayedNode {
  readonly client: UpstreamClient;
  /** Its key is in the chain after a second look alone. */
  rereads: number;
  clock: number;
  readonly tokens: string[];
  /** Of the keys that signed the tokens. */
  readonly kids: () => (string | undefined)[];
  readonly paths: string[];
  answer: (response: ServerResponse, body: string, path: string) => Promise<void>;
  readonly ask: (question?: Partial<Question>) => Promise<NodeAnswer>;
  /** An answer to that request, rightly signed. */
  readonly signed: (request: StatementRequest, outcome: StatementOutcome, gateway?: string) => Promise<string>;
  /** What the gateway that asks signs with at the moment. */
  gatewaySigner: Signer;
  readonly stop: () => Promise<void>;
}

export async function playNode(limits: Partial<typeof LIMITS> = {}): Promise<PlayedNode> {
  const [issuer, gateway] = await Promise.all([makeKey('statements'), makeKey('answers')]);
  const server = createServer(async (request, response) => {
    played.tokens.push(request.headers.authorization ?? '');
    played.paths.push(request.url ?? '');
    await played.answer(response, await text(request), request.url ?? '');
  });
  const node = await listenOnLoopback(server);
  const guard = { networks: LOOPBACK_ONLY, onRefused: () => undefined };
  const client = openUpstreamClient({ ...LIMITS, ...limits }, { origin: node }, guard);
  const asking = openNodeClient({
    node,
    province: '410000',
    client,
    timeoutMs: limits.timeout_ms ?? LIMITS.timeout_ms,
    tokens: new NodeTokens(() => played.clock),
    keys: async (_node, _province, reread) => {
      if (reread === undefined) return { jwks: { keys: [gateway.jwk] } };
      played.rereads += 1;
      return { jwks: { keys: [issuer.jwk] } };
    },
    nowMs: () => played.clock,
  });
  const base: Question = {
    token: 'TOKEN',
    code: 'CODE',
    purpose: 'venue_entry',
    destination: null,
    forms: ['jws'],
    gateway: { entityId: GATEWAY, signer: () => played.gatewaySigner },
  };
  const played: PlayedNode = {
    client,
    rereads: 0,
    clock: Date.now(),
    tokens: [],
    kids: () => played.tokens.map((header) => decodeProtectedHeader(header.replace('Bearer ', '')).kid),
    paths: [],
    answer: async (response) => void response.writeHead(500).end(),
    ask: (question = {}) => asking({ ...base, ...question }),
    signed: async (request, outcome, aud = GATEWAY) => {
      const iat = Math.floor(played.clock / 1000);
      const bound = { iss: node, aud, iat, exp: iat + 60, nonce: request.nonce };
      const claims = { ...bound, question: questionDigest(request), ...outcome };
      return await signStatementAnswer(claims, plainly(issuer.signer));
    },
    gatewaySigner: gateway.signer,
    stop: async () => {
      await client.close();
      server.closeAllConnections();
      server.close();
    },
  };
  return played;
}
