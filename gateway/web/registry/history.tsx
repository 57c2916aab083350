import { useContext, useEffect, useState } from 'preact/hooks';
import { z } from 'zod';
import { type AdapterPlace, adapterDivisionSchema } from '../../../schemas/adapter-id.ts';
import { keysOf, PROVINCES, type ProvinceCode, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { instantOf } from '../../../schemas/instant.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { type RegistryEvent, SUSPENSION_REASONS, VERSION_REJECTIONS } from '../../../schemas/registry-event.ts';
import { entryText, REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { EVENT_TEXTS, STAGE_TEXTS } from '../../../schemas/texts/registry-state.ts';
import { say } from '../shell/language.ts';
import { LongNames } from '../shell/long-names.tsx';
import { Consequence, FaultName, isChecked, LogDoubt } from './doubt.tsx';
import { eventsOf, type LogEvent } from './log-events.ts';
import { Parts } from './parts.tsx';
import type { RegistryView } from './registry-view.ts';
import { timeText } from './words.ts';

const namedSchema = z.object({
  province: provinceCodeSchema,
  division: adapterDivisionSchema.exactOptional(),
  version: z.string(),
});
const ROWS_AT_ONCE = 10;
const KINDS = {
  adapters: { text: REGISTRY_TEXTS.history_adapters, takes: /^adapter_/ },
  all: { text: REGISTRY_TEXTS.history_all, takes: /./ },
  rules: { text: REGISTRY_TEXTS.history_rules, takes: /^(policy|mandate)_/ },
  entities: { text: REGISTRY_TEXTS.history_entities, takes: /^(entity|subordinate|key|log|registry)_/ },
} as const;
type Kind = keyof typeof KINDS;

interface HistoryProps {
  readonly view: RegistryView;
  /** Entries that concern this province; all unless told. */
  readonly only?: ProvinceCode | undefined;
  /** Told whether among the entries that were read there are any that nobody known has signed. */
  readonly onUnsigned: (isUnsigned: boolean) => void;
}

/** Who did what, when and why, out of the log's own entries: nothing that only the gateway says. */
export function History({ view, only, onUnsigned }: HistoryProps) {
  const [kind, setKind] = useState<Kind>(only === undefined ? 'adapters' : 'all');
  const [rows, setRows] = useState(ROWS_AT_ONCE);
  const { log } = view;
  const fault = useContext(LogDoubt);
  const isShown = isChecked(fault);
  const { events, isWhole, isUnreadable } = useEvents(view, { kind, only, rows, onUnsigned });
  return (
    <section id="history" aria-labelledby="h-history">
      <h2 id="h-history">{say(REGISTRY_TEXTS.history)}</h2>
      <p class="quiet">{say(REGISTRY_TEXTS.history_how)}</p>
      <p class="find">
        <label for="history-kind">{say(REGISTRY_TEXTS.history_kind)}</label>
        <select
          id="history-kind"
          value={kind}
          onChange={(event) => {
            setKind(keysOf(KINDS).find((known) => known === event.currentTarget.value) ?? 'adapters');
            setRows(ROWS_AT_ONCE);
          }}
        >
          {keysOf(KINDS).map((known) => (
            <option key={known} value={known}>
              {say(KINDS[known].text)}
            </option>
          ))}
        </select>
      </p>
      {fault !== null && (
        <>
          <p>
            <FaultName fault={fault} />
          </p>
          <Consequence fault={fault} />
        </>
      )}
      {isUnreadable && isShown && <p class="proof bad">✗ {say(REGISTRY_TEXTS.history_unreadable)}</p>}
      {isShown && isWhole && events.length === 0 && <p>{say(REGISTRY_TEXTS.history_none)}</p>}
      <ol class="history">
        {(isShown ? events : []).slice(0, rows).map((entry) => (
          <Entry key={entry.index} entry={entry} view={view} />
        ))}
      </ol>
      {isShown && log !== null && !(isWhole && events.length <= rows) && (
        <button type="button" onClick={() => setRows(rows + ROWS_AT_ONCE)}>
          {say(REGISTRY_TEXTS.history_earlier)}
        </button>
      )}
    </section>
  );
}

interface Wanted extends Pick<HistoryProps, 'only' | 'onUnsigned'> {
  readonly kind: Kind;
  readonly rows: number;
}

/** So many of the newest events of a kind, from as many bundles of the log as that takes. */
function useEvents(view: RegistryView, { kind, only, rows, onUnsigned }: Wanted) {
  const { log, keyOf } = view;
  const [events, setEvents] = useState<readonly LogEvent[]>([]);
  const [isWhole, setWhole] = useState(false);
  const [isUnreadable, setUnreadable] = useState(false);
  useEffect(() => {
    let isShown = true;
    const collect = async () => {
      if (log === null) return;
      const found: LogEvent[] = [];
      let isUnsigned = false;
      let bundle = log.bundleCount - 1;
      for (; bundle >= 0 && found.length <= rows; bundle -= 1) {
        const read = await eventsOf(log, bundle, keyOf);
        isUnsigned ||= read.some(({ isSigned }) => !isSigned);
        found.push(
          ...read.filter(
            ({ event }) => KINDS[kind].takes.test(event.kind) && (only === undefined || concerns(event, only, view)),
          ),
        );
      }
      if (!isShown) return;
      setEvents(found);
      setWhole(bundle < 0);
      onUnsigned(isUnsigned);
      setUnreadable(false);
    };
    collect().catch(() => {
      if (!isShown) return;
      setEvents([]);
      setUnreadable(true);
    });
    return () => {
      isShown = false;
    };
  }, [log, kind, only, rows]);
  return { events, isWhole, isUnreadable };
}

function Entry({ entry: { index, event, isSigned }, view }: { readonly entry: LogEvent; readonly view: RegistryView }) {
  const at = instantOf(event.iat);
  const about = aboutOf(event);
  const isKey = about[0] === keyIn(event);
  return (
    <li data-kind={event.kind} data-index={index}>
      <strong>{view.nameOf(event.iss)}</strong> {say(EVENT_TEXTS[event.kind])}
      {about.length > 0 && (
        <span class="about">
          {isKey ? (
            <code>{about}</code>
          ) : (
            <Parts>
              {about.map((text) => (
                <LongNames key={text} text={text} />
              ))}
            </Parts>
          )}
        </span>
      )}
      <span class="quiet">
        <Parts>
          <time dateTime={at}>{timeText(at)}</time>
          <span>
            <span class="whole">{say(entryText(index))}</span>{' '}
            {!isSigned && <span class="proof bad">✗ {say(REGISTRY_TEXTS.not_signed)}</span>}
          </span>
        </Parts>
      </span>
    </li>
  );
}

/** Whether an event is by a province, about it, or a rule for its venues. */
function concerns(event: RegistryEvent, province: ProvinceCode, { entities }: RegistryView): boolean {
  const ofProvince = new Set(entities.flatMap((one) => (one.province === province ? [one.entity_id] : [])));
  const isOf = (entityId: string) => ofProvince.has(entityId);
  if (isOf(event.iss)) return true;
  if (event.kind === 'mandate_issued') {
    return event.body.mandate.regions.some((region) => region.startsWith(province.slice(0, 2)));
  }
  if (event.kind === 'policy_published') return event.body.policy.destination === province;
  if (event.kind === 'adapter_submitted') {
    return namedSchema.safeParse(jsonOrUndefined(event.body.manifest)).data?.province === province;
  }
  if ('province' in event.body && event.body.province === province) return true;
  return 'entity_id' in event.body && isOf(event.body.entity_id);
}

/** What an event is about, and why, as far as it says so itself. */
function aboutOf(event: RegistryEvent): readonly string[] {
  return aboutParts(event).filter((text) => text !== '');
}

function aboutParts(event: RegistryEvent): readonly string[] {
  switch (event.kind) {
    case 'adapter_suspended':
      return [placeText(event.body), say(SUSPENSION_REASONS[event.body.reason])];
    case 'adapter_resumed':
      return [placeText(event.body)];
    case 'adapter_rolled_back':
      return [`${placeText(event.body)} → ${event.body.to_version}`];
    case 'adapter_rejected':
      return [versionText(event.body), say(VERSION_REJECTIONS[event.body.reason])];
    case 'adapter_checked':
      return [versionText(event.body), say(event.body.passed ? REGISTRY_TEXTS.passed : REGISTRY_TEXTS.failed)];
    case 'adapter_approved':
      return [versionText(event.body)];
    case 'adapter_activated': {
      const { mode } = event.body;
      const share = mode.stage === 'canary' ? ` ${mode.percent}%` : '';
      return [versionText(event.body), say(STAGE_TEXTS[mode.stage]) + share];
    }
    case 'adapter_submitted':
      return [submittedText(event.body.manifest)];
    case 'policy_published':
      return [provinceText(event.body.policy.destination), `${event.body.policy.id}@${event.body.policy.version}`];
    case 'policy_withdrawn':
      return [provinceText(event.body.province), event.body.version];
    case 'mandate_issued':
      return [event.body.mandate.id];
    case 'mandate_revoked':
      return [event.body.mandate_id];
    default:
      return ['entity_id' in event.body ? event.body.entity_id : keyIn(event)];
  }
}

/** The key that an event is about, by its id or by the line that the log's own key is known by. */
function keyIn({ body }: RegistryEvent): string {
  if ('jwk' in body) return body.jwk.kid;
  if ('verifier_key' in body) return body.verifier_key;
  return 'kid' in body ? body.kid : '';
}

function versionText(named: AdapterPlace & { readonly version: string }): string {
  return `${placeText(named)} ${named.version}`;
}

function placeText({ province, division }: AdapterPlace): string {
  return division === undefined ? provinceText(province) : `${provinceText(province)} ${division}`;
}

function provinceText(province: ProvinceCode): string {
  return say(PROVINCES[province]);
}

function submittedText(manifest: string): string {
  const { data } = namedSchema.safeParse(jsonOrUndefined(manifest));
  return data === undefined ? '' : versionText(data);
}
