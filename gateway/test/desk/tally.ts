import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { Coverage } from '../../../schemas/coverage.ts';
import type { BatchReply } from '../../client/client.ts';

/** What scans came to, counted where they were made: what everybody else's numbers are held against. */
export class Tally {
  /** `issuer destination member` or `issuer destination reason:code`. */
  readonly #counts = new Map<string, number>();
  /** `issuer destination status decision`. */
  readonly #verifications = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  scans = 0;

  add(issuer: ProvinceCode, destination: ProvinceCode, result: BatchReply['results'][number]): void {
    this.scans += 1;
    if (!('decision' in result)) {
      increase(this.#refused, result.code);
      return;
    }
    const { status, decision, stale, reasons } = result;
    const members = [
      'presented',
      ...(status === 'green' || status === 'indeterminate' ? [status] : []),
      { pass: 'recognised', restrict: 'restricted', refer: 'referred' }[decision],
      ...(stale ? ['stale'] : []),
      ...reasons.map(({ code }) => `reason:${code}`),
    ];
    for (const member of members) increase(this.#counts, `${issuer} ${destination} ${member}`);
    increase(this.#verifications, `${issuer} ${destination} ${status} ${decision}`);
  }

  /** Where coverage says something else: nothing where it is exact. */
  differencesFrom({ cells, totals, refused }: Pick<Coverage, 'cells' | 'totals' | 'refused'>): string[] {
    const shown = new Map<string, number>();
    for (const { issuer, destination, reasons, p50_ms: _p50, p95_ms: _p95, ...members } of cells) {
      const each = [
        ...Object.entries(members),
        ...Object.entries(reasons).map(([code, n]) => [`reason:${code}`, n] as const),
      ];
      for (const [member, n] of each) if (n > 0) shown.set(`${issuer} ${destination} ${member}`, n);
    }
    const presented = [...this.#counts].reduce((sum, [name, n]) => sum + (name.endsWith(' presented') ? n : 0), 0);
    const sums = new Map([['presented', presented]]);
    return [
      ...differences('coverage', this.#counts, shown),
      ...differences('refused', this.#refused, new Map(Object.entries(refused))),
      ...differences('totals', sums, new Map([['presented', totals.presented]])),
    ];
  }

  /** Where `huren_verifications_total` of all nodes says something else. */
  differencesFromMetrics(verifications: ReadonlyMap<string, number>): string[] {
    return differences('metrics', this.#verifications, verifications);
  }

  /** Where a page shows something else: by `issuer destination`, how many were presented and recognised. */
  differencesFromPage(cells: ReadonlyMap<string, readonly [presented: number, recognised: number]>): string[] {
    const shown = new Map<string, number>();
    for (const [pair, [presented, recognised]] of cells) {
      shown.set(`${pair} presented`, presented);
      if (recognised > 0) shown.set(`${pair} recognised`, recognised);
    }
    const known = [...this.#counts].filter(([name]) => /\d (?:presented|recognised)$/.test(name));
    return differences('page', new Map(known), shown);
  }

  get refusals(): number {
    return [...this.#refused.values()].reduce((sum, n) => sum + n, 0);
  }
}

export function increase(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

function differences(where: string, known: ReadonlyMap<string, number>, shown: ReadonlyMap<string, number>): string[] {
  return [...new Set([...known.keys(), ...shown.keys()])].flatMap((name) => {
    const [due, said] = [known.get(name) ?? 0, shown.get(name) ?? 0];
    return due === said ? [] : [`${where}: ${name}: ${said}, not ${due}`];
  });
}
