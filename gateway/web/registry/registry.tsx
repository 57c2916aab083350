import { useEffect, useMemo, useState } from 'preact/hooks';
import { adaptersText, REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import { DraftImpact } from './draft-impact.tsx';
import { History } from './history.tsx';
import { Deviations, Entities, Mandates } from './lists.tsx';
import { LogFaultNotice, LogPanel } from './log-panel.tsx';
import { Operator } from './operator.tsx';
import { Provinces } from './provinces.tsx';
import { type FeedState, RegistryFeed } from './registry-feed.ts';
import type { RegistryView } from './registry-view.ts';
import { DOT, zoneText } from './words.ts';

/** The command in the introduction. */
const VERIFY = 'huren log verify';

/** The registry as the log tells it, and anew whenever the log grows. */
export function Registry() {
  const [view, setView] = useState<RegistryView | null>(null);
  const [state, setState] = useState<FeedState | null>(null);
  const feed = useMemo(() => new RegistryFeed(setView, setState), []);
  useEffect(() => () => feed.stop(), [feed]);
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
        <p class="notice" role="status">
          {state === 'lost' ? `✗ ${say(REGISTRY_TEXTS.unreadable)}` : say(REGISTRY_TEXTS.loading)}
        </p>
      ) : (
        <>
          {'fault' in view.standing && <LogFaultNotice standing={view.standing} read={() => void feed.read()} />}
          <Totals view={view} />
          <p class="quiet">
            <span class={`feed ${state}`} role="status">
              {say(state === 'lost' ? REGISTRY_TEXTS.lost : REGISTRY_TEXTS.live)}
            </span>
            {DOT}
            {zoneText()}
          </p>
          <Operator view={view} />
          <Provinces view={view} />
          <History view={view} />
          <DraftImpact />
          <Deviations lists={view.deviations} />
          <Mandates mandates={view.mandates} />
          <Entities entities={view.entities} />
          <LogPanel standing={view.standing} />
        </>
      )}
    </div>
  );
}

function Totals({ view: { adapters } }: { readonly view: RegistryView }) {
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
    </ul>
  );
}
