import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import type { ReceiptReply } from '../../schemas/registry-views.ts';
import type { Actor } from '../keys/actor.ts';
import { verifyCheckpoint } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import { type ChainHead, signEvent } from '../trust/registry-event.ts';
import type { Cli } from './cli.ts';
import { CliError } from './cli-error.ts';
import { GatewayClient, gatewayUrl } from './gateway-client.ts';
import { trustOnline } from './log-trust.ts';
import { RegistryApi } from './registry-api.ts';
import { readRegistryPin } from './registry-pin.ts';
import { notEnrolled } from './signer-choice.ts';

/** An event that is in the log. `verified`: the proof held here; null where no log key is pinned to check it with. */
export interface Entered {
  readonly index: number;
  readonly size: number | null;
  readonly verified: true | null;
  readonly signed_by: string;
}

/** What is to be signed: a kind with the body that belongs to it. */
export type EventToSign = {
  [K in RegistryEventKind]: { readonly kind: K; readonly body: RegistryEventBody<K> };
}[RegistryEventKind];

/** Signed events in order, and where their signer's chain stands after them. */
export interface SignedEvents {
  readonly events: readonly string[];
  readonly head: ChainHead;
}

/** The registry of the gateway that HUREN_URL names. */
export function openRegistryApi(cli: Cli): RegistryApi {
  return new RegistryApi(new GatewayClient(gatewayUrl(cli.env)));
}

/** Where an entity's chain stands in the registry. Throws CliError `not_enrolled`. */
export async function headOf(cli: Cli, entityId: string): Promise<ChainHead> {
  const [entity] = await openRegistryApi(cli).entities(entityId);
  if (entity === undefined) throw notEnrolled(entityId, cli.env);
  return { entityId, seq: entity.seq, prev: entity.prev };
}

/** Signs events one after another, from `head` on. `iatS`: the time that is written into them, seconds since 1970. */
export async function signEvents(
  { signer }: Actor,
  head: ChainHead,
  events: readonly EventToSign[],
  iatS: number,
): Promise<SignedEvents> {
  const signed: string[] = [];
  let at = head;
  for (const event of events) {
    const { jws, head: after } = await signEvent(signer, at, event, iatS);
    signed.push(jws);
    at = after;
  }
  return { events: signed, head: at };
}

/**
 * Posts a signed event and checks the proof that it is in the log. `scenarios` goes along with a submission. Throws
 * CliError with the closed code of the refusal, or `receipt_forged`.
 */
export async function postEvent(
  cli: Cli,
  jws: string,
  { signedBy, scenarios }: { readonly signedBy: string; readonly scenarios: string | null },
): Promise<Entered> {
  const receipt = await openRegistryApi(cli).post(jws, scenarios);
  return { ...(await checkReceipt(jws, receipt, cli)), signed_by: signedBy };
}

async function checkReceipt(jws: string, receipt: ReceiptReply, { env }: Cli): Promise<Omit<Entered, 'signed_by'>> {
  const { index, checkpoint } = receipt;
  const pinned = readRegistryPin(undefined, env);
  if (pinned === null) return { index, size: null, verified: null };
  try {
    const trust = await trustOnline(pinned, new GatewayClient(gatewayUrl(env)), checkpoint);
    const { size, root } = verifyCheckpoint(checkpoint, trust);
    const proof = receipt.inclusion_proof.map((hash) => new Uint8Array(Buffer.from(hash, 'base64')));
    const leaf = leafHash(new TextEncoder().encode(jws));
    if (verifyInclusion({ index, size, leafHash: leaf, proof, root })) return { index, size, verified: true };
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
  }
  throw CliError.of('receipt_forged', {
    zh: `网关称事件在日志第 ${index} 条，但证明不成立`,
    en: `the gateway says that the event is entry ${index} of the log, but its proof does not hold`,
  });
}

/** What happened, and where in the log it stands. */
export function printEntered(cli: Cli, said: string, { index, size, verified, signed_by }: Entered): void {
  const { say, paint, print } = cli;
  print(`${paint('green', '✓')} ${said}`);
  print(`  ${say({ zh: '签名者', en: 'signed by' })}  ${signed_by}`);
  const proof =
    verified === null
      ? say({
          zh: '未核对：此处没有日志密钥（HUREN_ANCHOR_FILE）',
          en: 'not checked: no log key here (HUREN_ANCHOR_FILE)',
        })
      : say({ zh: '包含证明成立', en: 'inclusion proof verified' });
  const of = size === null ? '' : say({ zh: `，检查点 ${size} 条`, en: ` of ${size} in the checkpoint` });
  print(
    `  ${say({ zh: '日志', en: 'log      ' })}  ${say({ zh: `第 ${index} 条`, en: `entry ${index}` })}${of} · ${proof}`,
  );
}
