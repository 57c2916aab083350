import { ABROAD, keysOf, PROVINCES, type ProvinceCode, type ReasonCode } from '../../../schemas/code-lists/index.ts';
import {
  type AttentionItem,
  attentionKindSchema,
  type Coverage,
  type CoverageCell,
  type CoverageCertificates,
  type CoverageTotals,
  type NodeReport,
  nodeFaultSchema,
} from '../../../schemas/coverage.ts';
import { randomFrom } from '../chaos/random.ts';

const COUNTRY: readonly ProvinceCode[] = keysOf(PROVINCES).filter((code) => code !== '000000' && code !== '900000');
const FEW: readonly ProvinceCode[] = ['110000', '310000', '410000', '440000'];
const NOW_MS = Date.UTC(2026, 10, 26, 8, 30);
const HOUR_MS = 3_600_000;
const COUNTS = ['presented', 'green', 'recognised', 'restricted', 'referred', 'indeterminate', 'stale'] as const;
const at = (beforeMs: number) => new Date(NOW_MS - beforeMs).toISOString();

/** Which state of the country a page is to show; to `abroad` people come with certificates as well. */
export type CountryState = 'whole' | 'few' | 'abroad' | 'empty';

export interface Closely {
  readonly issuer?: string | undefined;
  readonly destination?: string | undefined;
}

/**
 * What a monitor would tell of a country in some state, the same whenever it is asked: numbers of one digit and of seven,
 * cells that are withheld, cells without a green, every kind of attention, nodes with every fault. Nobody was scanned.
 */
export function madeUpCoverage(state: CountryState, { issuer, destination }: Closely = {}): Coverage {
  const provinces = { whole: COUNTRY, few: FEW, abroad: FEW, empty: [] }[state];
  const isClose = (counted: Pick<CoverageCell, 'issuer' | 'destination'>) =>
    (issuer ?? counted.issuer) === counted.issuer && (destination ?? counted.destination) === counted.destination;
  const cells = cellsOf(state === 'abroad' ? [...provinces, ABROAD] : provinces, provinces).filter(isClose);
  const totals = sumOf(cells);
  const isWhole = state === 'whole';
  return {
    window: '24h',
    generated_at: at(0),
    provinces: (isWhole ? COUNTRY : FEW).map((province, n) => ({
      province,
      adapter: `1.${n % 7}.0`,
      state: n % 17 === 5 ? 'suspended' : 'active',
      conformance: n % 9 === 8 ? null : n % 3 === 0 ? 'static' : 'live',
      trial: n % 11 === 3 ? { version: `1.${n}.0`, stage: n % 2 === 0 ? 'shadow' : 'canary' } : null,
    })),
    cells,
    totals,
    recognition_rate: rateOf(totals),
    series: seriesOf(totals),
    deviations: [],
    signals: provinces.flatMap((province, n) => [
      { province, signal: 'unsubstantiated', rate: 0.07 * (n % 8), raised: n % 8 > 5 },
      { province, signal: 'batch', rate: 0.021 * (n % 8), raised: false },
    ]),
    nodes: nodesOf(provinces),
    refused:
      state === 'empty'
        ? {}
        : { code_unrecognised: 41_233, unavailable: 1_204, adapter_suspended: 310, code_expired: 9 },
    certificates: (state === 'abroad' ? certificatesAt(provinces) : []).filter(isClose),
    attention: attentionOf(state),
    suppressed: { cells: { whole: 93, few: 1, abroad: 2, empty: 0 }[state] },
    suppressed_below: 11,
  };
}

function cellsOf(issuers: readonly ProvinceCode[], destinations: readonly ProvinceCode[]): CoverageCell[] {
  const random = randomFrom(34);
  return issuers.flatMap((issuer, row) =>
    destinations.flatMap((destination, column) => {
      const [much, share, kept] = [random(), random(), random()];
      // Travellers of a province are not looked at there, and some pairs are withheld.
      if (issuer === destination || kept < 0.08) return [];
      const presented = Math.round(11 + 1_900_000 * much ** 12);
      const green = (row + column) % 41 === 40 ? 0 : Math.round(presented * 0.93);
      const isLow = issuer === '410000' || destination === '460000';
      const recognised = Math.round(green * (isLow ? 0.3 + 0.5 * share : 1 - 0.25 * share ** 6));
      const restricted = Math.round((presented - green) * 0.5);
      const counts = { presented, green, recognised, restricted, referred: presented - recognised - restricted };
      const reasons: Partial<Record<ReasonCode, number>> = {
        ok: recognised,
        too_old: green - recognised,
        red_ground: restricted,
        unsubstantiated: Math.round((presented - green) * 0.25),
      };
      return [
        {
          ...{ issuer, destination, ...counts, reasons },
          indeterminate: Math.round((presented - green) * 0.25),
          stale: Math.round(presented * 0.01),
          p50_ms: 4 + 20 * much,
          p95_ms: 30 + 400 * share,
        },
      ];
    }),
  );
}

