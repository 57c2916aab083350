import type { RegistryEventBody, RegistryEventKind } from '../../schemas/registry-event.ts';
import type { ReceiptReply } from '../../schemas/registry-views.ts';
import type { Actor } from '../keys/actor.ts';
import { verifyCheckpoint } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import { signEvent } from '../registry/sign-event.ts';
import type { Cli } from './cli.ts';
import { CliError } from './cli-error.ts';
import { GatewayClient, gatewayUrl } from './gateway-client.ts';
import { RegistryApi } from './registry-api.ts';
import { type PinnedRegistry, readRegistryPin } from './registry-pin.ts';

/** An event that is in the log. `verified`: the proof held here; null where no log key is pinned to check it with. */
export interface Entered {
  readonly index: number;
  readonly size: number | null;
  readonly verified: true | null;
  readonly signed_by: string;
}

export interface EventToEnter<K extends RegistryEventKind> {
  readonly kind: K;
  readonly body: RegistryEventBody<K>;
  readonly scenarios?: string;
}

/** The registry of the gateway that HUREN_URL names. */
export function openRegistryApi(cli: Cli): RegistryApi {
  return new RegistryApi(new GatewayClient(gatewayUrl(cli.env)));
}

/**
 * Signs the actor's next event, posts it and checks the proof that it is in the log. Throws CliError with the closed
 * code of the refusal, `not_enrolled`, or `receipt_forged`.
 */
export async function enterEvent<K extends RegistryEventKind>(
  cli: Cli,
  { entityId, signer }: Actor,
  { kind, body, scenarios }: EventToEnter<K>,
): Promise<Entered> {
  const api = openRegistryApi(cli);
  const [entity] = await api.entities(entityId);
  if (entity === undefined) {
    const text = { zh: `${entityId} 尚未登记`, en: `${entityId} is not enrolled in this registry` };
    throw CliError.of('not_enrolled', text);
  }
  const { seq, prev } = entity;
  const { jws } = await signEvent(signer, { entityId, seq, prev }, { kind, body }, Math.floor(Date.now() / 1000));
  const receipt = await api.post(jws, scenarios ?? null);
  return { ...checkReceipt(jws, receipt, readRegistryPin(undefined, cli.env)), signed_by: entityId };
}

/** Posts an event that was signed elsewhere. */
export async function enterSigned(cli: Cli, jws: string, signedBy: string): Promise<Entered> {
  const receipt = await openRegistryApi(cli).post(jws, null);
  return { ...checkReceipt(jws, receipt, readRegistryPin(undefined, cli.env)), signed_by: signedBy };
}

function checkReceipt(jws: string, receipt: ReceiptReply, pinned: PinnedRegistry | null): Omit<Entered, 'signed_by'> {
  const { index, checkpoint } = receipt;
  if (pinned === null) return { index, size: null, verified: null };
  try {
    const { size, root } = verifyCheckpoint(checkpoint, pinned.trust);
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
