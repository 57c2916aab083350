import { useEffect, useState } from 'preact/hooks';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { DOCS_TEXTS } from '../../../schemas/texts/docs.ts';
import { say } from '../shell/language.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { Unread } from '../shell/unread.tsx';
import { Coded } from './coded.tsx';
import { type Description, descriptionSchema } from './description.ts';
import { QuickStart } from './quick-start.tsx';
import { Reference } from './reference.tsx';

const FILE = '/openapi.json';
const ANSWER_WITHIN_MS = 30_000;

/** The description of the API as people read it: how to begin, every operation, every problem, every schema. */
export function Docs() {
  const [api, setApi] = useState<Description | 'unreadable' | 'reading'>('reading');
  useEffect(() => {
    void readDescription().then((found) => setApi(found ?? 'unreadable'));
  }, []);
  return (
    <div class="docs">
      <h1>{say(DOCS_TEXTS.title)}</h1>
      {typeof api === 'object' && (
        <p>
          <Coded text={say(api.info['x-description'])} />
        </p>
      )}
      <p>
        {say(DOCS_TEXTS.file)}
        <a href={FILE}>openapi.json</a> <span class="whole">(OpenAPI 3.1)</span>{' '}
        <span class="whole">
          · <a href="#quick-start">{say(DOCS_TEXTS.quick)}</a>
        </span>
      </p>
      {typeof api === 'object' ? (
        <Reference api={api} />
      ) : (
        <>
          <Unread {...DOCS_TEXTS} isLost={api === 'unreadable'} />
          {api === 'unreadable' && (
            <p>
              <button type="button" onClick={() => location.reload()}>
                {say(DOCS_TEXTS.read_again)}
              </button>
            </p>
          )}
        </>
      )}
      <QuickStart />
    </div>
  );
}

async function readDescription(): Promise<Description | undefined> {
  const reply = await askOwnGateway(FILE, {}, ANSWER_WITHIN_MS);
  return reply?.status === 200 ? descriptionSchema.safeParse(jsonOrUndefined(reply.text)).data : undefined;
}
