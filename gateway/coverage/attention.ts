import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { AttentionItem, AttentionKind, SignalReading } from '../../schemas/coverage.ts';
import { publishedDeviations } from '../registry/compile-state.ts';
import type { FoldState } from '../registry/fold-state.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import type { CountedCell } from './coverage-groups.ts';
import { hasFallen, usualShare } from './falling-rule.ts';
import type { NodesSeen } from './node-reports.ts';

/** What lapses within this is told, as alerts tell it. A mandate lives 30 days at most: told that early it is never silent. */
const LAPSES_WITHIN_MS = 7 * 86_400_000;

/** What the list is made from: the last minutes, the last day, and what the registry says. */
export interface Watched {
  readonly lately: readonly CountedCell[];
  readonly day: readonly CountedCell[];
  readonly state: RegistryState;
  readonly folded: FoldState;
  readonly signals: readonly SignalReading[];
  readonly nodes: NodesSeen;
  readonly registryFault: 'registry_behind' | 'registry_forked' | null;
  readonly nowMs: number;
}

/**
 * What asks for attention: what touches travellers now before what will or might, what touches most of them first, then
 * what is worse by its kind. A mandate that covers everybody and ends in six days hides no province that fails today.
 */
export function attentionOf(watched: Watched): AttentionItem[] {
  const items = [
    ...fallen(watched),
    ...raised(watched),
    ...broken(watched),
    ...silent(watched),
    ...lapsingMandates(watched),
    ...deviating(watched),
    ...waiting(watched),
    ...lapsingKeys(watched),
    ...faulty(watched),
  ];
  const isNow = ({ kind, affected, until }: AttentionItem) =>
    affected > 0 && !STANDING.has(kind) && (until === null || Date.parse(until) <= watched.nowMs);
  return items.sort(
    (a, b) =>
      Number(isNow(b)) - Number(isNow(a)) ||
      b.affected - a.affected ||
      SEVERITY.indexOf(a.kind) - SEVERITY.indexOf(b.kind),
  );
}

/** Known to all and so for weeks, or waiting for somebody's decision: nothing has broken. */
const STANDING: ReadonlySet<AttentionKind> = new Set(['deviation', 'exception_lapsing', 'approval_waiting']);

const SEVERITY: readonly AttentionKind[] = [
  'registry_forked',
  'recognition_falling',
  'breaker_open',
  'node_silent',
  'node_fault',
  'unsubstantiated',
  'batch',
  'flip',
  'guessing',
  'mandate_lapsing',
  'registry_behind',
  'deviation',
  'exception_lapsing',
  'key_lapsing',
  'approval_waiting',
];

function item(kind: AttentionKind, affected: number, more: Partial<AttentionItem> = {}): AttentionItem {
  return { kind, affected, province: null, subject: null, since: null, until: null, detail: null, ...more };
}

function fallen({ lately, day }: Watched): AttentionItem[] {
  const usual = new Map(day.map((cell) => [`${cell.issuer}${cell.destination}`, cell]));
  return lately.flatMap((cell) => {
    const before = usual.get(`${cell.issuer}${cell.destination}`);
    if (before === undefined || !hasFallen(cell, before)) return [];
    const percent = (share: number) => `${Math.round(100 * share)} %`;
    const detail = `${percent(usualShare(cell, before))} → ${percent(cell.recognised / cell.green)}`;
    const affected = cell.green - cell.recognised;
    return [item('recognition_falling', affected, { province: cell.issuer, subject: cell.destination, detail })];
  });
}

function raised({ signals, day }: Watched): AttentionItem[] {
  return signals
    .filter((signal) => signal.raised)
    .map(({ province, signal, rate }) => {
      const here = day.filter(({ issuer }) => issuer === province);
      const affected = sum(here, ({ presented, green }) => presented - green);
      return item(signal, affected, { province, detail: `${Math.round(100 * rate)} %` });
    });
}

/** Breakers as nodes tell of them; several nodes that do not ask one province are one thing. */
function broken({ nodes, day }: Watched): AttentionItem[] {
  const since = new Map<ProvinceCode, number>();
  for (const { province, sinceS } of nodes.breakers) {
    since.set(province, Math.min(sinceS, since.get(province) ?? sinceS));
  }
  return [...since].map(([province, sinceS]) => {
    const here = day.filter(({ issuer }) => issuer === province);
    const who = nodes.breakers.filter((breaker) => breaker.province === province).map(({ node }) => node);
    const told = { province, since: instantOf(sinceS * 1000), detail: who.join(' ').slice(0, 512) };
    return item('breaker_open', sum(here, presentedOf), told);
  });
}

