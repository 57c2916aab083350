import type { Settings } from './huren-command.ts';

/** A venue's question, with the settings that a person would ask it with. */
export interface VenueQuestion {
  readonly settings: Settings;
  readonly code: string;
}

/** What came of it: an answer and whether it verifies up to the anchor, or the problem's code. */
export type ScanOutcome =
  | { readonly kind: 'problem'; readonly problem: string }
  | {
      readonly kind: 'answer';
      readonly status: string;
      readonly decision: string;
      readonly verified: boolean;
      /** Why it does not verify; null where it does. */
      readonly fault: string | null;
      readonly assurance: string;
      /** The attestation's `adapter`, which names the way that was taken; null where nothing verified. */
      readonly adapter: string | null;
      /** Every link, from the attestation to the anchor. */
      readonly chain: readonly { readonly typ: string; readonly iss: string }[];
      readonly attestation: string;
      readonly evidence: readonly string[];
    };

/** Asks as a venue does and verifies with the product's verifier: the command line brings it, since nobody imports that. */
export type Scanner = (question: VenueQuestion) => Promise<ScanOutcome>;
