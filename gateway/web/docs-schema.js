// JSON Schema as short text with links to the schemas it names.
import { element, table, words } from './docs-text.js';

/** A schema in one line, as nodes: names become links, closed lists are spelt out. */
export function schemaNodes(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1);
    return [element('a', { href: `#schema-${name}` }, [name])];
  }
  if (schema.const !== undefined) return [code(JSON.stringify(schema.const))];
  if (schema.enum) return joined(schema.enum.map((value) => [code(JSON.stringify(value))]));
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return joined(options.map(schemaNodes));
  if (schema.type === 'array')
    return [`${words.arrayOf} `, ...schemaNodes(schema.items), limits(schema.minItems, schema.maxItems)];
  if (schema.type === 'object') return objectNodes(schema);
  return [`${schema.type ?? words.anything}${schema.format ? ` (${schema.format})` : ''}`, scalarLimits(schema)];
}

/** The members of an object schema. */
export function membersTable(schema) {
  const rows = Object.entries(schema.properties).map(([name, member]) => [
    [code(name)],
    schemaNodes(member),
    [schema.required?.includes(name) ? words.yes : words.no],
    [member.description ?? ''],
  ]);
  return table(words.members, [words.name, words.form, words.required, words.meaning], rows);
}

function objectNodes(schema) {
  if (!schema.properties) return [words.object];
  const members = Object.entries(schema.properties).map(([name, member]) => [code(name), ': ', ...schemaNodes(member)]);
  return ['{ ', ...joined(members, ', '), ' }'];
}

function scalarLimits(schema) {
  if (schema.type === 'string') return limits(schema.minLength, schema.maxLength);
  // JavaScript's safe range is no limit worth telling.
  const bound = (value) => (Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value);
  return limits(bound(schema.minimum), bound(schema.maximum));
}

function limits(least, most) {
  if (least === undefined && most === undefined) return '';
  return ` [${least ?? ''}…${most ?? ''}]`;
}

function joined(lists, separator = ' | ') {
  return lists.flatMap((nodes, index) => (index === 0 ? nodes : [separator, ...nodes]));
}

function code(text) {
  return element('code', {}, [text]);
}
