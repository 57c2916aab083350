import { useContext } from 'preact/hooks';
import { adaptersText, REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import { Unread } from '../shell/unread.tsx';
import { LogDoubt, NotProvenBadge } from './doubt.tsx';
import { DraftImpact } from './draft-impact.tsx';
import { History } from './history.tsx';
import { Deviations, Entities, Mandates } from './lists.tsx';
import { useLogDoubt } from './log-doubt.ts';
import { LogFaultNotice, LogPanel } from './log-panel.tsx';
import { Lost } from './lost.tsx';
import { Operator } from './operator.tsx';
import { Parts } from './parts.tsx';
import { Provinces } from './provinces.tsx';
import type { FeedState } from './registry-feed.ts';
import type { RegistryView } from './registry-view.ts';
import { useRegistry } from './use-registry.ts';
import { bracketed, zoneText } from './words.ts';

/** The command in the introduction. */
const VERIFY = 'huren log verify';

/** The registry as the log tells it, and anew whenever the log grows. */
export function Registry() {
  const { view, state, lostAt, read } = useRegistry();
  const { fault, disproved, onUnsigned } = useLogDoubt(view, view?.adapters ?? []);
  const [before, after] = say(REGISTRY_TEXTS.intro).split(VERIFY);
  return (
    <div class="registry" data-live={state ?? 'reading'}>
      <h1>{say(REGISTRY_TEXTS.title)}</h1>
      <p>
        {before}
        <code class="whole">{VERIFY}</code>
        {after}
      </p>
      {view === null ? (
        <Unread {...REGISTRY_TEXTS} isLost={state === 'lost'} />
      ) : (
        <LogDoubt.Provider value={fault}>
          {fault !== null && <LogFaultNotice fault={fault} standing={view.standing} read={read} />}
          <Lost at={lostAt} />
          <Totals view={view} />
          <p class="quiet">
            <Parts>
              <Feed state={state} />
              {zoneText()}
            </Parts>
          </p>
          <Operator view={view} />
          <Provinces view={view} disproved={disproved} />
          <History view={view} onUnsigned={onUnsigned} />
          <DraftImpact />
          <Deviations lists={view.deviations} />
          <Mandates mandates={view.mandates} />
          <Entities entities={view.entities} />
          <LogPanel standing={view.standing} lostAt={lostAt} />
        </LogDoubt.Provider>
      )}
    </div>
  );
}

/** Whether the page is told of new entries: under a log in doubt that proves nothing of them. */
function Feed({ state }: { readonly state: FeedState | null }) {
  const isDoubted = useContext(LogDoubt) !== null;
  return (
    <span class={isDoubted ? `feed ${state} doubted` : `feed ${state}`} role="status">
      {say(state === 'lost' ? REGISTRY_TEXTS.lost : REGISTRY_TEXTS.live)}
      {isDoubted && bracketed(say(REGISTRY_TEXTS.not_proven))}
    </span>
  );
}

function Totals({ view: { adapters } }: { readonly view: RegistryView }) {
  const isDoubted = useContext(LogDoubt) !== null;
  const waiting = adapters
    .flatMap(({ versions }) => versions)
    .filter(
      ({ stage, check, approvals, approvals_needed }) =>
        stage === 'submitted' &&
        check?.passed === true &&
        approvals.filter(({ counts }) => counts).length < approvals_needed,
    );
  const totals = [
    [adapters.length, adaptersText(adapters.length)],
    [adapters.filter(({ state }) => state === 'suspended').length, REGISTRY_TEXTS.total_suspended],
    [adapters.filter(({ trial }) => trial !== null).length, REGISTRY_TEXTS.total_trial],
    [waiting.length, REGISTRY_TEXTS.total_waiting],
  ] as const;
  return (
    <ul class="totals">
      {totals.map(([count, text]) => (
        <li key={text.en}>
          <strong>{count}</strong> {say(text)}
        </li>
      ))}
      {isDoubted && (
        <li>
          <NotProvenBadge />
        </li>
      )}
    </ul>
  );
}
