import type { Coverage } from '../../../schemas/coverage.ts';
import { COUNT_TEXTS, COVERAGE_TEXTS } from '../../../schemas/texts/coverage.ts';
import { say } from '../shell/language.ts';
import type { Question } from './question.ts';
import { TakeAway } from './take-away.tsx';
import { countText, hourText, percentText, shortCountText } from './words.ts';

const WIDTH = 960;
const HEIGHT = 160;

type Series = NonNullable<Coverage['series']>;

/** Hour by hour: a line that breaks where there were no greens, bars behind it, and the same numbers as a table. */
export function Trend({ series, question }: { readonly series: Series; readonly question: Question }) {
  if (series.length === 0) return null;
  return (
    <section aria-labelledby="trend-title">
      <h2 id="trend-title">{say(COVERAGE_TEXTS.trend)}</h2>
      <p class="quiet">{say(COVERAGE_TEXTS.trend_how)}</p>
      <Picture series={series} />
      <details>
        <summary>{say(COVERAGE_TEXTS.trend_table)}</summary>
        <div>
          <table class="list lines">
            <caption class="unseen">{say(COVERAGE_TEXTS.trend)}</caption>
            <thead>
              <tr>
                <th scope="col">{say(COVERAGE_TEXTS.hour)}</th>
                <th scope="col" class="number">
                  {say(COVERAGE_TEXTS.rate)}
                </th>
                <th scope="col" class="number">
                  {say(COUNT_TEXTS.presented)}
                </th>
              </tr>
            </thead>
            <tbody>
              {series.map(({ at, totals, recognition_rate: rate }) => (
                <tr key={at}>
                  <th scope="row" class="short">
                    <time dateTime={at}>{hourText(at)}</time>
                  </th>
                  <td class="number" data-label={say(COVERAGE_TEXTS.rate)}>
                    {percentText(rate)}
                  </td>
                  <td class="number" data-label={say(COUNT_TEXTS.presented)}>
                    {countText(totals.presented)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
      <TakeAway question={question} hours={true} />
    </section>
  );
}

function Picture({ series }: { readonly series: Series }) {
  const [first] = series;
  const last = series.at(-1);
  if (first === undefined || last === undefined) return null;
  const fromMs = Date.parse(first.at);
  const hours = Math.round((Date.parse(last.at) - fromMs) / 3_600_000) + 1;
  const step = WIDTH / hours;
  const most = Math.max(1, ...series.map(({ totals }) => totals.presented));
  const placed = series.map((hour) => ({ ...hour, x: ((Date.parse(hour.at) - fromMs) / 3_600_000) * step }));
  const points = placed.flatMap(({ x, recognition_rate: rate }) =>
    rate === null ? [] : [{ x: x + step / 2, y: HEIGHT * (1 - rate) }],
  );
  const line = pathOf(points, step);
  const dots = points.map(({ x, y }) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join('');
  return (
    <figure class="trend">
      <p class="axis quiet" aria-hidden="true">
        {[1, 0.5, 0].map((share) => (
          <span key={share}>{percentText(share)}</span>
        ))}
      </p>
      <svg
        viewBox={`0 -6 ${WIDTH} ${HEIGHT + 12}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={say(COVERAGE_TEXTS.trend)}
      >
        {[0, 0.5, 1].map((share) => (
          <line key={share} class="grid" x1={0} x2={WIDTH} y1={HEIGHT * share} y2={HEIGHT * share} />
        ))}
        {placed.map(({ at, x, totals }) => {
          const height = (HEIGHT * totals.presented) / most;
          return (
            <rect key={at} class="bar" x={x} y={HEIGHT - height} width={Math.max(0.5, step * 0.8)} height={height} />
          );
        })}
        <path class="edge" d={line} />
        <path class="edge points" d={dots} />
        <path class="line" d={line} />
        <path class="point" d={dots} />
      </svg>
      <p class="axis quiet" aria-hidden="true">
        {[most, 0].map((count) => (
          <span key={count}>{shortCountText(count)}</span>
        ))}
      </p>
      <figcaption class="quiet">
        <span>{hourText(first.at)}</span> <span>{hourText(last.at)}</span>
      </figcaption>
    </figure>
  );
}

function pathOf(points: readonly { readonly x: number; readonly y: number }[], step: number): string {
  return points
    .map(({ x, y }, at) => {
      const before = points[at - 1];
      const isNext = before !== undefined && x - before.x < 1.5 * step;
      return `${isNext ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
