import { Gauge } from 'prom-client';
import { PROVINCES, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Coverage } from '../../schemas/coverage.ts';
import { publishedDeviations } from '../registry/compile-state.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import type { Metrics } from './metrics.ts';

const DESTINATIONS: ProvinceCode[] = [];
let province: ProvinceCode;
for (province in PROVINCES) DESTINATIONS.push(province);

/** How many stricter rules bind somebody right now, for each destination with a policy of its own. */
export function policyDeviations(state: RegistryState, nowMs: number): Coverage['deviations'] {
  return DESTINATIONS.flatMap((destination) => {
    const { policy } = state.policyOf(destination);
    if (policy.destination !== destination) return [];
    return [{ province: destination, stricter: publishedDeviations(policy, nowMs).length }];
  });
}

/** `huren_policy_deviations{province}`, counted anew at each scrape: an exception lapses without any event. */
export function registerDeviationGauge(metrics: Metrics, registry: () => RegistryState, nowMs: () => number): void {
  new Gauge({
    name: 'huren_policy_deviations',
    help: "Rules of a destination's policy in force that are stricter than the national baseline",
    labelNames: ['province'],
    aggregator: 'max',
    registers: [metrics.registry],
    collect() {
      this.reset();
      for (const { province: destination, stricter } of policyDeviations(registry(), nowMs())) {
        this.set({ province: destination }, stricter);
      }
    },
  });
}
