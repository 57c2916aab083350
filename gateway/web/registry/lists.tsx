import { PROVINCES, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import type { DeviationsView, EntityView, MandateView } from '../../../schemas/registry-views.ts';
import { DECISION_WORDS } from '../../../schemas/texts/decision-words.ts';
import { casesText, entitiesText, keyTimesText, REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import {
  entityKindText,
  KEY_STATE_TEXTS,
  KEY_USE_TEXTS,
  MANDATE_STATE_TEXTS,
} from '../../../schemas/texts/registry-state.ts';
import { Fact, Facts } from '../shell/facts.tsx';
import { say } from '../shell/language.ts';
import { LongNames } from '../shell/long-names.tsx';
import { Opened } from '../shell/opened.tsx';
import { NotProvenBadge, StateBadge } from './doubt.tsx';
import { DOT, timeText } from './words.ts';

/** Every case in which a destination is stricter than the national baseline, with its basis and its end. */
export function Deviations({ lists }: { readonly lists: readonly DeviationsView[] }) {
  return (
    <section id="deviations" aria-labelledby="h-deviations">
      <h2 id="h-deviations">{say(REGISTRY_TEXTS.deviations)}</h2>
      {lists.length === 0 && <p>{say(REGISTRY_TEXTS.deviations_none)}</p>}
      <ul class="plain">
        {lists.flatMap(({ province, policy, deviations }) =>
          deviations.map(({ row, baseline, decision, cells, exception }) => (
            <li class="panel" key={`${province} ${row} ${baseline}`}>
              <strong>{say(PROVINCES[province])}</strong> <code>{policy}</code> <NotProvenBadge />
              <Facts>
                <Fact term={say(REGISTRY_TEXTS.stricter)}>
                  {say(DECISION_WORDS[baseline])} → {say(DECISION_WORDS[decision])} · {say(casesText(cells))}
                </Fact>
                <Fact term={say(REGISTRY_TEXTS.basis)}>
                  {exception === null ? say(REGISTRY_TEXTS.none) : say(exception.basis.title)}
                </Fact>
                {exception !== null && <Fact term={say(REGISTRY_TEXTS.ends)}>{timeText(exception.ends_at)}</Fact>}
              </Facts>
            </li>
          )),
        )}
      </ul>
    </section>
  );
}

const SEPARATOR = { zh: '、', en: ', ' };

/** A region that is a whole province by the province's name; any smaller one by its code. */
function regionText(region: string): string {
  const { data } = provinceCodeSchema.safeParse(region.padEnd(6, '0'));
  return data === undefined ? region : say(PROVINCES[data]);
}

/** The mandates: without one in force nobody may be checked. */
export function Mandates({ mandates }: { readonly mandates: readonly MandateView[] }) {
  return (
    <section id="mandates" aria-labelledby="h-mandates">
      <h2 id="h-mandates">{say(REGISTRY_TEXTS.mandates)}</h2>
      {mandates.length === 0 && <p>{say(REGISTRY_TEXTS.mandates_none)}</p>}
      <ul class="plain">
        {mandates.map(({ mandate, state, ends_at }) => (
          <li class="panel" key={mandate.id}>
            <strong>{mandate.id}</strong> <StateBadge state={state} text={say(MANDATE_STATE_TEXTS[state])} />
            <Facts>
              <Fact term={say(REGISTRY_TEXTS.from)}>{timeText(mandate.valid_from)}</Fact>
              <Fact term={say(REGISTRY_TEXTS.until)}>{timeText(ends_at)}</Fact>
              <Fact term={say(REGISTRY_TEXTS.regions)}>
                <span class="regions">{mandate.regions.map(regionText).join(say(SEPARATOR))}</span>
              </Fact>
              <Fact term={say(REGISTRY_TEXTS.basis)}>{say(mandate.instrument.title)}</Fact>
            </Facts>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who is in the registry, with which keys and until when. */
export function Entities({ entities }: { readonly entities: readonly EntityView[] }) {
  return (
    <section id="entities" aria-labelledby="h-entities">
      <h2 id="h-entities">{say(REGISTRY_TEXTS.entities)}</h2>
      <p class="quiet">
        {say(REGISTRY_TEXTS.entities_how)}
        <code>huren registry enrol</code>
      </p>
      <Opened id="all-entities" summary={<Counted entities={entities} />}>
        {() => entities.map((entity) => <Entity key={entity.entity_id} entity={entity} />)}
      </Opened>
    </section>
  );
}

function Counted({ entities }: { readonly entities: readonly EntityView[] }) {
  return (
    <>
      {say(entitiesText(entities.length))} <NotProvenBadge />
    </>
  );
}

function Entity({ entity }: { readonly entity: EntityView }) {
  return (
    <Opened
      id={`entity-${entity.entity_id}`}
      summary={
        <>
          <strong>{say(entity.name)}</strong>
          {DOT}
          {say(entityKindText(entity))}
          <span class="badges">
            {entity.state === 'removed' ? (
              <StateBadge state="removed" text={say(REGISTRY_TEXTS.removed)} />
            ) : (
              <NotProvenBadge />
            )}
          </span>
        </>
      }
    >
      {() => <Keys entity={entity} />}
    </Opened>
  );
}

function Keys({ entity: { entity_id, keys } }: { readonly entity: EntityView }) {
  return (
    <>
      <p>
        <code>
          <LongNames text={entity_id} />
        </code>
      </p>
      <Facts>
        {keys.map(({ kid, use, state, announced_at, activated_at, expires_at }) => (
          <Fact key={`${use} ${kid}`} term={say(KEY_USE_TEXTS[use])}>
            <code>{kid}</code>
            <br />
            <StateBadge state={state} text={say(KEY_STATE_TEXTS[state])} />{' '}
            <span class="times">
              {say(
                keyTimesText(timeText(activated_at ?? announced_at), expires_at === null ? null : timeText(expires_at)),
              )}
            </span>
          </Fact>
        ))}
      </Facts>
    </>
  );
}
