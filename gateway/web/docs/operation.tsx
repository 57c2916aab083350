import { DOCS_TEXTS } from '../../../schemas/texts/docs.ts';
import { Fact, Facts } from '../shell/facts.tsx';
import { say } from '../shell/language.ts';
import { Coded } from './coded.tsx';
import { type Content, type ListedProblem, type Operation, problemCodesOf } from './description.ts';
import { Members, Named, SchemaText } from './schema-text.tsx';

/** The name of a header, such as Retry-After: no line ends within it. */
const HEADER = /([A-Za-z]+-[A-Za-z]+)/;

interface OperationProps {
  readonly operation: Operation;
  readonly problems: ReadonlyMap<string, ListedProblem>;
}

/** One operation: who may ask, what goes in, what comes out, and what to do where it does not. */
export function OperationText({ operation, problems }: OperationProps) {
  const { operationId, requestBody, responses } = operation;
  const replies = Object.entries(responses).filter(([, response]) => response['x-problem-codes'] === undefined);
  const codes = problemCodesOf(operation);
  return (
    <>
      {operation['x-sandbox-only'] && <p class="notice">{say(DOCS_TEXTS.sandbox_only)}</p>}
      {operation['x-description'] !== undefined && (
        <p>
          <Coded text={say(operation['x-description'])} />
        </p>
      )}
      <p>
        {say(neededFor(operation))}
        {say({ zh: '', en: ' ' })}
        <a class="whole" href={`#${operationId}`}>
          {say(DOCS_TEXTS.link_here)}
        </a>
      </p>
      <Parameters operation={operation} />
      {requestBody !== undefined && (
        <>
          <h4>{say(DOCS_TEXTS.request)}</h4>
          <Bodies content={requestBody.content} />
        </>
      )}
      {replies.map(([status, response]) => (
        <section key={status}>
          <h4>
            {say(DOCS_TEXTS.reply)} {status}
            {response['x-description'] !== undefined && ` · ${say(response['x-description'])}`}
          </h4>
          <Bodies content={response.content} />
        </section>
      ))}
      {codes.length > 0 && (
        <>
          <h4>{say(DOCS_TEXTS.problems)}</h4>
          <Problems problems={codes.flatMap((code) => problems.get(code) ?? [])} />
        </>
      )}
    </>
  );
}

/** Problems with what they mean and what to do. */
export function Problems({ problems }: { readonly problems: readonly ListedProblem[] }) {
  return (
    <Facts>
      {problems.map(({ code, status, text, next }) => (
        <Fact
          key={code}
          term={
            <>
              <code>{code}</code> {status}
            </>
          }
        >
          {say(text)} →&nbsp;<strong>{withWholeNames(say(next))}</strong>
        </Fact>
      ))}
    </Facts>
  );
}

function withWholeNames(text: string) {
  return text.split(HEADER).map((part, at) => (at % 2 === 1 ? <span class="whole">{part}</span> : part));
}

function Parameters({ operation: { parameters } }: Pick<OperationProps, 'operation'>) {
  if (parameters.length === 0) return null;
  return (
    <>
      <h4>{say(DOCS_TEXTS.parameters)}</h4>
      <Facts>
        {parameters.map(({ name, required, schema, description }) => {
          const meaning = schema['x-description'];
          return (
            <Fact key={name} term={<Named name={name} isRequired={required} />}>
              <SchemaText schema={schema} /> · {meaning === undefined ? description : say(meaning)}
            </Fact>
          );
        })}
      </Facts>
    </>
  );
}

/** Nothing where a reply is its status alone. */
function Bodies({ content }: { readonly content: Content }) {
  return (
    <>
      {Object.entries(content).map(([mediaType, { schema, example }]) => (
        <div key={mediaType}>
          <p>
            <code>{mediaType}</code> <SchemaText schema={schema} />
          </p>
          {schema.properties !== undefined && <Members schema={schema} />}
          {example !== undefined && (
            <details class="aside">
              <summary>{say(DOCS_TEXTS.example)}</summary>
              <pre>{typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</pre>
            </details>
          )}
        </div>
      ))}
    </>
  );
}

function neededFor({ security: [needed] }: Operation) {
  if (needed === undefined) return DOCS_TEXTS.needs_nothing;
  return 'gateway' in needed ? DOCS_TEXTS.needs_node_token : DOCS_TEXTS.needs_token;
}
