import type { Manifest } from '../../schemas/manifest.ts';
import type { Scenarios } from '../../schemas/scenarios.ts';
import { openAgencies } from '../sandbox/agencies.ts';
import { ScenarioCodes } from '../sandbox/codes.ts';
import { makeKey } from '../sandbox/keys.ts';
import { startUpstream } from '../sandbox/simulated-upstream.ts';
import { openStatementSigner } from '../sandbox/statement-signer.ts';
import type { LiveTarget } from './live-target.ts';
import { openProbeFetch } from './probe-fetch.ts';

export interface SimulatedTarget {
  readonly target: LiveTarget;
  readonly origin: string;
  readonly close: () => void;
}

const REFERENCE = /\{token:(\d{6}\/[a-z0-9-]+)\}/g;
const STRANGER = 'a-token-of-another-system';

/** Starts the sandbox's stand-in of one folder in this process, on a loopback port, with keys that die with it. */
export async function startSimulatedTarget(
  manifest: Manifest,
  scenarios: Scenarios,
  nowMs: () => number,
): Promise<SimulatedTarget> {
  const issuer = `https://${manifest.system.id}.sandbox.invalid`;
  const key = makeKey('P-256');
  const upstream = await startUpstream({
    manifest,
    signer: manifest.statement === null ? null : openStatementSigner(() => key, issuer),
    agencies: openAgencies(manifest, () => makeKey('P-256')),
    codeCurve: 'P-256',
    nowMs,
  });
  try {
    const codes = new ScenarioCodes(upstream, scenarios);
    codes.enter(new Map([...strangers(scenarios), ...codes.tokens()]));
    const byName = new Map(scenarios.scenarios.map((scenario) => [scenario.scenario, scenario]));
    const live = codes.list(nowMs()).flatMap(({ code, scenario: name }) => {
      const scenario = byName.get(name);
      return scenario === undefined ? [] : [{ code, scenario }];
    });
    const target: LiveTarget = {
      manifest,
      scenarios,
      codes: live,
      secrets: upstream.wire.secrets,
      fetchWithin: openProbeFetch(upstream.origin),
      nowMs,
      setFault: (fault) => upstream.faults.set(fault),
    };
    return { target, origin: upstream.origin, close: upstream.close };
  } catch (error) {
    upstream.close();
    throw error;
  }
}

/** Records may name the tokens of other systems, which are not running here. */
function strangers(scenarios: Scenarios): [string, string][] {
  return [...JSON.stringify(scenarios).matchAll(REFERENCE)].map(([, name = '']) => [name, STRANGER]);
}
