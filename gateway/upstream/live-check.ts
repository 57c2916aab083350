import { checkLive, LIVE_DEFAULTS, type LiveOutcome } from '../../adapters/conformance/live-checks.ts';
import type { LiveTarget } from '../../adapters/conformance/live-target.ts';
import type { UpstreamFetch } from '../../adapters/drivers/driver.ts';
import { liveCodesOf } from '../../adapters/upstream-access.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Scenarios } from '../../schemas/scenarios.ts';
import type { LiveCheck } from '../registry/adapter-check.ts';
import { RegistryError } from '../registry/registry-error.ts';
import type { ProvinceAccess } from './province-adapters.ts';
import type { UpstreamClient } from './upstream-client.ts';

/** Codes of an upstream's own test holders, by the scenario that they show. */
export type TestCodes = Readonly<Record<string, string>>;

interface Parts {
  readonly accessOf: (manifest: Manifest) => ProvinceAccess;
  readonly testCodes: (manifest: Manifest, scenarios: Scenarios) => Promise<TestCodes | null>;
  readonly nowMs: () => number;
}

/** A slow province must not hold its own submission up for longer than the command line waits (15 s). */
const WITHIN_MS = 10_000;
const OPTIONS = { ...LIVE_DEFAULTS, latencyCalls: 20 };

/**
 * The kit's live checks as a server may run them: over the same guarded wire as a scan, so that a manifest leads to no
 * address that a scan could not reach, without faults, and with an end. What is not asked in time counts as unanswered.
 */
export function openLiveCheck({ accessOf, testCodes, nowMs }: Parts, withinMs = WITHIN_MS): LiveCheck {
  const underWay = new Set<ProvinceCode>();
  return async (manifest, scenarios) => {
    const { province } = manifest;
    // One submission posted a hundred times over must not be a hundred checks.
    if (underWay.has(province))
      throw new RegistryError('registry_unavailable', 'a check of that province is under way');
    underWay.add(province);
    try {
      return await check(manifest, scenarios);
    } finally {
      underWay.delete(province);
    }
  };

  async function check(manifest: Manifest, scenarios: Scenarios): Promise<LiveOutcome | null> {
    const codes = await testCodes(manifest, scenarios);
    const access = accessOf(manifest);
    const secrets = access.secrets();
    const live = codes === null ? [] : liveCodesOf({ codes }, scenarios);
    // A live check that knows no code has asked nothing that matters: its report must not say "live".
    if (live.length === 0) return null;
    const wire = openWire(manifest, access, withinMs);
    const target: LiveTarget = { manifest, scenarios, codes: live, secrets, ...wire, nowMs, setFault: null };
    try {
      return await checkLive(target, OPTIONS);
    } finally {
      await wire.close();
    }
  }
}

/** A client for every set of limits that the kit asks with; none of them asks anything any more once time is up. */
function openWire({ upstream }: Manifest, { openClient }: ProvinceAccess, withinMs: number) {
  const opened: UpstreamClient[] = [];
  const untilMs = performance.now() + withinMs;
  const fetchWithin: LiveTarget['fetchWithin'] = ({ timeoutMs, maxReplyBytes }): UpstreamFetch => {
    const limits = { ...upstream, timeout_ms: timeoutMs, max_reply_bytes: maxReplyBytes };
    const client = openClient(limits);
    opened.push(client);
    return async (request) => {
      if (performance.now() > untilMs) throw new UpstreamError('timeout', 'the check took too long');
      return await client.fetch(request);
    };
  };
  return { fetchWithin, close: async () => void (await Promise.all(opened.map((client) => client.close()))) };
}
