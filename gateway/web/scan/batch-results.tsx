import { useState } from 'preact/hooks';
import { BATCH_CSV_HEADER, csvOf, totalsOf } from '../../../schemas/batch-row.ts';
import { PROVINCES, REASONS } from '../../../schemas/code-lists/index.ts';
import { BATCH_TEXTS } from '../../../schemas/texts/batch.ts';
import { DECISION_WORDS } from '../../../schemas/texts/decision-words.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { say } from '../shell/language.ts';
import type { ShownRow } from './ask-batch.ts';
import { SIGNS } from './shape.tsx';

interface BatchResultsProps {
  readonly rows: readonly ShownRow[];
  /** How many lines there are, with those that have no row yet. */
  readonly total: number;
  readonly isRunning: boolean;
  readonly onClear: () => void;
}

/** How many came to what, and each by its line. */
export function BatchResults({ rows, total, isRunning, onClear }: BatchResultsProps) {
  const [isFiltered, setFiltered] = useState(false);
  const { codes, pass, restrict, refer, other } = totalsOf(rows);
  const shown = isFiltered ? rows.filter(({ decision }) => decision !== 'pass') : rows;
  return (
    <>
      {/* Spoken once, at the end: a number that changes with every row is noise. */}
      <p class="totals" role="status" aria-busy={isRunning}>
        <span>
          {say(BATCH_TEXTS.total)} {codes === total ? codes : `${codes} / ${total}`}
        </span>
        {/* Words alone: a sign stands for a status, and a decision has more than one of them. */}
        {(
          [
            [DECISION_WORDS.pass, pass],
            [DECISION_WORDS.restrict, restrict],
            [DECISION_WORDS.refer, refer],
            [SCAN_TEXTS.counted_other, other],
          ] as const
        ).map(([name, count]) => (
          <span key={name.en}>
            {say(name)} {count}
          </span>
        ))}
      </p>
      <p class="tools">
        {[BATCH_TEXTS.all, BATCH_TEXTS.open].map((name, at) => (
          <button key={at} type="button" aria-pressed={isFiltered === (at === 1)} onClick={() => setFiltered(at === 1)}>
            {say(name)}
          </button>
        ))}
        <button type="button" onClick={() => saveCsv(rows)}>
          {say(BATCH_TEXTS.save)}
        </button>
        <button type="button" aria-disabled={isRunning} onClick={() => !isRunning && onClear()}>
          {say(BATCH_TEXTS.clear)}
        </button>
      </p>
      <p class="quiet">
        <span id="batch-keys" class="keys">
          {say(BATCH_TEXTS.keys)}
          {say({ zh: '', en: ' ' })}
        </span>
        {say(BATCH_TEXTS.save_hint)}
      </p>
      {shown.length === 0 && <p>{say(BATCH_TEXTS.none_open)}</p>}
      <table aria-describedby="batch-keys" onKeyDown={goWithKeys} hidden={shown.length === 0}>
        <caption>{say(BATCH_TEXTS.results)}</caption>
        <thead>
          <tr>
            {[BATCH_TEXTS.line, BATCH_TEXTS.result].map((name) => (
              <th key={name.en} scope="col">
                {say(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, at) => (
            <Row key={row.line} row={row} isFirst={at === 0} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ row, isFirst }: { readonly row: ShownRow; readonly isFirst: boolean }) {
  const { line, decision, face, word, issuer, reasons, problem, remedy } = row;
  const why = row.why === null ? reasons.map((code) => REASONS[code]) : [row.why];
  return (
    <tr
      tabIndex={isFirst ? 0 : -1}
      data-line={line}
      data-decision={decision ?? undefined}
      data-problem={problem ?? undefined}
    >
      <th scope="row">{line}</th>
      <td>
        <div>
          <span class="word chip" data-face={face}>
            <span aria-hidden="true">{SIGNS[face]} </span>
            {say(word)}
          </span>{' '}
          <span class="why">
            {issuer !== null && `${say(PROVINCES[issuer])}${say({ zh: '：', en: ': ' })}`}
            {why.map(say).join(say({ zh: '；', en: '; ' }))}
            {row.next.map((step) => (
              <span key={step.en} class="step">
                {say(step)}
              </span>
            ))}
            {decision !== 'pass' && remedy?.phone != null && (
              <>
                {say(SCAN_TEXTS.appeal)}
                {say({ zh: '：', en: ': ' })}
                <a href={`tel:${remedy.phone}`}>{remedy.phone}</a>
              </>
            )}
          </span>
        </div>
      </td>
    </tr>
  );
}

/** One row has the focus and hands it on. */
function goWithKeys(event: KeyboardEvent & { readonly currentTarget: HTMLTableElement }): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('tbody tr')];
  const here = event.target instanceof HTMLElement ? rows.indexOf(event.target) : -1;
  if (here < 0) return;
  const places = new Map([
    ['ArrowDown', here + 1],
    ['ArrowUp', here - 1],
    ['Home', 0],
    ['End', rows.length - 1],
  ]);
  const next = rows[places.get(event.key) ?? -1];
  if (next === undefined) return;
  event.preventDefault();
  for (const row of rows) row.tabIndex = row === next ? 0 : -1;
  next.focus();
}

/** Into a file of the venue's own, at its wish alone. No code is in it, and where it goes is the venue's to answer for. */
function saveCsv(rows: readonly ShownRow[]): void {
  const text = [BATCH_CSV_HEADER, ...rows.map(csvOf), ''].join('\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = 'huren.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}
