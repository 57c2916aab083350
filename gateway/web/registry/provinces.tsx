import { useState } from 'preact/hooks';
import { adapterIdOf } from '../../../schemas/adapter-id.ts';
import { PROVINCES } from '../../../schemas/code-lists/index.ts';
import { SUSPENSION_REASONS } from '../../../schemas/registry-event.ts';
import type { AdapterView } from '../../../schemas/registry-views.ts';
import { REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { ADAPTER_STATE_TEXTS, STAGE_TEXTS } from '../../../schemas/texts/registry-state.ts';
import { Fact, Facts } from '../shell/facts.tsx';
import { say } from '../shell/language.ts';
import { Opened } from '../shell/opened.tsx';
import { adapterCode, adapterName, anchorOf, placeOf } from './adapter-place.ts';
import { Authority } from './authority-model.tsx';
import { suspendedClaim } from './claims.ts';
import { StateBadge } from './doubt.tsx';
import { Parts } from './parts.tsx';
import { ProvenMark } from './proven-mark.tsx';
import type { RegistryView } from './registry-view.ts';
import { UnprovenBadge } from './unproven.tsx';
import { Version } from './version.tsx';
import { reasonText } from './words.ts';

interface ProvincesProps {
  readonly view: RegistryView;
  /** Ids of the adapters of which the log proves something else. */
  readonly disproved: ReadonlySet<string>;
}

/** Every province's adapter in the order of its code, and a way to find one. */
export function Provinces({ view, disproved }: ProvincesProps) {
  const [sought, setSought] = useState('');
  const found = view.adapters.filter((adapter) => textsOf(adapter).includes(sought.trim().toLowerCase()));
  return (
    <section id="provinces" aria-labelledby="h-provinces">
      <h2 id="h-provinces">{say(REGISTRY_TEXTS.provinces)}</h2>
      <p class="find">
        <label for="find-province">{say(REGISTRY_TEXTS.search)}</label>
        <input
          id="find-province"
          type="search"
          value={sought}
          autocomplete="off"
          onInput={(event) => setSought(event.currentTarget.value)}
        />
        <span class="quiet" role="status">
          {sought.trim() === ''
            ? ''
            : found.length === 0
              ? say(REGISTRY_TEXTS.nothing_found)
              : `${found.length} ${say(REGISTRY_TEXTS.found)}`}
        </span>
      </p>
      {view.adapters.length === 0 && <p>{say(REGISTRY_TEXTS.provinces_none)}</p>}
      {found.map((adapter) => (
        <Opened
          key={adapterIdOf(adapter)}
          id={anchorOf(adapter)}
          summary={<Head adapter={adapter} isUnproven={disproved.has(adapterIdOf(adapter))} />}
        >
          {() => <Adapter adapter={adapter} view={view} />}
        </Opened>
      ))}
    </section>
  );
}

interface AdapterProps {
  readonly adapter: AdapterView;
  readonly view: RegistryView;
}

interface HeadProps {
  readonly adapter: AdapterView;
  /** The log does not prove all that stands below it. */
  readonly isUnproven: boolean;
}

function Head({ adapter, isUnproven }: HeadProps) {
  const { system, state, active, trial } = adapter;
  return (
    <>
      <strong>{adapterName(adapter)}</strong> {adapterCode(adapter)}
      {system !== null && ` · ${say(system.name)}`} {active ?? ''}{' '}
      <span class="badges">
        {isUnproven && <UnprovenBadge />}
        {trial !== null && <StateBadge state="trial" text={`${trial.version} ${say(STAGE_TEXTS[trial.stage])}`} />}
        <StateBadge state={state} text={say(ADAPTER_STATE_TEXTS[state])} />
      </span>
    </>
  );
}

/** One province's adapter: what answers, on what trial, where to complain, every version with its proofs. */
export function Adapter({ adapter, view }: AdapterProps) {
  const { active, trial, suspended, authority, remedy, versions } = adapter;
  const place = placeOf(adapter);
  return (
    <>
      <Facts>
        <Fact term={say(suspended === null ? REGISTRY_TEXTS.active : REGISTRY_TEXTS.active_before)}>
          {active ?? say(REGISTRY_TEXTS.none)}
        </Fact>
        <Fact term={say(REGISTRY_TEXTS.on_trial)}>
          {trial === null ? say(REGISTRY_TEXTS.none) : `${trial.version} · ${say(STAGE_TEXTS[trial.stage])}`}
          {trial?.percent !== undefined && ` ${trial.percent}% ${say(REGISTRY_TEXTS.of_codes)}`}
        </Fact>
        {suspended !== null && (
          <Fact term={say(REGISTRY_TEXTS.suspended)}>
            <ProvenMark claim={suspendedClaim(place, suspended)} view={view}>
              {reasonText(SUSPENSION_REASONS, suspended.reason)}
            </ProvenMark>
          </Fact>
        )}
        {remedy !== null && (
          <Fact term={say(REGISTRY_TEXTS.remedy)}>
            <Parts>
              <span class="party">{say(remedy.authority)}</span>
              {remedy.phone !== null && (
                <span class="whole">
                  {say(REGISTRY_TEXTS.phone)} {remedy.phone}
                </span>
              )}
              {remedy.url}
            </Parts>
          </Fact>
        )}
      </Facts>
      <h3>{say(REGISTRY_TEXTS.versions)}</h3>
      {versions.toReversed().map((version) => (
        <Version key={version.version} place={place} version={version} view={view} />
      ))}
      {authority !== null && (
        <>
          <h3>{say(REGISTRY_TEXTS.authority)}</h3>
          <Authority model={authority} />
        </>
      )}
    </>
  );
}

/** What a province is found by, in both languages. */
function textsOf({ province, division, name, system }: AdapterView): string {
  const names = [PROVINCES[province], name, ...(system === null ? [] : [system.name])];
  return [province, division ?? '', system?.id ?? '', ...names.flatMap(({ zh, en }) => [zh, en])]
    .join('\n')
    .toLowerCase();
}
