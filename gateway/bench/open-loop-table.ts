import type { OpenLoopResult, RateResult } from './open-loop-result.ts';
import { aligned, machineLine } from './table.ts';

const HEAD = ['a second', 'way', 'wait p50', 'wait p99', 'timer late p99', 'done p50', 'done p99', 'in one', 'failed'];

/** The waits of an open loop for people, in milliseconds. */
export function tableOfOpenLoop(result: OpenLoopResult): string {
  const { rounds, answer_after_ms, questions, signatures } = result;
  const lines = [
    machineLine(result),
    `at a pace of their own, ${rounds} rounds, in milliseconds`,
    '',
    `questions to a node that answers after ${answer_after_ms} ms`,
    ...ratesLines(questions),
    '',
    'tokens to be signed',
    ...ratesLines(signatures),
    '',
    'wait: from asking until the question was written, or the signed token was there. done: from when it was due.',
    'late: what a timer of 3 ms, as long as questions gather, was late by in the same process: the machine’s part of a wait.',
  ];
  return `${lines.join('\n')}\n`;
}

function ratesLines(rates: readonly RateResult[]): string[] {
  const rows = rates.flatMap(({ per_second, alone, together }) =>
    Object.entries({ alone, together }).map(([way, figures]) => {
      const { waited_p50_ms, waited_p99_ms, late_p99_ms, answered_p50_ms, answered_p99_ms, in_one, failed } = figures;
      const values = [waited_p50_ms, waited_p99_ms, late_p99_ms, answered_p50_ms, answered_p99_ms, in_one, failed];
      return [String(per_second), way, ...values.map((value) => String(value))];
    }),
  );
  const added = rates.map((one) =>
    [one.per_second, one.added_wait_p50_ms, one.added_wait_p99_ms, one.added_answer_p99_ms].map((value) =>
      String(value),
    ),
  );
  return [
    ...aligned([HEAD, ...rows]),
    '',
    ...aligned([['a second', 'added wait p50', 'added wait p99', 'added to done p99'], ...added]),
  ];
}
