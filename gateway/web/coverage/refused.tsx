import type { Coverage } from '../../../schemas/coverage.ts';
import { PROBLEMS, problemCodeSchema } from '../../../schemas/problem.ts';
import { COVERAGE_TEXTS } from '../../../schemas/texts/coverage.ts';
import { say } from '../shell/language.ts';
import { countText } from './words.ts';

/** Scans that got a problem in place of an answer. */
export function Refused({ refused }: Pick<Coverage, 'refused'>) {
  const counted = [...problemCodeSchema.values]
    .flatMap((problem) => {
      const n = refused[problem] ?? 0;
      return n === 0 ? [] : [{ problem, n }];
    })
    .sort((a, b) => b.n - a.n);
  return (
    <section aria-labelledby="refused-title">
      <h2 id="refused-title">{say(COVERAGE_TEXTS.refused)}</h2>
      {counted.length === 0 ? (
        <p>{say(COVERAGE_TEXTS.refused_none)}</p>
      ) : (
        <table class="list" aria-labelledby="refused-title">
          <thead>
            <tr>
              <th scope="col">{say(COVERAGE_TEXTS.problem)}</th>
              <th scope="col" class="number">
                {say(COVERAGE_TEXTS.scans)}
              </th>
            </tr>
          </thead>
          <tbody>
            {counted.map(({ problem, n }) => (
              <tr key={problem} data-refused={problem}>
                <td>{say(PROBLEMS[problem])}</td>
                <td class="number">{countText(n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
