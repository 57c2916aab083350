import type { SandboxCode } from '../../schemas/sandbox.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { verifySm2 } from '../trust/sm2.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import type { ListeningProxy } from './listening-proxy.ts';
import { type SandboxGateway, startOverheardSandbox } from './sandbox-gateway.ts';
import { codeLike, sandboxCode, sandboxCodes } from './venue-client.ts';

/** Anhui's node signs for a system that does not; Guizhou's hands on what its system signed, and may be gone round. */
export const BY_NODE = '340000';
export const SIGNING = '520000';

/** The sandbox's nation, whose nodes talk to one another past somebody who listens. */
export interface OverheardNation {
  readonly between: ListeningProxy;
  readonly nation: SandboxGateway;
  readonly codes: readonly SandboxCode[];
  readonly issuerOf: (province: string) => string;
  /** A code that nobody has asked about, with the record of a scenario behind it. */
  readonly freshCode: (province: string, scenario: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts it, with no limit on venues that a test would meet. */
export async function startOverheardNation(): Promise<OverheardNation> {
  const { between, sandbox: nation } = await startOverheardSandbox({ HUREN_CLIENT_RATE: '100000' });
  const codes = await sandboxCodes(nation.url);
  return {
    between,
    nation,
    codes,
    issuerOf: (province) => `${between.url}/issuers/${province}`,
    freshCode: (province, scenario) => codeLike(nation.url, sandboxCode(codes, province, scenario)),
    stop: async () => {
      await nation.stop();
      await between.stop();
    },
  };
}

/** What a verifier says of an answer, with the chains that a node shows. */
export async function verdict({ attestation, evidence }: VerificationReply, at: string) {
  const bundle = trustBundleSchema.parse(await (await fetch(`${at}/federation/bundle`)).json());
  const chainOf = (id: string) => bundle.chains[id] ?? [];
  const atS = Math.floor(Date.now() / 1000);
  return await verifyAttestation({ attestation, evidence }, { anchor: bundle, chainOf, atS, sm2Verify: verifySm2 });
}
