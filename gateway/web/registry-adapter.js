// One province: its versions, who approved them with proofs, its authority model in words, its conformance reports.
import { element } from './docs-text.js';
import { jsonOf, proveEntry, textDigest, textOf } from './registry-log.js';
import { instant, words } from './registry-text.js';

/** A box for one province. What is in it is made, and its proofs are checked, when it is first opened. */
export function adapterBox(adapter, context) {
  const { province, name, system, state, active } = adapter;
  const summary = element('summary', {}, [
    element('strong', {}, [words.of(name)]),
    ` ${province} · ${system === null ? '–' : words.of(system.name)} `,
    element('span', { class: `badge ${state}` }, [words.states[state]]),
    active === null ? '' : ` ${active}`,
  ]);
  const inside = element('div', {}, []);
  const box = element('details', { id: `province-${province}` }, [summary, inside]);
  box.addEventListener(
    'toggle',
    () => {
      inside.append(...contents(adapter, context));
    },
    { once: true },
  );
  return box;
}

/** A line of a description list. */
export function line(term, ...content) {
  return [element('dt', {}, [term]), element('dd', {}, content)];
}

/**
 * Who did something, when, and whether the log proves it. `fits` holds the event against what the page claims about it.
 */
export function markOf(mark, context, fits) {
  const proof = element('span', { class: 'proof', role: 'status' }, [words.checking]);
  checkMark(mark, context, fits).then(
    () => settle(proof, 'good', `✓ ${words.proofGood}`),
    () => settle(proof, 'bad', `✗ ${words.proofBad}`),
  );
  const who = context.nameOf(mark.by);
  return element('span', {}, [`${who} · ${instant(mark.at)} · ${words.entry(mark.index)} `, proof]);
}

/** A button that shows a conformance report, after its digest was compared with the one in the log. */
export function reportButton(province, { version, check }) {
  const place = element('div', { 'aria-live': 'polite' }, []);
  const button = element('button', { type: 'button' }, [words.report]);
  button.addEventListener('click', async () => {
    place.replaceChildren(...(await reportNodes(province, version, check).catch(() => [words.reportWrong])));
  });
  return [button, place];
}

function contents(adapter, context) {
  const { province, active, trial, suspended, authority, remedy, versions } = adapter;
  const facts = [
    ...line(words.active, active ?? words.none),
    ...line(words.onTrial, trial === null ? words.none : trialText(trial)),
    ...(suspended === null
      ? []
      : line(
          words.suspended,
          `${words.suspensions[suspended.reason] ?? suspended.reason}${words.colon}`,
          markOf(suspended, context, isSuspension(province)),
        )),
    ...(remedy === null ? [] : line(words.remedy, remedyText(remedy))),
  ];
  return [
    element('dl', {}, facts),
    element('h3', {}, [words.versions]),
    ...versions.toReversed().map((version) => versionBox(province, version, context)),
    ...(authority === null ? [] : [element('h3', {}, [words.authority]), authorityList(authority, context)]),
  ];
}

function versionBox(province, version, context) {
  const { approvals, approvals_needed, check } = version;
  const about = isAbout(province, version);
  const counting = approvals.filter(({ counts }) => counts).length;
  const manifest = `/v1/registry/adapters/${province}/versions/${version.version}`;
  return element('section', { class: 'panel' }, [
    element('h4', {}, [`${version.version} · ${words.stages[version.stage]}`]),
    element('dl', {}, [
      ...line(
        words.digest,
        element('code', {}, [version.manifest_digest]),
        ' ',
        element('a', { href: manifest }, [words.manifest]),
      ),
      ...line(
        words.submitted,
        markOf(version.submitted, context, ({ kind }) => kind === 'adapter_submitted'),
      ),
      ...(check === null
        ? []
        : line(
            words.checked,
            `${check.passed ? `✓ ${words.passed}` : `✗ ${words.failed}`} (${words[check.level]}) · `,
            markOf(
              check,
              context,
              ({ kind, body }) => kind === 'adapter_checked' && about(body) && body.passed === check.passed,
            ),
          )),
      ...line(
        `${words.approvals} ${counting}/${approvals_needed}`,
        approvals.length === 0
          ? words.none
          : element(
              'ul',
              {},
              approvals.map((approval) => approvalItem(approval, context, about)),
            ),
      ),
    ]),
    ...(check === null ? [] : reportButton(province, version)),
  ]);
}