/** Countries with names of two letters and of three, issuers that have an address alone, and forgers. */
function certificatesAt(destinations: readonly ProvinceCode[]): CoverageCertificates[] {
  const countries = ['CH', 'XAA', 'XBB', 'other', 'unknown'];
  return destinations.flatMap((destination, at) =>
    countries.map((country, n) => ({
      ...{ issuer: ABROAD, country, destination },
      valid: country === 'unknown' ? 0 : 412_030 >> (3 * (n + at)),
      invalid: 1_204 >> (n + at),
      indeterminate: 96 >> (n + at),
    })),
  );
}

function sumOf(cells: readonly CoverageTotals[]): CoverageTotals {
  const totals = { presented: 0, green: 0, recognised: 0, restricted: 0, referred: 0, indeterminate: 0, stale: 0 };
  for (const cell of cells) for (const name of COUNTS) totals[name] += cell[name];
  return totals;
}

function rateOf({ green, recognised }: CoverageTotals): number | null {
  return green === 0 ? null : recognised / green;
}

/** A day with a night, an hour of which nothing is known, and a morning on which greens were recognised no more. */
function seriesOf(totals: CoverageTotals): NonNullable<Coverage['series']> {
  if (totals.presented === 0) return [];
  return Array.from({ length: 24 }, (_, n) => {
    const hour = (n + 9) % 24;
    const share = (1 + Math.sin(((hour - 8) * Math.PI) / 12)) / 24;
    const presented = Math.round(totals.presented * share);
    const green = n === 6 ? 0 : Math.round(presented * 0.93);
    const recognised = Math.round(green * (n > 20 ? 0.72 : 0.97));
    const counted = { ...totals, presented, green, recognised };
    return { at: at((24 - n) * HOUR_MS - 1_800_000), totals: counted, recognition_rate: rateOf(counted) };
  }).filter((_, n) => n !== 12);
}

function nodesOf(provinces: readonly ProvinceCode[]): NodeReport[] {
  const faults = nodeFaultSchema.options;
  return provinces.flatMap((province, n) =>
    (['gateway', 'issuer'] as const).map((role) => ({
      node: `https://${role}-1.${PROVINCES[province].en.toLowerCase().replaceAll(' ', '-')}.huren.example`,
      ...{ province, role },
      last_report: n === 3 ? null : at(n * 1_000),
      age_s: n === 3 ? null : n,
      silent: n === 3 || n === 9,
      faults: role === 'gateway' && n < faults.length ? faults.slice(n, n + 1 + (n % 2)) : [],
    })),
  );
}

/** Of every kind, those that touch travellers now first; a country has two provinces a kind. */
function attentionOf(state: CountryState): AttentionItem[] {
  if (state === 'empty') return [];
  const isWhole = state === 'whole';
  const kinds = isWhole ? attentionKindSchema.options : attentionKindSchema.options.slice(0, 2);
  return kinds.flatMap((kind, n) =>
    (isWhole ? ['410000' as const, '450000' as const] : FEW.slice(2, 3)).map((province, m): AttentionItem => {
      const lapses = kind.endsWith('_lapsing') || kind === 'deviation';
      return {
        ...{
          kind,
          province: kind.startsWith('registry_') ? null : province,
          affected: isWhole || n === 0 ? 1_204_311 >> (n + m) : 1,
        },
        subject: SUBJECTS[kind] ?? null,
        since: lapses ? null : at((n + m + 1) * HOUR_MS),
        until: lapses ? at(-5 * 24 * HOUR_MS) : null,
        detail: DETAILS[kind] ?? null,
      };
    }),
  );
}

const SUBJECTS: Partial<Record<AttentionItem['kind'], string>> = {
  recognition_falling: '460000',
  node_silent: 'https://gateway-1.inner-mongolia.huren.example',
  node_fault: 'https://gateway-1.guangxi.huren.example',
  mandate_lapsing: 'sandbox-medical-2026',
  deviation: 'sandbox-460000@1.0.0#3',
  exception_lapsing: 'sandbox-460000@1.0.0#4',
  approval_waiting: '0.2.0',
  key_lapsing: 'https://gateway-1.guangxi.huren.example',
};

const DETAILS: Partial<Record<AttentionItem['kind'], string>> = {
  recognition_falling: '97 % → 72 %',
  unsubstantiated: '42 %',
  batch: '93 %',
  flip: '12 %',
  guessing: '31 %',
  breaker_open: 'https://gateway-1.guangdong.huren.example https://gateway-1.shanghai.huren.example',
  node_fault: 'gap clock_off',
  deviation: 'pass → refer',
  exception_lapsing:
    'pass → refer: Measure 2026-1, reported under the January 2021 rule that exceptions are reported first',
  approval_waiting: '1 / 2',
  key_lapsing: 'attestation QmFzZTY0dXJsLXRodW1icHJpbnQtb2YtYS1rZXktaGVyZQ',
};
