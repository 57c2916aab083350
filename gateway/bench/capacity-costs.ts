import type { CapacityFigures } from './capacity-figures.ts';
import type { CaseName } from './case-plans.ts';
import type { ScanCosts } from './projection.ts';
import type { CaseResult } from './result.ts';

/** The figures of one case. Throws where it was not measured. */
export function caseOf({ bench }: CapacityFigures, name: CaseName): CaseResult {
  const found = bench.cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} was not measured`);
  return found;
}

/** What a scan of a nation of nodes costs: new ones travel together, others are remembered. */
export function scanCosts(figures: CapacityFigures): ScanCosts {
  const asked = caseOf(figures, 'federated-cold-batched');
  const issuerUs = asked.issuer_cpu_us_per_op ?? 0;
  return {
    repeatUs: caseOf(figures, 'repeat').cpu_us_per_op,
    destinationUs: asked.cpu_us_per_op - issuerUs,
    issuerUs,
  };
}
