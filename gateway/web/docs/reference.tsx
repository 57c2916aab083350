import { useEffect, useState } from 'preact/hooks';
import { DOCS_TEXTS, operationsText } from '../../../schemas/texts/docs.ts';
import { say } from '../shell/language.ts';
import { Opened } from '../shell/opened.tsx';
import { Coded } from './coded.tsx';
import {
  type Description,
  type Group,
  groupsOf,
  type JsonSchema,
  type ListedProblem,
  type Operation,
  problemCodesOf,
  problemsOf,
} from './description.ts';
import { OperationText, Problems } from './operation.tsx';
import { Members, SchemaText } from './schema-text.tsx';

/** Everything there is to look up: closed boxes, and open ones where something is looked for or pointed at. */
export function Reference({ api }: { readonly api: Description }) {
  const [sought, setSought] = useState('');
  const target = useTarget();
  const words = sought.trim().toLowerCase();
  const isSought = words !== '';
  const problems = problemsOf(api);
  const { groups, listed, schemas } = foundIn(api, problems, words);
  const found = groups.flatMap(({ operations }) => operations).length + listed.length + schemas.length;
  return (
    <>
      <p class="find">
        <label for="find">{say(DOCS_TEXTS.search)}</label>
        <input
          id="find"
          type="search"
          value={sought}
          autocomplete="off"
          onInput={(event) => setSought(event.currentTarget.value)}
        />
        <span class="quiet" role="status">
          {isSought && (found === 0 ? say(DOCS_TEXTS.nothing_found) : `${found} ${say(DOCS_TEXTS.found)}`)}
        </span>
      </p>
      {groups.map((group) => (
        <OperationGroup
          key={group.name}
          group={group}
          forced={isSought || group.operations.some(({ operationId }) => operationId === target)}
          problems={problems}
        />
      ))}
      {listed.length > 0 && (
        <Opened
          id="problems"
          forced={isSought}
          summary={
            <>
              <strong>{say(DOCS_TEXTS.problems)}</strong> <span>· {listed.length}</span>
            </>
          }
        >
          {() => <Problems problems={listed} />}
        </Opened>
      )}
      {schemas.length > 0 && (
        <Opened
          id="schemas"
          forced={isSought || target.startsWith('schema-')}
          summary={
            <>
              <strong>{say(DOCS_TEXTS.schemas)}</strong> <span>· {schemas.length}</span>
            </>
          }
        >
          {() =>
            schemas.map(([name, schema]) => (
              <Opened key={name} id={`schema-${name}`} summary={<code>{name}</code>}>
                {() => <SchemaDocument schema={schema} />}
              </Opened>
            ))
          }
        </Opened>
      )}
    </>
  );
}

interface OperationGroupProps {
  readonly group: Group;
  readonly forced: boolean;
  readonly problems: ReadonlyMap<string, ListedProblem>;
}

function OperationGroup({ group: { name, text, operations }, forced, problems }: OperationGroupProps) {
  return (
    <Opened
      id={`group-${name}`}
      forced={forced}
      summary={
        <>
          <strong>{say(text)}</strong> <span>· {say(operationsText(operations.length))}</span>
        </>
      }
    >
      {() =>
        operations.map((operation) => (
          <Opened
            key={operation.operationId}
            id={operation.operationId}
            summary={
              <>
                <code>
                  {operation.method} {operation.path}
                </code>{' '}
                {say(operation['x-summary'])}
              </>
            }
          >
            {() => <OperationText operation={operation} problems={problems} />}
          </Opened>
        ))
      }
    </Opened>
  );
}

function SchemaDocument({ schema }: { readonly schema: JsonSchema }) {
  return (
    <>
      {schema.description !== undefined && (
        <p lang="en">
          <Coded text={schema.description} />
        </p>
      )}
      {schema.properties === undefined ? <SchemaText schema={schema} /> : <Members schema={schema} />}
    </>
  );
}

/** What holds the words, in lower case; everything where there are none. */
function foundIn(api: Description, problems: ReadonlyMap<string, ListedProblem>, words: string) {
  const holds = (texts: readonly string[]) => texts.join('\n').toLowerCase().includes(words);
  return {
    groups: groupsOf(api)
      .map((group) => ({ ...group, operations: group.operations.filter((known) => holds(textsOf(known))) }))
      .filter(({ operations }) => operations.length > 0),
    listed: [...problems.values()].filter(({ code, text, next }) => holds([code, say(text), say(next)])),
    schemas: Object.entries(api.components.schemas).filter(([name, { properties = {} }]) =>
      holds([name, ...Object.keys(properties)]),
    ),
  };
}

/** What an operation is found by. */
function textsOf(operation: Operation): string[] {
  const { operationId, method, path, parameters } = operation;
  const { zh, en } = operation['x-summary'];
  const names = parameters.map(({ name }) => name);
  return [operationId, `${method} ${path}`, zh, en, ...names, ...problemCodesOf(operation)];
}

/** What the address points at, without its sign. */
function useTarget(): string {
  const [target, setTarget] = useState(() => location.hash.slice(1));
  useEffect(() => {
    const onHash = () => setTarget(location.hash.slice(1));
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);
  return target;
}
