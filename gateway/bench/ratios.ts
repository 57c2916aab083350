import type { CaseName } from './case-plans.ts';
import { median, quantile, rounded } from './statistics.ts';

type Figure = 'cpu' | 'p99' | 'rps';

interface RatioPlan {
  readonly above: CaseName;
  readonly below: CaseName;
  readonly of: Figure;
}

const cpu = (above: CaseName, below: CaseName): RatioPlan => ({ above, below, of: 'cpu' });

/**
 * What is compared with what. Of `cpu`, the processor time of an operation, and of `p99` less is better; only
 * `instances-2/1` is a ratio of operations a second, since what two instances are for is more of them.
 */
const RATIOS: Readonly<Record<string, RatioPlan>> = {
  'cold/handwritten': cpu('cold', 'handwritten'),
  'repeat/handwritten': cpu('repeat', 'handwritten'),
  'repeat/bare-http': cpu('repeat', 'bare-http'),
  'hung/healthy-p99': { above: 'repeat-with-one-province-hung', below: 'repeat', of: 'p99' },
  'instances-2/1': { above: 'repeat-two-instances', below: 'repeat', of: 'rps' },
  'cold/fast': cpu('cold', 'fast'),
  'cold-merkle/handwritten': cpu('cold-merkle', 'handwritten'),
  'batch-item/handwritten': cpu('batch-merkle', 'handwritten'),
  'batch-item-plain/handwritten': cpu('batch', 'handwritten'),
  'cold-plain/cold': cpu('cold-plain', 'cold'),
  'federated-cold/cold': cpu('federated-cold', 'cold'),
  'federated-cold-batched/federated-cold': cpu('federated-cold-batched', 'federated-cold'),
  'fast/handwritten': cpu('fast', 'handwritten'),
  'proxy/handwritten': cpu('proxy', 'handwritten'),
  'hcert/raw-es256': cpu('hcert', 'raw-es256'),
  'hcert-ps256/raw-ps256': cpu('hcert-ps256', 'raw-ps256'),
};

/** The same pairs by operations a second, for who asks what a machine gets done: here more is better. */
const THROUGHPUT: Readonly<Record<string, RatioPlan>> = {
  'cold/handwritten': { above: 'cold', below: 'handwritten', of: 'rps' },
  'repeat/handwritten': { above: 'repeat', below: 'handwritten', of: 'rps' },
  'repeat/bare-http': { above: 'repeat', below: 'bare-http', of: 'rps' },
};

/** The figures of one case in one round. */
export type RoundFigures = Readonly<Record<Figure, number>>;

/** The middle of the rounds' ratios, and the quartiles between which half of them lie. */
export interface Ratio {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
}

/** Of ratios that were taken in pairs, one a round, so that what slows a machine down for a while slows both. */
export function ratioOf(ratios: readonly number[]): Ratio {
  return {
    median: rounded(median(ratios)),
    q1: rounded(quantile(ratios, 0.25)),
    q3: rounded(quantile(ratios, 0.75)),
  };
}

/** Every ratio by its name. `rounds`: of each case, in the order of the rounds. */
export function ratiosOf(rounds: ReadonlyMap<CaseName, readonly RoundFigures[]>) {
  return { ratios: compared(RATIOS, rounds), throughput: compared(THROUGHPUT, rounds) };
}

function compared(
  plans: Readonly<Record<string, RatioPlan>>,
  rounds: ReadonlyMap<CaseName, readonly RoundFigures[]>,
): Map<string, Ratio> {
  return new Map(
    Object.entries(plans).map(([name, { above, below, of }]) => {
      const under = rounds.get(below) ?? [];
      const pairs = (rounds.get(above) ?? []).flatMap((figures, round) => {
        const other = under[round];
        return other === undefined ? [] : [figures[of] / other[of]];
      });
      return [name, ratioOf(pairs)];
    }),
  );
}
