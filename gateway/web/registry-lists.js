// The registry's lists: the log's checkpoint, entities with their keys, deviations of destinations, mandates.
import { element, table } from './docs-text.js';
import { jsonOf } from './registry-log.js';
import { instant, words } from './registry-text.js';

/** Where the log stands, and whether its signature holds. */
export function checkpointNodes({ origin, size, rootText, signed, key }) {
  const said = { true: `✓ ${words.signatureGood}`, false: `✗ ${words.signatureBad}`, null: words.signatureUnknown };
  const mark = signed === true ? 'proof good' : 'proof bad';
  return [
    element('p', {}, [`${origin} · ${words.size(size)} · `, element('code', {}, [rootText])]),
    element('p', { class: mark }, [said[signed]]),
    element('p', {}, [element('code', {}, [key])]),
  ];
}

/** Who is in the registry, with which keys and until when. */
export function entityNodes(entities) {
  const rows = entities.flatMap(({ role, name, keys, state }) =>
    keys.map((key) => [
      [words.of(name), state === 'removed' ? ` (${words.keyStates.revoked})` : ''],
      [words.roles[role]],
      [element('code', {}, [key.kid.slice(0, 12)]), ` ${words.uses[key.use]}`],
      [words.keyStates[key.state], ` ${words.since}${instant(key.activated_at ?? key.announced_at)}`],
      [key.expires_at === null ? words.noExpiry : instant(key.expires_at)],
    ]),
  );
  return [table(words.keys, [words.name, words.role, words.keys, words.state, words.expires], rows)];
}

/** Every case in which a destination is stricter than the national baseline, with its basis and its end. */
export async function deviationNodes({ said }) {
  const { policies } = await jsonOf('/v1/registry/policies');
  const published = policies.filter(({ source, stricter }) => source === 'published' && stricter > 0);
  if (published.length === 0) return [element('p', {}, [words.noDeviations])];
  const lists = await Promise.all(
    published.map(({ province }) => jsonOf(`/v1/registry/policies/${province}/deviations`)),
  );
  const rows = lists.flatMap(({ province, policy, deviations }) =>
    deviations.map(({ baseline, decision, cells, exception }) => [
      [said('provinces', province)],
      [element('code', {}, [policy])],
      [`${words.decisions[baseline]} → ${words.decisions[decision]}`, ` · ${cells} ${words.cases}`],
      [exception === null ? words.none : `${words.of(exception.basis.title)}`],
      [exception === null ? '' : instant(exception.ends_at)],
    ]),
  );
  return [table(words.deviations, [words.province, words.version, words.stricter, words.basis, words.ends], rows)];
}

/** The mandates: without one in force nobody may be checked. */
export async function mandateNodes() {
  const { mandates } = await jsonOf('/v1/registry/mandates');
  const rows = mandates.map(({ mandate, state, ends_at }) => [
    [mandate.id],
    [words.mandateStates[state]],
    [instant(ends_at)],
    [mandate.regions.join(' ')],
    [words.of(mandate.instrument.title)],
  ]);
  return [table(words.mandates, [words.name, words.state, words.until, words.regions, words.basis], rows)];
}