function silent({ nodes, day }: Watched): AttentionItem[] {
  const scans = new Map<ProvinceCode, number>();
  for (const { issuer, destination, presented } of day) {
    for (const province of new Set([issuer, destination])) {
      scans.set(province, presented + (scans.get(province) ?? 0));
    }
  }
  const touched = (province: ProvinceCode | null) => (province === null ? 0 : (scans.get(province) ?? 0));
  return nodes.reports.flatMap(({ node, province, silent: isSilent, last_report: since, faults: all }) => {
    const faults = all.filter((fault) => nodes.over.get(node)?.includes(fault) !== true);
    const told = { province, subject: node, detail: faults.length === 0 ? null : faults.join(' ') };
    if (isSilent) return [item('node_silent', touched(province), { ...told, since })];
    return faults.length === 0 ? [] : [item('node_fault', touched(province), told)];
  });
}

/** A mandate that ends before anything that could follow it. One that is over today stays, until it is followed. */
function lapsingMandates({ state: { mandates }, day, nowMs }: Watched): AttentionItem[] {
  return mandates.terms.flatMap(({ mandate, fromMs, untilMs }) => {
    const isTold = fromMs <= nowMs && untilMs - nowMs <= LAPSES_WITHIN_MS && nowMs - untilMs <= LAPSES_WITHIN_MS;
    // What is over already is followed by whatever is in force now, also where there was nothing in between.
    const atMs = Math.max(untilMs, nowMs);
    const isFollowed = mandates.terms.some(
      (other) => other.fromMs <= atMs && other.untilMs > atMs && covers(other.mandate.regions, mandate.regions),
    );
    if (!isTold || isFollowed) return [];
    const here = day.filter(({ destination }) =>
      mandate.regions.some((region) => destination.startsWith(region.slice(0, 2))),
    );
    return [item('mandate_lapsing', sum(here, presentedOf), { subject: mandate.id, until: instantOf(untilMs) })];
  });
}

function covers(regions: readonly string[], others: readonly string[]): boolean {
  return others.every((other) => regions.some((region) => other.startsWith(region)));
}

function deviating({ state, day, folded, nowMs }: Watched): AttentionItem[] {
  return [...folded.policies].flatMap(([province, { policy, changed }]) => {
    if (policy === null) return [];
    const here = day.filter(({ destination }) => destination === province);
    const affected = sum(here, ({ reasons }) => reasons.policy_exception ?? 0);
    const since = instantOf(changed.at_s * 1000);
    return publishedDeviations(state.policyOf(province).policy, nowMs).flatMap(
      ({ row, decision, baseline, exception }) => {
        const told = { province, subject: `${policy.id}@${policy.version}#${row + 1}`, since };
        const until = exception?.ends_at ?? null;
        const detail = `${baseline} → ${decision}${exception === null ? '' : `: ${exception.basis.citation}`}`.slice(
          0,
          512,
        );
        const lapses = until !== null && Date.parse(until) - nowMs <= LAPSES_WITHIN_MS;
        return [item(lapses ? 'exception_lapsing' : 'deviation', affected, { ...told, until, detail })];
      },
    );
  });
}

function waiting({ folded, day }: Watched): AttentionItem[] {
  return [...folded.adapters.values()].flatMap(({ province, division, versions, active }) => {
    const at = versions.findIndex(({ version }) => version === active);
    return versions.slice(at + 1).flatMap(({ version, submitted, check, approvals, rejected }) => {
      if (approvals.length >= 2 || check?.passed === false || rejected !== null) return [];
      const here = day.filter(({ issuer }) => issuer === province);
      // A division's version may be called as its province's is, which may be in use.
      const subject = division === undefined ? version : `${division}@${version}`;
      const told = { province, subject, since: instantOf(submitted.at_s * 1000) };
      return [item('approval_waiting', sum(here, presentedOf), { ...told, detail: `${approvals.length} / 2` })];
    });
  });
}

function lapsingKeys({ folded, day, nowMs }: Watched): AttentionItem[] {
  return [...folded.entities.values()].flatMap(({ entity_id, province, state, keys }) => {
    if (state !== 'enrolled') return [];
    return keys.flatMap(({ use, jwk, state: keyState, expires_s }) => {
      const endsMs = expires_s === null ? Number.POSITIVE_INFINITY : expires_s * 1000;
      const isTold = keyState === 'active' && endsMs - nowMs <= LAPSES_WITHIN_MS;
      const isFollowed = keys.some(
        (other) => other.use === use && other.state === 'active' && (other.expires_s ?? Infinity) * 1000 > endsMs,
      );
      if (!isTold || isFollowed) return [];
      const here = day.filter(({ issuer, destination }) => issuer === province || destination === province);
      const told = { province, subject: entity_id, until: instantOf(endsMs), detail: `${use} ${jwk.kid}` };
      return [item('key_lapsing', sum(here, presentedOf), told)];
    });
  });
}

function faulty({ registryFault, day }: Watched): AttentionItem[] {
  return registryFault === null ? [] : [item(registryFault, sum(day, presentedOf))];
}

function presentedOf({ presented }: CountedCell): number {
  return presented;
}

function sum(cells: readonly CountedCell[], of: (cell: CountedCell) => number): number {
  return cells.reduce((total, cell) => total + of(cell), 0);
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
