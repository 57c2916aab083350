import { ATTESTATION_TYP } from '../../../schemas/attestation.ts';
import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { STATEMENT_TYP } from '../../../schemas/statement.ts';
import { ENTITY_STATEMENT_TYP } from '../../trust/entity-statement.ts';
import type { Nation, RunningProvince } from './nation.ts';
import type { ScanOutcome } from './scan.ts';
import { greenOf, scanAt } from './venue.ts';

/** One province's green at another one's venue. */
export interface PairResult {
  readonly issuer: ProvinceCode;
  readonly destination: ProvinceCode;
  readonly expected: { readonly status: string; readonly decision: string; readonly assurance: string };
  readonly status: string;
  readonly decision: string;
  readonly assurance: string | null;
  readonly verified: boolean;
  /** `typ` and `iss` of every link, in the same order. */
  readonly chain: readonly string[];
  readonly signers: readonly string[];
  readonly ms: number;
  /** As expected, by way of the node, with two signatures and two chains to the anchor: by those who have to sign. */
  readonly passed: boolean;
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

async function scanPair(nation: Nation, issuer: RunningProvince, destination: RunningProvince): Promise<PairResult> {
  const { code, expected } = await greenOf(issuer);
  const startedMs = performance.now();
  const outcome = await scanAt(nation, destination, code);
  const ms = Math.round((performance.now() - startedMs) * 10) / 10;
  const between = { issuer: issuer.plan.code, destination: destination.plan.code, ms };
  const due = 'problem' in expected ? { status: 'problem', decision: expected.problem } : expected;
  const assurance = signsItself(issuer) ? 'province-signed' : 'node-signed';
  const about = { ...between, expected: { status: due.status, decision: due.decision, assurance } };
  if (outcome.kind === 'problem') {
    const nothing = { assurance: null, verified: false, chain: [], signers: [], passed: false };
    return { ...about, status: 'problem', decision: outcome.problem, ...nothing };
  }
  const { status, decision, verified, chain } = outcome;
  const isDue = status === due.status && decision === due.decision && outcome.assurance === assurance;
  const isByNode = outcome.adapter?.endsWith(' by node') === true;
  return {
    ...about,
    status,
    decision,
    assurance: outcome.assurance,
    verified,
    chain: chain.map(({ typ }) => typ),
    signers: chain.map(({ iss }) => iss),
    passed: verified && isDue && isByNode && areDue(chain, dueLinks(nation, issuer, destination)),
  };
}

type Links = Extract<ScanOutcome, { kind: 'answer' }>['chain'];

/** Whether a province's own system signs what it says; for one that does not its node signs. */
function signsItself({ system }: RunningProvince): boolean {
  return system.ready.upstream.statementKeys.length > 0;
}

/** The attestation by the destination's gateway, the statement by the issuing side, and everybody above them. */
function dueLinks({ plan }: Nation, issuer: RunningProvince, destination: RunningProvince): Links {
  const province = issuer.plan.authority.url;
  const signer = signsItself(issuer) ? province : issuer.plan.issuer.url;
  const gateway = destination.plan.destination.url;
  const entities = new Set([gateway, destination.plan.authority.url, signer, province, plan.authority.url]);
  return [
    { typ: ATTESTATION_TYP, iss: gateway },
    { typ: STATEMENT_TYP, iss: signer },
    ...[...entities].map((iss) => ({ typ: ENTITY_STATEMENT_TYP, iss })),
  ];
}

function areDue(links: Links, due: Links): boolean {
  const named = (some: Links) => some.map(({ typ, iss }) => `${typ} ${iss}`).sort();
  return named(links).join('\n') === named(due).join('\n');
}
