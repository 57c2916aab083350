import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { Coverage, CoverageCell } from '../../../schemas/coverage.ts';
import { COUNT_TEXTS, COVERAGE_TEXTS } from '../../../schemas/texts/coverage.ts';
import { say } from '../shell/language.ts';
import { Ask } from './ask.tsx';
import { heatOf } from './heat.ts';
import { IssuerPages } from './issuer-pages.tsx';
import { Legend } from './legend.tsx';
import type { Question } from './question.ts';
import { TakeAway } from './take-away.tsx';
import { isAt, type Place, placeName, useGridKeys } from './use-grid-keys.ts';
import { percentOf, provinceText, shortCountText } from './words.ts';

/** Above this many destinations a wall screen has room for less in a cell. */
const ROOMY = 18;

interface MatrixProps {
  readonly coverage: Coverage;
  readonly question: Question;
  readonly ask: (question: Question) => void;
}

/** Issuers by destinations, as a table of real cells: a number, its share of colour, and a way to what is behind it. */
export function Matrix({ coverage: { cells, suppressed }, question, ask }: MatrixProps) {
  const issuers = listed(cells.map(({ issuer }) => issuer));
  const destinations = listed(cells.map(({ destination }) => destination));
  const placed = cells.map((cell) => {
    const place = { row: issuers.indexOf(cell.issuer), column: destinations.indexOf(cell.destination) };
    return { cell, place };
  });
  const cellAt = new Map(placed.map(({ cell, place }) => [placeName(place), cell]));
  const asked = placed.find(({ cell }) => isAsked(cell, question))?.place;
  const { table, active, goTo, onKeyDown } = useGridKeys(
    placed.map(({ place }) => place),
    asked,
  );
  const isDense = destinations.length > ROOMY;
  return (
    <section aria-labelledby="matrix-title">
      <h2 id="matrix-title">{say(COVERAGE_TEXTS.matrix)}</h2>
      {cells.length === 0 ? (
        <p>{say(COVERAGE_TEXTS.matrix_none)}</p>
      ) : (
        <>
          <p class="quiet" id="matrix-how">
            <span class="as-grid">
              {say(COVERAGE_TEXTS.matrix_how)} {suppressed.cells === 0 && say(COVERAGE_TEXTS.empty_cell)}
            </span>
            <span class="as-list">{say(COVERAGE_TEXTS.matrix_list_how)}</span>
            {isDense && <strong class="as-scrolled"> {say(COVERAGE_TEXTS.matrix_scrolls)}</strong>}
          </p>
          <Legend />
          {isDense && <IssuerPages issuers={issuers} row={active?.row ?? 0} onRow={goTo} />}
          <div class="scroll">
            <table
              ref={table}
              class={isDense ? 'matrix dense' : 'matrix'}
              aria-labelledby="matrix-title"
              aria-describedby="matrix-how"
            >
              <Head destinations={destinations} question={question} ask={ask} />
              <tbody>
                {issuers.map((issuer, row) => (
                  <Row key={issuer} {...{ issuer, row, destinations, cellAt, active, onKeyDown, question, ask }} />
                ))}
              </tbody>
            </table>
          </div>
          <TakeAway question={{ ...question, issuer: null, destination: null }} hours={false} />
        </>
      )}
    </section>
  );
}

interface HeadProps extends Pick<MatrixProps, 'question' | 'ask'> {
  readonly destinations: readonly ProvinceCode[];
}

function Head({ destinations, question, ask }: HeadProps) {
  return (
    <thead>
      <tr>
        <th scope="col">
          <span>{say(COVERAGE_TEXTS.issuer)} ↓</span> <span>{say(COVERAGE_TEXTS.destination)} →</span>
        </th>
        {destinations.map((destination) => (
          <th key={destination} scope="col">
            <Ask
              question={{ ...question, issuer: null, destination }}
              ask={ask}
              current={question.issuer === null && question.destination === destination}
            >
              {provinceText(destination)}
            </Ask>
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps
  extends Pick<HeadProps, 'destinations' | 'question' | 'ask'>,
    Pick<ReturnType<typeof useGridKeys>, 'active' | 'onKeyDown'> {
  readonly issuer: ProvinceCode;
  readonly row: number;
  readonly cellAt: ReadonlyMap<string, CoverageCell>;
}

function Row({ issuer, row, destinations, cellAt, active, onKeyDown, question, ask }: RowProps) {
  return (
    <tr class={row === active?.row ? 'here' : undefined}>
      <th scope="row">
        <Ask
          question={{ ...question, issuer, destination: null }}
          ask={ask}
          current={question.issuer === issuer && question.destination === null}
        >
          {provinceText(issuer)}
        </Ask>
      </th>
      {destinations.map((destination, column) => {
        const place = { row, column };
        const cell = cellAt.get(placeName(place));
        if (cell === undefined) {
          return <td key={destination} class={issuer === destination ? 'none own' : 'none'} />;
        }
        const isActive = isAt(place, active);
        return <Cell key={destination} {...{ cell, place, isActive, question, ask, onKeyDown }} />;
      })}
    </tr>
  );
}

interface CellProps extends Pick<MatrixProps, 'question' | 'ask'> {
  readonly cell: CoverageCell;
  readonly place: Place;
  readonly isActive: boolean;
  readonly onKeyDown: ReturnType<typeof useGridKeys>['onKeyDown'];
}

function Cell({ cell, place, isActive, question, ask, onKeyDown }: CellProps) {
  const { issuer, destination, presented, green, recognised } = cell;
  const isShown = question.issuer === issuer && question.destination === destination;
  return (
    <td
      class={heatOf(cell)}
      data-issuer={issuer}
      data-destination={destination}
      data-presented={presented}
      data-recognised={recognised}
    >
      <Ask
        question={{ ...question, issuer, destination }}
        ask={ask}
        current={isShown}
        cell={{ at: placeName(place), isActive, onKeyDown }}
      >
        <span class="where">{provinceText(destination)}</span>
        <span class="rate">
          {green === 0 ? '–' : percentOf(recognised / green)}
          <span class="unseen">{green === 0 ? say(COVERAGE_TEXTS.no_greens) : '%'}</span>
        </span>{' '}
        <span class="count">
          <span class="unseen">{say(COUNT_TEXTS.presented)} </span>
          {shortCountText(presented)}
        </span>
      </Ask>
    </td>
  );
}

/** Of a row that is looked at, each of its cells. */
function isAsked({ issuer, destination }: CoverageCell, question: Question): boolean {
  return question.issuer === issuer && (question.destination ?? destination) === destination;
}

function listed(provinces: readonly ProvinceCode[]): ProvinceCode[] {
  return [...new Set(provinces)].sort();
}
