import { adapterIdOf } from '../../../schemas/adapter-id.ts';
import { PROVINCES, type ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { Coverage, CoverageCell, SignalReading } from '../../../schemas/coverage.ts';
import { ATTENTION_TEXTS, COUNT_TEXTS, COVERAGE_TEXTS, withheldHereText } from '../../../schemas/texts/coverage.ts';
import { REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { adapterName } from '../registry/adapter-place.ts';
import { LogDoubt } from '../registry/doubt.tsx';
import { History } from '../registry/history.tsx';
import { useLogDoubt } from '../registry/log-doubt.ts';
import { Lost } from '../registry/lost.tsx';
import { Adapter } from '../registry/provinces.tsx';
import { useRegistry } from '../registry/use-registry.ts';
import { say } from '../shell/language.ts';
import { Unread } from '../shell/unread.tsx';
import { Ask } from './ask.tsx';
import { Attention } from './attention.tsx';
import type { Shown } from './coverage-feed.ts';
import { Nodes } from './nodes.tsx';
import type { Question } from './question.ts';
import { TakeAway } from './take-away.tsx';
import { Trend } from './trend.tsx';
import { countText, percentText, provinceText } from './words.ts';

const SHOWN = ['presented', 'recognised', 'restricted', 'referred'] as const;

interface ProvinceDeskProps {
  readonly province: ProvinceCode;
  readonly shown: Shown;
  readonly question: Question;
  readonly ask: (question: Question) => void;
}

/** One province's page: its row and its column of the matrix, what asks for attention there, and what the registry has of it. */
export function ProvinceDesk({ province, shown: { whole, close }, question, ask }: ProvinceDeskProps) {
  const { attention, cells, nodes, signals, suppressed, suppressed_below: below } = whole;
  const links = { question, ask };
  return (
    <div data-of-province={province}>
      <p class="back">
        <Ask question={{ ...question, province: null }} ask={ask}>
          {say(COVERAGE_TEXTS.detail_close)}
        </Ask>
      </p>
      <Attention items={attention.filter((item) => item.province === province || item.subject === province)} />
      <div class="pair">
        <Cells
          id="its-codes"
          title={say(COVERAGE_TEXTS.its_codes)}
          cells={cells.filter(({ issuer }) => issuer === province)}
          other="destination"
          {...links}
        />
        <Cells
          id="here"
          title={say(COVERAGE_TEXTS.here)}
          cells={cells.filter(({ destination }) => destination === province)}
          other="issuer"
          {...links}
        />
      </div>
      <p class="quiet" data-suppressed={suppressed.cells}>
        {say(withheldHereText(suppressed.cells, below))}
      </p>
      <TakeAway question={question} hours={false} />
      <Trend series={close?.series ?? []} question={question} />
      <Signals signals={signals.filter((signal) => signal.province === province)} />
      <Nodes nodes={nodes.filter((node) => node.province === province)} />
      <Registered province={province} />
    </div>
  );
}

interface CellsProps extends Pick<ProvinceDeskProps, 'question' | 'ask'> {
  readonly id: string;
  readonly title: string;
  readonly cells: readonly CoverageCell[];
  /** What tells the rows apart. */
  readonly other: 'issuer' | 'destination';
}

/** A row or a column of the matrix, those that recognise least first. */
function Cells({ id, title, cells, other, question, ask }: CellsProps) {
  const rate = ({ green, recognised }: CoverageCell) => (green === 0 ? null : recognised / green);
  const ordered = cells.toSorted((a, b) => (rate(a) ?? 2) - (rate(b) ?? 2) || b.presented - a.presented);
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {cells.length === 0 ? (
        <p>{say(COVERAGE_TEXTS.none_shown)}</p>
      ) : (
        <div class="scroll">
          <table class="list lines" aria-labelledby={id}>
            <thead>
              <tr>
                <th scope="col">{say(COVERAGE_TEXTS[other])}</th>
                <th scope="col" class="number">
                  {say(COVERAGE_TEXTS.rate)}
                </th>
                {SHOWN.map((count) => (
                  <th key={count} scope="col" class="number">
                    {say(COUNT_TEXTS[count])}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {ordered.map((cell) => (
                <tr
                  key={cell[other]}
                  data-issuer={cell.issuer}
                  data-destination={cell.destination}
                  data-presented={cell.presented}
                  data-recognised={cell.recognised}
                >
                  <th scope="row" class="short">
                    <Ask question={{ ...question, province: cell[other] }} ask={ask}>
                      {provinceText(cell[other])}
                    </Ask>
                  </th>
                  <td class="number" data-label={say(COVERAGE_TEXTS.rate)}>
                    {percentText(rate(cell))}
                  </td>
                  {SHOWN.map((count) => (
                    <td key={count} class="number" data-label={say(COUNT_TEXTS[count])}>
                      {countText(cell[count])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Signals({ signals }: Pick<Coverage, 'signals'>) {
  return (
    <section aria-labelledby="signals-title">
      <h2 id="signals-title">{say(COVERAGE_TEXTS.signals)}</h2>
      {signals.length === 0 ? (
        <p>{say(COVERAGE_TEXTS.signals_none)}</p>
      ) : (
        <table class="list" aria-labelledby="signals-title">
          <thead>
            <tr>
              <th scope="col">{say(COVERAGE_TEXTS.signal)}</th>
              <th scope="col" class="number">
                {say(COVERAGE_TEXTS.share)}
              </th>
              <th scope="col">{say(COVERAGE_TEXTS.raised)}</th>
            </tr>
          </thead>
          <tbody>
            {signals.map((signal) => (
              <SignalRow key={signal.signal} signal={signal} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function SignalRow({ signal: { signal, rate, raised } }: { readonly signal: SignalReading }) {
  return (
    <tr data-signal={signal} data-raised={raised}>
      <td>{say(ATTENTION_TEXTS[signal])}</td>
      <td class="number">{percentText(rate)}</td>
      <td class="short">{raised ? `⚠ ${say(COVERAGE_TEXTS.is_raised)}` : say(COVERAGE_TEXTS.not_raised)}</td>
    </tr>
  );
}

/** Stages of the adapter, remedy and history: from the log, proved in this browser as the registry's own page does. */
function Registered({ province }: Pick<ProvinceDeskProps, 'province'>) {
  const { view, state, lostAt } = useRegistry();
  const adapters = view?.adapters.filter((one) => one.province === province) ?? [];
  const { fault, onUnsigned } = useLogDoubt(view, adapters);
  return (
    <LogDoubt.Provider value={fault}>
      <div class="registry">
        <section aria-labelledby="registered-title">
          <h2 id="registered-title">{say(COVERAGE_TEXTS.registered)}</h2>
          {view === null ? <Unread {...REGISTRY_TEXTS} isLost={state === 'lost'} /> : <Lost at={lostAt} />}
          {view !== null && adapters.length === 0 && <p>{say(COVERAGE_TEXTS.registered_none)}</p>}
          {view !== null &&
            adapters.map((one) => (
              <section key={adapterIdOf(one)}>
                {adapters.length > 1 && <h3>{adapterName(one)}</h3>}
                <Adapter adapter={one} view={view} />
              </section>
            ))}
        </section>
        {view !== null && <History view={view} only={province} onUnsigned={onUnsigned} />}
      </div>
    </LogDoubt.Provider>
  );
}

/** The name of a province as the heading of its page. */
export function provinceTitle(province: ProvinceCode): string {
  return `${say(PROVINCES[province])} · ${say(COVERAGE_TEXTS.title)}`;
}
