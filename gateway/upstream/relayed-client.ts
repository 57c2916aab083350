import type { UpstreamReply } from '../../adapters/drivers/driver.ts';
import { textOf } from '../../adapters/drivers/reply-text.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { PROBLEMS, type ProblemCode, problemSchema } from '../../schemas/problem.ts';
import {
  HOPS_HEADER,
  type StatementReply,
  type StatementRequest,
  WITHIN_HEADER,
} from '../../schemas/statement-exchange.ts';
import { questionDigest } from '../trust/statement-answer.ts';
import { type NodeParts, readReply, requestOf } from './node-client.ts';
import type { NodeTokens } from './node-tokens.ts';
import { madeOnce, type NodeWire, parsedReply, RETURN_MS } from './node-wire.ts';
import type { AskingGateway, NodeAnswer, Question } from './question.ts';
import { heardBy, type UpstreamClient } from './upstream-client.ts';

type Parts = NodeParts & {
  readonly tokens: NodeTokens;
  /** The national platform's issuer, whose node relays; null: there is none. */
  readonly relayOf: () => string | null;
  readonly openClient: (relay: string) => UpstreamClient;
};

/** A province's node by way of the national platform's. */
export interface RelayedNode {
  readonly ask: (question: Question, withinMs: number) => Promise<NodeAnswer>;
  readonly close: () => Promise<void>;
}

/**
 * As `openNodeClient`, for a node that cannot be reached from here. The token is good for the one question, and what comes
 * back is checked just as if it had come from the node itself. A relay that reaches nobody is told as nobody.
 */
export function openRelayedClient(parts: Parts): RelayedNode {
  let wire: { readonly relay: string; readonly client: UpstreamClient } | null = null;
  const clientOf = (relay: string): UpstreamClient => {
    if (wire?.relay === relay) return wire.client;
    void wire?.client.close();
    wire = { relay, client: parts.openClient(relay) };
    return wire.client;
  };
  return {
    ask: async (question, withinMs) => {
      const { gateway } = question;
      if (gateway === null) throw new UpstreamError('credentials', 'no gateway here may ask a node');
      const relay = parts.relayOf();
      if (relay === null) throw new UpstreamError('connect_failed', 'no national node relays');
      const client = clientOf(relay);
      const request = requestOf(question);
      const answer = async () =>
        await readReply(parts, gateway, request, await send({ ...parts, client }, gateway, request, withinMs));
      return await heardBy(client, answer());
    },
    close: async () => {
      await wire?.client.close();
    },
  };
}

async function send(
  wire: Omit<NodeWire, 'timeoutMs'>,
  gateway: AskingGateway,
  request: StatementRequest,
  withinMs: number,
): Promise<StatementReply> {
  const { node, client, tokens } = wire;
  const token = await tokens.boundTokenFor(gateway, node, questionDigest(request));
  const reply = await client.fetchMade(
    madeOnce({
      method: 'POST',
      path: '/v1/statements/relay',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        [HOPS_HEADER]: '1',
        [WITHIN_HEADER]: String(Math.max(1, Math.floor(withinMs) - RETURN_MS)),
      },
      body: JSON.stringify(request),
    }),
  );
  if (reply.status === PROBLEMS.node_unreachable.status && problemIn(reply) === 'node_unreachable') {
    throw new UpstreamError('connect_failed', "the province's node is not reached by way of the national platform");
  }
  return parsedReply(reply, wire.nowMs());
}

function problemIn(reply: UpstreamReply): ProblemCode | undefined {
  return problemSchema.safeParse(jsonOrUndefined(textOf(reply, 'UTF-8'))).data?.code;
}
