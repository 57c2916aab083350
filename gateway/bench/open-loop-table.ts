import type { OpenLoopResult } from './open-loop-result.ts';
import { aligned, machineLine } from './table.ts';

const HEAD = [
  'a second',
  'way',
  'waited p50',
  'waited p99',
  'timer late p99',
  'answered p50',
  'answered p99',
  'a request',
  'failed',
];

/** The waits of an open loop for people, in milliseconds. */
export function openLoopTable(result: OpenLoopResult): string {
  const rows = result.rates.flatMap(({ per_second, alone, together }) =>
    Object.entries({ alone, together }).map(([way, figures]) => [
      String(per_second),
      way,
      String(figures.waited_p50_ms),
      String(figures.waited_p99_ms),
      String(figures.late_p99_ms),
      String(figures.answered_p50_ms),
      String(figures.answered_p99_ms),
      String(figures.questions_per_request),
      String(figures.failed),
    ]),
  );
  const added = result.rates.map(({ per_second, added_wait_p50_ms, added_wait_p99_ms, added_answer_p99_ms }) => [
    String(per_second),
    String(added_wait_p50_ms),
    String(added_wait_p99_ms),
    String(added_answer_p99_ms),
  ]);
  const lines = [
    machineLine(result),
    `questions to one node at their own pace, ${result.rounds} rounds; it answers after ${result.answer_after_ms} ms. Milliseconds.`,
    '',
    ...aligned([HEAD, ...rows]),
    '',
    ...aligned([['a second', 'added wait p50', 'added wait p99', 'added to answered p99'], ...added]),
    '',
    'waited: from asking until the request was written. answered: from when the question was due. Late: what a timer of 3 ms,',
    'which is as long as questions gather, was late by in the same process: a wait beyond 3 ms plus this is the batcher’s own.',
  ];
  return `${lines.join('\n')}\n`;
}
