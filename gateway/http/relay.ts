import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Router } from 'express';
import type { Counter } from 'prom-client';
import { MOST_HOPS } from '../../schemas/statement-exchange.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import { type AskingGateways, type AskingParty, unboundToken } from '../issuing/asking-gateways.ts';
import { type RelayedIssuer, relayQuestion } from '../issuing/relay-question.ts';
import { ProblemError } from '../problem-error.ts';
import type { RelayPools } from '../upstream/relay-pools.ts';
import { admit, type Capacity } from './admission.ts';
import { asProblem } from './errors.ts';
import { followTrace, hopsOf, withinOf } from './question-headers.ts';
import { mediaTypeOf, receiveText } from './receive-body.ts';
import { JSON_TYPE, PROBLEM_TYPE, sendBody } from './reply.ts';
import { resource } from './route.ts';
import { MAX_QUESTION_BYTES } from './statements.ts';

const OK = 200;

interface Parts {
  /** Where the nodes that relay answer: below their entities, and at the root. */
  readonly paths: readonly string[];
  /** Null: this node has no anchor, and believes nobody. Throws ProblemError `loop_refused` for an issuer of this node. */
  readonly askers: AskingGateways<RelayedIssuer> | null;
  readonly pools: Pick<RelayPools, 'ask'>;
  readonly relayed: Counter<'asker' | 'issuer' | 'outcome'>;
  readonly shared: Capacity & { readonly askerLimit: RateLimit };
}

/**
 * POST /v1/statements/relay: a question to an issuer that the asking gateway cannot reach. Question and reply are passed on
 * as they came. The token is good for that one question and that one issuer, and the answer is bound to both and to the
 * gateway: whoever runs this node can see what it passes on, and withhold it, but neither change it nor ask on its own.
 */
export function mountRelay(router: Router, { paths, askers, pools, relayed, shared }: Parts): void {
  async function authenticate(request: IncomingMessage): Promise<AskingParty<RelayedIssuer>> {
    if (hopsOf(request) >= MOST_HOPS) throw new ProblemError('loop_refused');
    if (askers === null) throw new ProblemError('unavailable', 'this node has no trust anchor');
    const party = await askers.authenticate(request.headers.authorization);
    if (party.question === null) throw unboundToken();
    const refused = shared.askerLimit.take(party.gateway);
    if (refused !== null) throw new ProblemError('rate_limited', undefined, refused);
    return party;
  }

  const door = {
    priority: 'single',
    clientOf: ({ gateway }: AskingParty<RelayedIssuer>) => gateway,
    read: readText,
    maxBytes: MAX_QUESTION_BYTES,
    scansIn: () => 1,
  } as const;

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const untilMs = performance.now() + withinOf(request);
    const names = { asker: 'unknown', issuer: 'unknown' };
    const known = async () => {
      const party = await authenticate(request);
      names.asker = party.province;
      names.issuer = party.issuer.province;
      return party;
    };
    try {
      const { asker, body } = await admit(shared, { ...door, authenticate: known }, request, response);
      const authorization = request.headers.authorization ?? '';
      const trace = followTrace(request, response);
      const withinMs = untilMs - performance.now();
      const question = { authorization, body, hops: hopsOf(request) + 1, withinMs, trace };
      const reply = await shared.load.whileWaiting(() => relayQuestion(pools, asker.issuer, question));
      const { status, retryAfter } = reply;
      relayed.inc({ ...names, outcome: status === OK ? 'answered' : 'refused' });
      const wait = retryAfter === null ? {} : { 'retry-after': retryAfter };
      sendBody(response, status, status === OK ? JSON_TYPE : PROBLEM_TYPE, reply.body, wait);
    } catch (error) {
      relayed.inc({ ...names, outcome: asProblem(error).code });
      throw error;
    }
  };
  for (const path of new Set(paths)) resource(router, `${path}/v1/statements/relay`, { POST: handle });
}

/** A question as it came: whom it is for reads it. */
async function readText(request: IncomingMessage): Promise<string> {
  if (mediaTypeOf(request) !== 'application/json') throw new ProblemError('media_type_unsupported');
  return await receiveText(request, MAX_QUESTION_BYTES, 'JSON document');
}
