import { useEffect, useRef } from 'preact/hooks';
import { keysOf, PROVINCES, REASONS, type ReasonCode } from '../../../schemas/code-lists/index.ts';
import type { Coverage } from '../../../schemas/coverage.ts';
import { COUNT_TEXTS, COVERAGE_TEXTS, ownPageText } from '../../../schemas/texts/coverage.ts';
import { say } from '../shell/language.ts';
import { Ask } from './ask.tsx';
import { Certificates } from './certificates.tsx';
import type { Question } from './question.ts';
import { countText, percentText, provinceText } from './words.ts';

interface DetailProps {
  readonly coverage: Coverage;
  readonly question: Question;
  readonly ask: (question: Question) => void;
}

/** What is behind a cell, a row or a column: how scans ended, and for which reasons. */
export function Detail({ coverage, question, ask }: DetailProps) {
  const { issuer, destination } = question;
  const heading = useRef<HTMLHeadingElement>(null);
  // Moved to when something else is looked at, not on each reading.
  useEffect(() => heading.current?.focus(), [issuer, destination]);
  const { cells, totals, recognition_rate: rate } = coverage;
  const [only] = cells.length === 1 ? cells : [];
  return (
    <section class="detail" aria-labelledby="detail-title">
      <h2 id="detail-title" ref={heading} tabIndex={-1}>
        {issuer === null ? say(COVERAGE_TEXTS.every) : provinceText(issuer)} →{' '}
        {destination === null ? say(COVERAGE_TEXTS.every) : provinceText(destination)}
      </h2>
      <p class="back">
        <Ask question={{ ...question, issuer: null, destination: null, reason: null }} ask={ask}>
          {say(COVERAGE_TEXTS.detail_close)}
        </Ask>
        {[...new Set([issuer, destination])].map(
          (province) =>
            province !== null && (
              <span key={province}>
                {' · '}
                <Ask question={{ ...question, issuer: null, destination: null, reason: null, province }} ask={ask}>
                  {say(ownPageText(PROVINCES[province]))}
                </Ask>
              </span>
            ),
        )}
      </p>
      {cells.length === 0 ? (
        <p>{say(COVERAGE_TEXTS.detail_none)}</p>
      ) : (
        <>
          <dl class="counts">
            <Count name={say(COVERAGE_TEXTS.rate)} value={percentText(rate)} />
            {keysOf(COUNT_TEXTS).map((name) => (
              <Count key={name} name={say(COUNT_TEXTS[name])} value={countText(totals[name])} />
            ))}
            {only !== undefined && (
              <Count
                name={say(COVERAGE_TEXTS.latency)}
                value={`${only.p50_ms.toFixed(1)} / ${only.p95_ms.toFixed(1)} ms`}
              />
            )}
          </dl>
          <Reasons cells={cells} question={question} ask={ask} />
          {issuer !== null && <Certificates certificates={coverage.certificates} />}
        </>
      )}
    </section>
  );
}

function Count({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Reasons({ cells, question, ask }: Omit<DetailProps, 'coverage'> & Pick<Coverage, 'cells'>) {
  const sums = new Map<ReasonCode, number>();
  for (const { reasons } of cells) {
    for (const reason of keysOf(REASONS)) sums.set(reason, (sums.get(reason) ?? 0) + (reasons[reason] ?? 0));
  }
  const counted = [...sums].filter(([, n]) => n > 0).sort(([, a], [, b]) => b - a);
  return (
    <table class="list">
      <caption class="unseen">{say(COVERAGE_TEXTS.detail)}</caption>
      <thead>
        <tr>
          <th scope="col">{say(COVERAGE_TEXTS.detail)}</th>
          <th scope="col" class="number">
            {say(COVERAGE_TEXTS.scans)}
          </th>
        </tr>
      </thead>
      <tbody>
        {counted.map(([reason, n]) => (
          <tr key={reason} data-reason={reason}>
            <td>
              <Ask question={{ ...question, reason }} ask={ask}>
                {say(REASONS[reason])}
              </Ask>
            </td>
            <td class="number">{countText(n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
