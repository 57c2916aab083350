import { randomBytes } from 'node:crypto';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import type { Signer } from '../trust/signer.ts';
import { LOOPBACK_ONLY } from '../upstream/networks.ts';
import { NodeTokens } from '../upstream/node-tokens.ts';
import { type NodeReply, sendAlone, type TravellingQuestion } from '../upstream/node-wire.ts';
import { QuestionBatcher } from '../upstream/question-batcher.ts';
import { openUpstreamClient } from '../upstream/upstream-client.ts';
import type { SharedThing } from './shared-thing.ts';

const PROVINCE = '410000';
const CODE_LENGTH = 36;

/**
 * Questions to one node, by the batcher and the wire of the product with the limits of a province's manifest. They are
 * there when they are written; what comes back is not verified, since what is measured is when questions leave.
 */
export function openQuestions(node: string, signer: Signer): SharedThing & { readonly close: () => Promise<void> } {
  const limits = loadProvinces().find(({ manifest }) => manifest.province === PROVINCE)?.manifest.upstream;
  if (limits === undefined) throw new Error(`there is no ${PROVINCE}`);
  const client = openUpstreamClient(limits, { origin: node }, { networks: LOOPBACK_ONLY, onRefused: () => undefined });
  const gateway = { entityId: 'https://gateway.example', signer: () => signer };
  let requests = 0;
  const fetchMade: typeof client.fetchMade = (...given) => {
    requests += 1;
    return client.fetchMade(...given);
  };
  const wire = {
    node,
    client: { ...client, fetchMade },
    timeoutMs: limits.timeout_ms,
    tokens: new NodeTokens(Date.now),
    nowMs: Date.now,
  };
  const batcher = new QuestionBatcher(wire);

  /** When a question first left: one whose connection is lost is made again. */
  async function leaving(send: (make: TravellingQuestion['make']) => Promise<NodeReply>): Promise<number> {
    let leftMs: number | null = null;
    await send(() => {
      leftMs ??= performance.now();
      return { code: `YKM1${nonce()}`, purpose: 'medical_visit', nonce: nonce() };
    });
    return leftMs ?? performance.now();
  }

  return {
    alone: () =>
      leaving((make) => new Promise((resolve, reject) => void sendAlone(wire, gateway, { make, resolve, reject }))),
    together: () => leaving((make) => batcher.ask(gateway, make, CODE_LENGTH)),
    taken: () => requests,
    close: () => client.close(),
  };
}

function nonce(): string {
  return randomBytes(16).toString('base64url');
}
