import { EVERY_FORM, type TokenForm } from '../../schemas/token-form.ts';
import type { Verified } from './offline-job.ts';

export const BATCH_ITEMS = 20;
/** From here on scans find others to share a signature or a question with. */
export const LEAST_CROWD = 32;

/** Whom a case asks. `both`: two instances of the gateway; `federation`: a gateway that asks its provinces' node. */
export type Asked = 'bare' | 'proxy' | 'fast' | 'handwritten' | 'gateway' | 'both' | 'federation' | 'verifier';

/** One case: whom it asks, about what, and how. */
export interface CasePlan {
  readonly asks: Asked;
  /** `peers`: any, as nobody who is asked remembers one; `new`: each code once; `repeated`: the same hundred. */
  readonly codes: 'peers' | 'new' | 'new-plain' | 'repeated';
  readonly forms?: readonly TokenForm[];
  readonly items?: number;
  /** At least this many clients. */
  readonly crowd?: number;
  readonly whileOneHangs?: true;
  /** What a verifier is given over and over. */
  readonly verifies?: Verified;
  /** So many times as long: longer where p99 is wanted, which takes more of them. */
  readonly stretch?: number;
}

/** In the order of their turns: what is to be compared stands close together. */
const PLANS = {
  repeat: { asks: 'gateway', codes: 'repeated', stretch: 2 },
  'repeat-with-one-province-hung': { asks: 'gateway', codes: 'repeated', whileOneHangs: true, stretch: 2 },
  'repeat-two-instances': { asks: 'both', codes: 'repeated' },
  'bare-http': { asks: 'bare', codes: 'peers' },
  proxy: { asks: 'proxy', codes: 'peers' },
  fast: { asks: 'fast', codes: 'peers' },
  handwritten: { asks: 'handwritten', codes: 'peers' },
  cold: { asks: 'gateway', codes: 'new' },
  'cold-merkle': { asks: 'gateway', codes: 'new', forms: EVERY_FORM, crowd: LEAST_CROWD },
  'cold-plain': { asks: 'gateway', codes: 'new-plain' },
  batch: { asks: 'gateway', codes: 'new', items: BATCH_ITEMS },
  'batch-merkle': { asks: 'gateway', codes: 'new', items: BATCH_ITEMS, forms: EVERY_FORM },
  'federated-cold': { asks: 'federation', codes: 'new' },
  'federated-cold-batched': { asks: 'federation', codes: 'new', forms: EVERY_FORM, crowd: LEAST_CROWD },
  'verify-offline': { asks: 'verifier', codes: 'peers', verifies: 'answer' },
  hcert: { asks: 'verifier', codes: 'peers', verifies: 'certificate-es256' },
  'raw-es256': { asks: 'verifier', codes: 'peers', verifies: 'signature-es256', stretch: 0.5 },
  'hcert-ps256': { asks: 'verifier', codes: 'peers', verifies: 'certificate-ps256', stretch: 0.5 },
  'raw-ps256': { asks: 'verifier', codes: 'peers', verifies: 'signature-ps256', stretch: 0.5 },
} as const satisfies Record<string, CasePlan>;

export type CaseName = keyof typeof PLANS;
export const CASES: readonly CaseName[] = Object.keys(PLANS).filter(isCaseName);

/** What a case asks. */
export function planOf(name: CaseName): CasePlan {
  return PLANS[name];
}

/** Whether there is such a case. */
export function isCaseName(name: string): name is CaseName {
  return name in PLANS;
}
