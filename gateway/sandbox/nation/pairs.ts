import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { Nation, RunningProvince } from './nation.ts';
import { greenOf, scanAt } from './venue.ts';

/** One province's green at another one's venue. */
export interface PairResult {
  readonly issuer: ProvinceCode;
  readonly destination: ProvinceCode;
  readonly expected: { readonly status: string; readonly decision: string };
  readonly status: string;
  readonly decision: string;
  readonly verified: boolean;
  readonly chain: readonly string[];
  readonly ms: number;
}

/** Scans every ordered pair of different provinces, one after another. */
export async function scanPairs(nation: Nation): Promise<PairResult[]> {
  const provinces = [...nation.provinces.values()];
  const results: PairResult[] = [];
  for (const issuer of provinces) {
    for (const destination of provinces) {
      if (issuer !== destination) results.push(await scanPair(nation, issuer, destination));
    }
  }
  return results;
}

/** Whether a pair gave what it must, with a chain that ends at the anchor. */
export function isAsExpected({ expected, status, decision, verified, chain }: PairResult): boolean {
  return verified && status === expected.status && decision === expected.decision && chain.length > 1;
}

async function scanPair(nation: Nation, issuer: RunningProvince, destination: RunningProvince): Promise<PairResult> {
  const { code, expected } = await greenOf(issuer);
  const startedMs = performance.now();
  const outcome = await scanAt(nation, destination, code);
  const ms = Math.round((performance.now() - startedMs) * 10) / 10;
  const between = { issuer: issuer.plan.code, destination: destination.plan.code, ms };
  const due = 'problem' in expected ? { status: 'problem', decision: expected.problem } : expected;
  const about = { ...between, expected: { status: due.status, decision: due.decision } };
  if (outcome.kind === 'problem') {
    return { ...about, status: 'problem', decision: outcome.problem, verified: false, chain: [] };
  }
  const { status, decision, verified, chain } = outcome;
  return { ...about, status, decision, verified, chain };
}
