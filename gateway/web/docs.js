// Lays /openapi.json out as a page. Everything goes in as text, never as markup.
import { membersTable, schemaNodes } from './docs-schema.js';
import { element, table, words } from './docs-text.js';

const state = document.getElementById('state');
const place = document.getElementById('description');

try {
  const reply = await fetch('/openapi.json');
  if (!reply.ok) throw new Error(`${reply.status}`);
  place.append(...page(await reply.json()));
  state.remove();
  openTarget();
  addEventListener('hashchange', openTarget);
} catch {
  state.textContent = words.unreadable;
}

/** A link into the page opens what it points at. */
function openTarget() {
  const target = location.hash === '' ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null) return;
  const box = target.closest('details') ?? target.querySelector('details');
  if (box !== null) box.open = true;
  target.scrollIntoView();
}

function page(api) {
  const groups = api.tags.map((tag) => ({ tag, operations: operationsOf(api, tag.name) }));
  const contents = element('nav', { 'aria-label': words.contents }, [
    element('ul', {}, [
      ...groups.map(({ tag }) => element('li', {}, [link(`group-${tag.name}`, words.of(tag['x-description']))])),
      element('li', {}, [link('problems', words.problems)]),
      element('li', {}, [link('schemas', words.schemas)]),
    ]),
  ]);
  return [
    element('p', {}, [words.of(api.info['x-description'])]),
    contents,
    ...groups.map(({ tag, operations }) => groupSection(api, tag, operations)),
    problemsSection(api),
    schemasSection(api),
  ];
}

function operationsOf(api, tag) {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.tags?.includes(tag))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function groupSection(api, tag, operations) {
  return element('section', { id: `group-${tag.name}` }, [
    element('h2', {}, [words.of(tag['x-description'])]),
    ...operations.map((entry) => operationBox(api, entry)),
  ]);
}

function neededFor({ security: [needed] }) {
  if (needed === undefined) return words.needsNothing;
  return 'gateway' in needed ? words.needsNodeToken : words.needsToken;
}

function operationBox(api, { method, path, operation }) {
  const parts = [];
  if (operation['x-sandbox-only']) parts.push(element('p', { class: 'notice' }, [words.sandboxOnly]));
  if (operation['x-description']) parts.push(element('p', {}, [words.of(operation['x-description'])]));
  parts.push(element('p', {}, [neededFor(operation)]));
  if (operation.parameters) parts.push(parametersTable(operation.parameters));
  if (operation.requestBody)
    parts.push(element('h3', {}, [words.request]), ...contentNodes(operation.requestBody.content));
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response['x-problem-codes']) continue;
    parts.push(element('h3', {}, [`${words.reply} ${status}: ${words.of(response['x-description'])}`]));
    parts.push(...contentNodes(response.content));
  }
  parts.push(problemsTable(api, operation));
  return element('details', { id: operation.operationId }, [
    element('summary', {}, [element('code', {}, [`${method} ${path}`]), ` ${words.of(operation['x-summary'])}`]),
    element('div', {}, parts),
  ]);
}

function parametersTable(parameters) {
  const rows = parameters.map(({ name, required, schema, description }) => [
    [element('code', {}, [name])],
    schemaNodes(schema),
    [required ? words.yes : words.no],
    [schema['x-description'] ? words.of(schema['x-description']) : (description ?? '')],
  ]);
  return table(words.parameters, [words.name, words.form, words.required, words.meaning], rows);
}

/** Nothing where a reply is its status alone. */
function contentNodes(content = {}) {
  return Object.entries(content).flatMap(([mediaType, { schema, example }]) => [
    element('p', {}, [element('code', {}, [mediaType]), ' ', ...schemaNodes(schema)]),
    ...(schema.properties ? [membersTable(schema)] : []),
    ...(example === undefined ? [] : [exampleBox(example)]),
  ]);
}

function exampleBox(example) {
  const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
  return element('figure', {}, [
    element('figcaption', {}, [words.example]),
    element('pre', { tabindex: '0', 'aria-label': words.example }, [text]),
  ]);
}

function problemsTable(api, operation) {
  const codes = Object.values(operation.responses).flatMap((response) => response['x-problem-codes'] ?? []);
  return table(words.problems, [words.code, words.status, words.meaning, words.next], codes.map(problemRow(api)));
}

function problemsSection(api) {
  const codes = Object.values(api.components.examples).map(({ value }) => value.code);
  return element('section', { id: 'problems' }, [
    element('h2', {}, [words.problems]),
    table(words.allProblems, [words.code, words.status, words.meaning, words.next], codes.map(problemRow(api))),
  ]);
}

function problemRow(api) {
  return (code) => {
    const problem = api.components.examples[`problem.${code}`].value;
    return [[element('code', {}, [code])], [`${problem.status}`], [words.of(problem.text)], [words.of(problem.next)]];
  };
}

function schemasSection(api) {
  return element('section', { id: 'schemas' }, [
    element('h2', {}, [words.schemas]),
    ...Object.entries(api.components.schemas).map(([name, schema]) =>
      element('details', { id: `schema-${name}` }, [
        element('summary', {}, [element('code', {}, [name])]),
        element('div', {}, [
          ...(schema.description ? [element('p', {}, [schema.description])] : []),
          ...(schema.properties ? [membersTable(schema)] : [element('p', {}, schemaNodes(schema))]),
        ]),
      ]),
    ),
  ]);
}

function link(id, text) {
  return element('a', { href: `#${id}` }, [text]);
}
