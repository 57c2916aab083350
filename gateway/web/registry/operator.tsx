import { useContext, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { z } from 'zod';
import { entityIdSchema } from '../../../schemas/status.ts';
import { OPERATOR_TEXTS } from '../../../schemas/texts/operator.ts';
import { language, say } from '../shell/language.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { Announcement } from './announcement.ts';
import { LogDoubt } from './doubt.tsx';
import { KeyPanel } from './key-panel.tsx';
import { Moves } from './moves.tsx';
import { type KeptKey, loadKey } from './operator-key.ts';
import { Pending } from './pending.tsx';
import { type RegistryView, read, registryKey } from './registry-view.ts';
import type { EventSigner } from './submit-step.ts';

const LOG_OUT_WITHIN_MS = 10_000;
const sessionSchema = z.object({
  login: z.boolean(),
  operator: z.object({ entity_id: entityIdSchema, name: z.string() }).nullable(),
});
type Session = z.infer<typeof sessionSchema>;

/** The operators' part of the page: who is logged in, the key in this browser, and what can be signed with it. */
export function Operator({ view }: { readonly view: RegistryView }) {
  const [session, setSession] = useState<Session | null>(null);
  const [hasEnded, setEnded] = useState(false);
  const readSession = async (isAsked: boolean) => {
    const found = await read('/registry/session', sessionSchema);
    // Who cannot be asked has not said that it ended.
    if (found === null) return;
    setSession((before) => {
      setEnded(!isAsked && before?.operator != null && found.operator === null);
      return found;
    });
  };
  useEffect(() => {
    void readSession(true);
    // A page that stood open overnight: the login may have ended meanwhile.
    const onShown = () => {
      if (!document.hidden) void readSession(false);
    };
    document.addEventListener('visibilitychange', onShown);
    return () => document.removeEventListener('visibilitychange', onShown);
  }, []);
  if (session === null || (session.operator === null && !session.login)) return null;
  return (
    <section id="operator" aria-labelledby="h-operator">
      <h2 id="h-operator">{say(OPERATOR_TEXTS.title)}</h2>
      {session.operator === null ? (
        <LogIn hasEnded={hasEnded} />
      ) : (
        <LoggedIn operator={session.operator} view={view} onLogOut={() => void readSession(true)} />
      )}
    </section>
  );
}

function LogIn({ hasEnded }: { readonly hasEnded: boolean }) {
  const hasFailed = new URLSearchParams(location.search).get('login') === 'failed';
  return (
    <>
      {hasFailed && (
        <p class="proof bad" role="alert">
          ✗ {say(OPERATOR_TEXTS.log_in_failed)}
        </p>
      )}
      {hasEnded && (
        <p class="notice" role="alert">
          ⚠ {say(OPERATOR_TEXTS.log_in_ended)}
        </p>
      )}
      <p>
        <a class="button" href={`/registry/login?lang=${language}`}>
          {say(OPERATOR_TEXTS.log_in)}
        </a>
      </p>
    </>
  );
}

interface LoggedInProps {
  readonly operator: NonNullable<Session['operator']>;
  readonly view: RegistryView;
  readonly onLogOut: () => void;
}

function LoggedIn({ operator, view, onLogOut }: LoggedInProps) {
  const entityId = operator.entity_id;
  const [key, setKey] = useState<KeptKey>('reading');
  useEffect(() => {
    loadKey(entityId).then(setKey, () => setKey('unkept'));
  }, [entityId]);
  const isDoubted = useContext(LogDoubt) !== null;
  // Nothing is signed about a log that this browser does not believe.
  const signer = isDoubted ? null : signerOf(entityId, key, view);
  const [done, setDone] = useState('');
  const outcome = useRef<HTMLParagraphElement>(null);
  // Whoever pressed a button that is gone now stands at what came of it, and not at the beginning of the page.
  useLayoutEffect(() => {
    if (done !== '' && document.activeElement === document.body) outcome.current?.focus();
  }, [done, view]);
  return (
    <Announcement.Provider value={setDone}>
      <p class="outcome" role="status" tabIndex={-1} ref={outcome}>
        {done}
      </p>
      <p class="who">
        <span>
          {say(OPERATOR_TEXTS.logged_in_as)}
          <strong>{view.nameOf(entityId)}</strong>
        </span>
        <button
          type="button"
          onClick={() => {
            void askOwnGateway('/registry/logout', { method: 'POST' }, LOG_OUT_WITHIN_MS).then(onLogOut);
          }}
        >
          {say(OPERATOR_TEXTS.log_out)}
        </button>
      </p>
      <KeyPanel entityId={entityId} kept={key} signer={signer} hasLog={!isDoubted} onKey={setKey} />
      <Pending entityId={entityId} view={view} signer={signer} />
      <Moves adapters={view.adapters} signer={signer} />
    </Announcement.Provider>
  );
}

/** Nothing is signed with a key that is not enrolled. */
function signerOf(entityId: string, key: KeptKey, view: RegistryView): EventSigner | null {
  if (key === null || typeof key === 'string') return null;
  const entity = view.entities.find(({ entity_id }) => entity_id === entityId);
  return registryKey(entity, key.kid)?.state === 'active' ? { entityId, key, view } : null;
}
