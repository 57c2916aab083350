import type { VerificationReply } from '../../schemas/verification.ts';
import { networksOf } from '../upstream/networks.ts';
import { type ListeningProxy, startListeningProxy } from './listening-proxy.ts';
import {
  type ProvincialNode,
  type RestOfNation,
  registerChanged,
  startProvincialNode,
  startSystem,
} from './provincial-node.ts';
import { type SandboxGateway, startOverheardSandbox } from './sandbox-gateway.ts';
import { scanBeside } from './venue-beside.ts';

/**
 * Hainan's node at an address that the destination's network does not reach; the national platform's node, in the sandbox,
 * reaches both. Somebody listens before each of the two.
 */
export interface HiddenNode {
  readonly beforeRelay: ListeningProxy;
  readonly beforeIssuer: ListeningProxy;
  readonly sandbox: SandboxGateway;
  readonly issuer: ProvincialNode;
  readonly destination: ProvincialNode;
  /** The national platform's issuer, which relays. */
  readonly relayId: string;
  /** A code that nobody has asked about: one that failed is not asked again for a moment. */
  readonly freshCode: (scenario: string) => string;
  /** The code that was scanned last. */
  readonly lastCode: () => string;
  /** Scans it at a hospital of the destination. Every scan is a question. */
  readonly scan: (scenario: string) => Promise<VerificationReply>;
  readonly stop: () => Promise<void>;
}

const PROVINCE = '460000';
const DESTINATION = '420000';
const ONLY_HERE = { ...networksOf('127.0.0.1/32'), reachesPublic: false, plainHttp: true };

/** Starts all of it. The destination may ask the system itself, where nobody else answers. */
export async function startHiddenNode(): Promise<HiddenNode> {
  const { between: beforeRelay, sandbox } = await startOverheardSandbox();
  const beforeIssuer = await startListeningProxy('127.0.0.2');
  const nation: RestOfNation = { url: sandbox.url, base: beforeRelay.url, dataDir: sandbox.dataDir };
  const system = await startSystem(PROVINCE);
  system.codes.enter(new Map(system.codes.tokens()));
  const hidden = { province: PROVINCE, kind: 'issuer', entityId: beforeIssuer.url, system } as const;
  const issuer = await startProvincialNode(nation, hidden);
  beforeIssuer.target = issuer.node.url;
  const terms = { province: DESTINATION, kind: 'gateway', networks: ONLY_HERE, system } as const;
  const destination = await startProvincialNode(nation, terms);
  const route = ['node', 'national', 'direct'] as const;
  const unkept = { freshness_s: 0, stale_grace_s: 0 };
  await registerChanged(nation, destination, PROVINCE, { node: issuer.entityId, route: [...route], ...unkept });

  let lastCode = '';
  return {
    beforeRelay,
    beforeIssuer,
    sandbox,
    issuer,
    destination,
    relayId: `${beforeRelay.url}/issuers/000000`,
    freshCode: system.freshCode,
    lastCode: () => lastCode,
    scan: async (scenario) => {
      lastCode = system.freshCode(scenario);
      return await scanBeside(destination.node, DESTINATION, lastCode);
    },
    stop: async () => {
      await destination.stop();
      await issuer.stop();
      system.stop();
      await sandbox.stop();
      await beforeRelay.stop();
      await beforeIssuer.stop();
    },
  };
}