function approvalItem(approval, context, about) {
  const fits = ({ kind, body }) => kind === 'adapter_approved' && about(body);
  return element('li', {}, [markOf(approval, context, fits), approval.counts ? '' : ` (${words.notCounting})`]);
}

async function checkMark(mark, context, fits) {
  const event = await proveEntry(mark.index, await context.checkpoint, context.keyOf);
  if (event.iss !== mark.by || !fits(event)) throw new Error('another event');
}

function settle(proof, state, text) {
  proof.className = `proof ${state}`;
  proof.textContent = text;
}

function isAbout(province, { version, manifest_digest }) {
  return (body) => body.province === province && body.version === version && body.manifest_digest === manifest_digest;
}

function isSuspension(province) {
  return ({ kind, body }) => kind === 'adapter_suspended' && body.province === province;
}

async function reportNodes(province, version, check) {
  const text = await textOf(`/v1/registry/adapters/${province}/versions/${version}/report`);
  if ((await textDigest(text)) !== check.report_digest) return [words.reportWrong];
  const { checks, findings } = JSON.parse(text);
  return [
    element(
      'ul',
      {},
      checks.map(({ name, passed }) => element('li', { lang: 'en' }, [`${passed ? '✓' : '✗'} ${name}`])),
    ),
    ...(findings.length === 0
      ? []
      : [
          element(
            'ul',
            {},
            findings.map(({ code, at, detail }) => element('li', { lang: 'en' }, [`${code} · ${at} · ${detail}`])),
          ),
        ]),
  ];
}

function trialText({ version, stage, percent }) {
  return `${version} · ${words.stages[stage]}${percent === undefined ? '' : ` ${percent}% ${words.ofCodes}`}`;
}

function remedyText({ authority, phone, url }) {
  const parts = [
    words.of(authority),
    phone === null || phone === undefined ? '' : `${words.phone} ${phone}`,
    url ?? '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function authorityList(model, { said }) {
  const body = ({ level, roles }) => {
    const who = roles.length === 0 ? words.anyRole : roles.map((role) => said('roles', role)).join(words.comma);
    return `${said('levels', level)}${words.colon}${who}`;
  };
  const bodies = (list) => (list.length === 0 ? words.none : list.map(body).join(words.semicolon));
  const rows = words.authorityRows;
  const step = ({ level, role, action }) => `${said('levels', level)} ${said('roles', role)} ${words.action[action]}`;
  return element('dl', {}, [
    ...line(rows.assign, bodies(model.may_assign)),
    ...line(rows.convert, bodies(model.may_convert)),
    ...line(rows.release, bodies(model.may_release)),
    ...line(rows.approvals, model.approvals.length === 0 ? words.none : model.approvals.map(step).join(' → ')),
    ...line(rows.signed, model.approvals_signed ? words.yes : words.no),
    ...line(
      rows.batch,
      model.batch === null ? words.none : words.batchOf(model.batch.threshold) + body(model.batch.taken_by),
    ),
    ...line(
      rows.evidence,
      model.evidence_from_levels.map((level) => said('levels', level)).join(words.comma) || words.none,
    ),
    ...line(rows.foreign, words.foreign[model.foreign_conversion]),
    ...line(rows.instrument, model.instrument_required ? words.yes : words.no),
    ...line(rows.grounds, model.grounds.map((ground) => said('grounds', ground)).join(words.comma)),
    ...line(rows.source, element('span', { lang: 'en' }, [model.source])),
  ]);
}

/** The manifest of a version, if it is the one of its digest; otherwise throws. */
export async function readManifest(province, { version, manifest_digest }) {
  const { manifest } = await jsonOf(`/v1/registry/adapters/${province}/versions/${version}`);
  if ((await textDigest(manifest)) !== manifest_digest) throw new Error(words.bytesWrong);
  return manifest;
}
