// Shows the registry as the log tells it. Everything goes in as text, never as markup.
import { adapterBox } from './registry-adapter.js';
import { checkpointNodes, deviationNodes, entityNodes, mandateNodes } from './registry-lists.js';
import { jsonOf, loadCheckpoint } from './registry-log.js';
import { operatorNodes } from './registry-operator.js';
import { loadCodeLists, words } from './registry-text.js';

const state = document.getElementById('state');
const said = loadCodeLists();

await show();
openTarget();
addEventListener('hashchange', openTarget);

/** Reads everything anew and lays it out; what was open stays open. */
async function show() {
  try {
    const open = [...document.querySelectorAll('details[open]')].map(({ id }) => id);
    const context = await readContext();
    const parts = {
      operator: operatorNodes(context, show),
      log: context.checkpoint.then(checkpointNodes),
      provinces: context.adapters.map((adapter) => adapterBox(adapter, context)),
      entities: entityNodes(context.entities),
      deviations: deviationNodes(context),
      mandates: mandateNodes(),
    };
    for (const [id, nodes] of Object.entries(parts)) document.getElementById(id).replaceChildren(...(await nodes));
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
    state.textContent = '';
  } catch {
    state.textContent = words.unreadable;
  }
}

async function readContext() {
  const [{ adapters }, { entities }] = await Promise.all([
    jsonOf('/v1/registry/adapters'),
    jsonOf('/v1/registry/entities'),
  ]);
  const byId = new Map(entities.map((entity) => [entity.entity_id, entity]));
  const keyRecord = (id, kid) => byId.get(id)?.keys.find((key) => key.use === 'registry' && key.kid === kid);
  return {
    adapters,
    entities,
    // Read after the state, so that it covers every entry that the state speaks of.
    checkpoint: loadCheckpoint(),
    said: await said,
    keyRecord,
    keyOf: (id, kid) => keyRecord(id, kid)?.jwk,
    nameOf: (id) => (byId.has(id) ? words.of(byId.get(id).name) : id),
  };
}

/** A link to a province opens it. */
function openTarget() {
  const target = location.hash === '' ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  target?.closest('details')?.setAttribute('open', '');
  target?.scrollIntoView();
}
