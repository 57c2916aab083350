import type { AdapterAnswer } from '../../adapters/adapter.ts';
import type { FailureReason, ProvinceCode, Purpose, RecordReason } from '../../schemas/code-lists/index.ts';
import type { Way } from '../../schemas/manifest.ts';
import type { TokenForm } from '../../schemas/token-form.ts';
import type { Signer } from '../trust/signer.ts';

/** In whose name a province's node is asked. `signer`: with the key of its attestations; throws where it may not sign. */
export interface AskingGateway {
  readonly entityId: string;
  readonly signer: () => Signer;
}

/** What a province is asked. Its own system is told the token alone, its node what it needs to recognise the code. */
export interface Question {
  readonly token: string;
  /** What the scanner read; null where another province's record refers to the token. */
  readonly code: string | null;
  readonly purpose: Purpose;
  /** Whose venue it is for. A system is told where its answer depends on that. Null: for none, as an auditor's. */
  readonly destination: ProvinceCode | null;
  /** The forms of a signed statement that whoever it is for takes. */
  readonly forms: readonly TokenForm[];
  /** Null: no gateway here may ask a node. */
  readonly gateway: AskingGateway | null;
}

/**
 * What a province's node says: a signed statement, not verified yet, with what translating the record told beside it; or
 * that its own system gave no answer, and why.
 */
export type NodeAnswer =
  | {
      readonly kind: 'stated';
      readonly statement: string;
      readonly reasons: readonly RecordReason[];
      readonly localGroundOnly: boolean;
    }
  | { readonly kind: 'unavailable'; readonly reasons: readonly FailureReason[] }
  | Extract<AdapterAnswer, { kind: 'absent' }>;

/** Ways by which a node answers. */
export type NodeWay = Exclude<Way, 'direct'>;

/** By whichever way it was asked: `found` is its system's own word, `stated` and `unavailable` its node's. */
export type ProvinceAnswer =
  | AdapterAnswer
  | Exclude<NodeAnswer, { kind: 'stated' }>
  | (Extract<NodeAnswer, { kind: 'stated' }> & { readonly way: NodeWay });
