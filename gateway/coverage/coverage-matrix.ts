import type { Coverage, CoverageCell } from '../../schemas/coverage.ts';
import { adapterName, type RegistryState } from '../registry/registry-state.ts';
import type { CoverageBook } from './coverage-book.ts';
import { policyDeviations } from './policy-deviations.ts';
import { publicReadings, type Signals } from './signals.ts';

const WINDOWS_MS = { '1h': 3_600_000, '6h': 6 * 3_600_000, '24h': 24 * 3_600_000 } as const;
export type CoverageWindow = keyof typeof WINDOWS_MS;

/** A window that coverage can be asked for. */
export const COVERAGE_WINDOWS: readonly CoverageWindow[] = ['1h', '6h', '24h'];

/** The recognition matrix over a window. Cells that few people are behind are withheld. Throws CoverageError. */
export async function coverageMatrix(
  book: CoverageBook,
  state: RegistryState,
  signals: Signals,
  options: { readonly window: CoverageWindow; readonly nowMs: number; readonly suppressedBelow: number },
): Promise<Coverage> {
  const { window, nowMs, suppressedBelow } = options;
  const shown = (await book.cells(WINDOWS_MS[window])).filter((cell) => cell.presented >= suppressedBelow);
  const totals = totalsOf(shown);
  return {
    window,
    generated_at: new Date(nowMs).toISOString(),
    provinces: [...state.adapters.values()].map((adapter) => ({
      province: adapter.manifest.province,
      adapter: adapterName(adapter),
      state: adapter.stage,
      conformance: adapter.conformance,
    })),
    cells: shown,
    totals,
    recognition_rate: totals.green === 0 ? null : totals.recognised / totals.green,
    deviations: policyDeviations(state, nowMs),
    signals: publicReadings(signals.states(nowMs), suppressedBelow),
    suppressed_below: suppressedBelow,
  };
}

function totalsOf(cells: readonly CoverageCell[]): Coverage['totals'] {
  const sum = (member: keyof Coverage['totals']) => cells.reduce((total, cell) => total + cell[member], 0);
  return {
    presented: sum('presented'),
    green: sum('green'),
    recognised: sum('recognised'),
    restricted: sum('restricted'),
    referred: sum('referred'),
    indeterminate: sum('indeterminate'),
    stale: sum('stale'),
  };
}
