// Stopping an adapter at once and letting it answer again: a step that one operator alone may take.
import { element } from './docs-text.js';
import { submitStep } from './registry-key.js';
import { words } from './registry-text.js';

/** The adapters that answer, one of which can be suspended, and those that are suspended. `key`: null cannot sign. */
export function suspensionNodes(operator, key, { adapters }, reload) {
  const answering = adapters.filter(({ state }) => state === 'active');
  const suspended = adapters.filter(({ state }) => state === 'suspended');
  const sign = (kind, body) => submitStep(key, operator.entity_id, kind, body);
  return [
    element('h3', {}, [words.suspension]),
    ...(answering.length === 0 ? [] : [suspendForm(answering, key, sign, reload)]),
    ...suspended.map((adapter) => resumeForm(adapter, key, sign, reload)),
  ];
}

function suspendForm(adapters, key, sign, reload) {
  const province = select(
    'suspend-province',
    adapters.map(({ province: code, name }) => [code, `${words.of(name)} ${code}`]),
  );
  const reason = select('suspend-reason', Object.entries(words.suspensions));
  const fields = [
    ...labelled(words.province, province),
    ...labelled(words.reason, reason),
    element('p', {}, [words.suspensionMeans]),
  ];
  return signedForm('suspend', fields, words.suspend, key, reload, () =>
    sign('adapter_suspended', { province: province.value, reason: reason.value }),
  );
}

function resumeForm({ province, name, suspended }, key, sign, reload) {
  const why = words.suspensions[suspended.reason] ?? suspended.reason;
  const fields = [element('p', {}, [`${words.of(name)} ${province} · ${words.suspended}${words.colon}${why}`])];
  return signedForm(`resume-${province}`, fields, words.resume, key, reload, () =>
    sign('adapter_resumed', { province }),
  );
}

/** A form whose one button signs a step; what is refused is said below it. */
function signedForm(id, fields, text, key, reload, step) {
  const state = element('p', { role: 'status' }, []);
  const button = element('button', { type: 'submit', ...(key === null ? { disabled: '' } : {}) }, [text]);
  const form = element('form', { class: 'panel', id }, [...fields, element('p', {}, [button]), state]);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    state.textContent = words.checking;
    const refusal = await step().catch(() => words.unreadable);
    if (refusal === null) {
      await reload();
      return;
    }
    state.textContent = words.refused + refusal;
    button.disabled = false;
  });
  return form;
}

/** Nothing is chosen beforehand: no province is to be stopped by a hasty click. */
function select(id, options) {
  const none = element('option', { value: '', disabled: '', selected: '' }, [words.choose]);
  const choices = options.map(([value, text]) => element('option', { value }, [text]));
  return element('select', { id, required: '' }, [none, ...choices]);
}

function labelled(text, field) {
  return [element('p', {}, [element('label', { for: field.id }, [text]), ' ', field])];
}
