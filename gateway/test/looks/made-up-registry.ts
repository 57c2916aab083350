import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { CoverageCells } from '../../../schemas/coverage.ts';
import type { DeviationsView, EntityView, MandateView } from '../../../schemas/registry-views.ts';

const THIS_WEEK = '2026-11-24T16:00:00Z';
const YESTERDAY = '2026-11-25T04:00:00Z';
const NEXT_WEEK = '2026-12-03T16:00:00Z';
const NEXT_MONTH = '2026-12-24T16:00:00Z';

/** A day of a destination, as it is counted for a draft of its table: another number of scans at each. */
export function countedAt(destination: ProvinceCode): CoverageCells {
  const most = Number(destination.slice(0, 2)) * 897;
  return {
    window: '24h',
    generated_at: '2026-11-26T08:00:00Z',
    destination,
    cells: (['410000', '150000', '440000'] as const).flatMap((issuer, n) =>
      (['airport', 'port_of_entry', 'hospital'] as const).map((venue_kind, m) => ({
        ...{ issuer, venue_kind, n: most >> (n + m) },
        cell: 'green/signed/transport/live/fresh/-/-',
      })),
    ),
    undecided: 204,
    suppressed_below: 11,
  };
}

/** One mandate in each state, the last for many regions, out of one that is there. */
export function inEachState(mandates: readonly MandateView[]): readonly MandateView[] {
  return mandates.slice(0, 1).flatMap((one) =>
    (['active', 'upcoming', 'ended', 'revoked'] as const).map((state, at) => ({
      ...{ ...one, state, ends_at: at < 2 ? NEXT_MONTH : YESTERDAY },
      mandate: {
        ...one.mandate,
        id: `${one.mandate.id}-${state}`,
        valid_from: state === 'upcoming' ? NEXT_WEEK : THIS_WEEK,
        valid_until: at < 2 ? NEXT_MONTH : YESTERDAY,
        regions: at === 3 ? ['3101', '310115', '32', '33', '34', '35', '36', '37', '41', '42', '43'] : ['15', '4401'],
      },
    })),
  );
}

/** Where a destination is stricter in one case alone, and says no basis for another. */
export function withoutBasis(view: DeviationsView): DeviationsView {
  return {
    ...view,
    deviations: view.deviations.flatMap((deviation) => [
      { ...deviation, cells: 1 },
      { ...deviation, row: deviation.row + 1, exception: null },
    ]),
  };
}

/** An anchor whose keys are in every state there is, and another entity that was removed. */
export function withFormerKeys(entities: readonly EntityView[]): readonly EntityView[] {
  return entities.map((entity, at) => ({
    ...entity,
    state: at === 1 ? ('removed' as const) : entity.state,
    keys: entity.keys.flatMap((key) =>
      at > 0
        ? [key]
        : (['announced', 'active', 'retired', 'revoked'] as const).map((state) => ({
            // What it signed goes on holding: the one in use is its own.
            ...{ ...key, kid: state === 'active' ? key.kid : `${state[0]}${key.kid.slice(1)}`, state },
            activated_at: state === 'announced' ? null : key.activated_at,
            expires_at: NEXT_MONTH,
          })),
    ),
  }));
}
