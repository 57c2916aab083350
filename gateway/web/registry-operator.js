// What an operator sees: who is logged in, the key in this browser, the versions that wait, and what can be stopped.
import { element } from './docs-text.js';
import { line, markOf, readManifest, reportButton } from './registry-adapter.js';
import { loadKey, makeKey, submitStep } from './registry-key.js';
import { jsonOf } from './registry-log.js';
import { suspensionNodes } from './registry-suspension.js';
import { language, words } from './registry-text.js';

/** The operators' part of the page. `reload` shows the whole page anew after something changed. */
export async function operatorNodes(context, reload) {
  const { login, operator } = await jsonOf('/registry/session');
  const failed = new URLSearchParams(location.search).get('login') === 'failed';
  const said = failed && operator === null ? [element('p', { role: 'alert' }, [words.logInFailed])] : [];
  if (operator === null) {
    const link = element('a', { href: `/registry/login?lang=${language}`, class: 'action' }, [words.logIn]);
    return login ? [...said, element('p', {}, [link])] : [];
  }
  const logOut = button(words.logOut, async () => {
    await fetch('/registry/logout', { method: 'POST' });
    await reload();
  });
  const key = await loadKey(operator.entity_id);
  const enrolled = key === null ? undefined : context.keyRecord(operator.entity_id, key.kid);
  const ready = enrolled?.state === 'active';
  return [
    element('h2', {}, [words.operator]),
    element('p', {}, [words.loggedInAs, element('strong', {}, [operator.name]), ' ', logOut]),
    ...keyNodes(operator, key, ready, reload),
    element('h3', {}, [words.pending]),
    ...pendingNodes(operator, ready ? key : null, context, reload),
    ...suspensionNodes(operator, ready ? key : null, context, reload),
  ];
}

function keyNodes({ entity_id }, key, ready, reload) {
  const heading = element('h3', {}, [words.browserKey]);
  if (key === null) {
    const make = button(words.makeKey, async () => {
      await makeKey(entity_id);
      await reload();
    });
    return [heading, element('p', {}, [words.keyMissing]), element('p', {}, [make])];
  }
  const kid = element('p', {}, [words.publicKey, words.colon, element('code', { id: 'browser-kid' }, [key.kid])]);
  if (ready) return [heading, kid, element('p', { class: 'proof good' }, [`✓ ${words.keyReady}`])];
  const jwk = JSON.stringify(key.publicJwk);
  const command = `huren registry enrol-key '${jwk}' --as ${entity_id.split('/').at(-1)}`;
  const copy = button(words.copy, async () => {
    await navigator.clipboard.writeText(command);
    copy.textContent = words.copied;
  });
  return [
    heading,
    kid,
    element('p', {}, [words.keyNotEnrolled]),
    element('p', {}, [words.command]),
    element('pre', { id: 'enrol-command', tabindex: '0', 'data-jwk': jwk }, [command]),
    element('p', {}, [copy, ' ', button(words.refresh, reload)]),
  ];
}

function pendingNodes(operator, key, context, reload) {
  const waiting = context.adapters.flatMap((adapter) =>
    adapter.versions.map((version) => ({ adapter, version, step: stepOf(operator, adapter, version) })),
  );
  const open = waiting.filter(({ step }) => step !== null);
  if (open.length === 0) return [element('p', {}, [words.nothingToApprove])];
  return open.map((item) => pendingBox(operator, key, { ...item, context, reload }));
}

/** What an operator can do next about a version: approve it, put it to use, or nothing. */
function stepOf(
  { entity_id },
  { active, suspended },
  { version, stage, check, approvals, approvals_needed, submitted },
) {
  if (check?.passed !== true || submitted.by === entity_id) return null;
  const counting = approvals.filter(({ counts }) => counts);
  if (counting.length < approvals_needed) return counting.some(({ by }) => by === entity_id) ? null : 'approve';
  return stage === 'submitted' && version !== active && suspended === null ? 'activate' : null;
}

function pendingBox(operator, key, { adapter, version, step, context, reload }) {
  const { province, name } = adapter;
  const state = element('p', { role: 'status' }, [words.checking]);
  const box = element('input', { type: 'checkbox', id: `reviewed-${province}-${version.version}` }, []);
  const approve = element('button', { type: 'button', disabled: '' }, [words.steps[step]]);
  const bytes = readManifest(province, version);
  bytes.then(
    () => {
      state.textContent = `✓ ${words.bytesChecked}`;
    },
    () => {
      state.textContent = `✗ ${words.bytesWrong}`;
    },
  );
  box.addEventListener('change', async () => {
    const same = await bytes.then(
      () => true,
      () => false,
    );
    approve.disabled = !(box.checked && same && key !== null);
  });
  approve.addEventListener('click', async () => {
    approve.disabled = true;
    state.textContent = words.checking;
    const refusal = await send(key, operator.entity_id, step, { province, ...version });
    if (refusal !== null) state.textContent = words.refused + refusal;
    else await reload();
  });
  const href = `/v1/registry/adapters/${province}/versions/${version.version}`;
  return element('section', { class: 'panel', id: `pending-${province}-${version.version}` }, [
    element('h4', {}, [`${words.of(name)} ${province} ${version.version}`]),
    element('dl', {}, [
      ...line(
        words.submitted,
        markOf(version.submitted, context, ({ kind }) => kind === 'adapter_submitted'),
      ),
      ...line(
        words.digest,
        element('code', {}, [version.manifest_digest]),
        ' ',
        element('a', { href }, [words.manifest]),
      ),
    ]),
    ...reportButton(province, version),
    state,
    element('p', {}, [box, ' ', element('label', { for: box.id }, [words.confirm])]),
    element('p', {}, [approve]),
  ]);
}

/** Signs the step about exactly these bytes. Gives null, or why it was refused. */
async function send(key, entityId, step, { province, version, manifest_digest }) {
  const about = { province, version, manifest_digest };
  return step === 'approve'
    ? await submitStep(key, entityId, 'adapter_approved', about)
    : await submitStep(key, entityId, 'adapter_activated', { ...about, mode: { stage: 'full' } });
}

function button(text, work) {
  const made = element('button', { type: 'button' }, [text]);
  made.addEventListener('click', () => {
    work().catch(() => {
      made.textContent = words.unreadable;
    });
  });
  return made;
}
