import type { ComponentChildren } from 'preact';
import { DOCS_TEXTS } from '../../../schemas/texts/docs.ts';
import { Fact, Facts } from '../shell/facts.tsx';
import { say } from '../shell/language.ts';
import { Coded } from './coded.tsx';
import type { JsonSchema } from './description.ts';

/** A schema in one line: names become links, closed lists are spelt out. */
export function SchemaText({ schema }: { readonly schema: JsonSchema }) {
  return <span class="form">{formOf(schema)}</span>;
}

/** The members of an object schema. */
export function Members({ schema: { properties = {}, required = [] } }: { readonly schema: JsonSchema }) {
  return (
    <Facts>
      {Object.entries(properties).map(([name, member]) => (
        <Fact key={name} term={<Named name={name} isRequired={required.includes(name)} />}>
          <SchemaText schema={member} />
          {member.description !== undefined && (
            <>
              {' '}
              ·{' '}
              <span lang="en">
                <Coded text={member.description} />
              </span>
            </>
          )}
        </Fact>
      ))}
    </Facts>
  );
}

/** The name of a member or a parameter, and whether it may be left out. */
export function Named({ name, isRequired }: { readonly name: string; readonly isRequired: boolean }) {
  return (
    <>
      <code>{name}</code>
      {isRequired && <span class="quiet"> {say(DOCS_TEXTS.required)}</span>}
    </>
  );
}

function formOf(schema: JsonSchema): ComponentChildren {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1);
    return <a href={`#schema-${name}`}>{name}</a>;
  }
  if (schema.const !== undefined) return <code>{JSON.stringify(schema.const)}</code>;
  if (schema.enum !== undefined) {
    const values = schema.enum.map((value) => JSON.stringify(value));
    return joined(
      values.map((value) => <code key={value}>{value}</code>),
      ' | ',
    );
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return joined(options.map(formOf), ' | ');
  if (schema.type === 'array') {
    const { items, minItems, maxItems } = schema;
    return (
      <>
        {say(DOCS_TEXTS.array_of)}
        {say({ zh: '', en: ' ' })}
        {typeof items === 'object' ? formOf(items) : say(DOCS_TEXTS.anything)}
        {limitsText(minItems, maxItems)}
      </>
    );
  }
  if (schema.type === 'object') return objectForm(schema);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.join(' | ');
  const format = schema.format === undefined ? '' : ` (${schema.format})`;
  return `${type ?? say(DOCS_TEXTS.anything)}${format}${scalarLimits(schema)}`;
}

function objectForm({ properties }: JsonSchema): ComponentChildren {
  if (properties === undefined) return say(DOCS_TEXTS.object);
  const members = Object.entries(properties).map(([name, member]) => (
    <span key={name}>
      <code>{name}</code>: {formOf(member)}
    </span>
  ));
  return ['{ ', joined(members, ', '), ' }'];
}

function scalarLimits(schema: JsonSchema): string {
  if (schema.type === 'string') return limitsText(schema.minLength, schema.maxLength);
  return limitsText(telling(schema.minimum), telling(schema.maximum));
}

/** JavaScript's safe range is no limit worth telling. */
function telling(bound: number | undefined): number | undefined {
  return bound !== undefined && Math.abs(bound) === Number.MAX_SAFE_INTEGER ? undefined : bound;
}

function limitsText(least: number | undefined, most: number | undefined): string {
  return least === undefined && most === undefined ? '' : ` [${least ?? ''}…${most ?? ''}]`;
}

function joined(parts: readonly ComponentChildren[], separator: string): ComponentChildren[] {
  return parts.flatMap((part, at) => (at === 0 ? [part] : [separator, part]));
}
