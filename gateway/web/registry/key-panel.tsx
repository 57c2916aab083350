import { useState } from 'preact/hooks';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { registryJwkSchema } from '../../../schemas/registry-event.ts';
import { OPERATOR_TEXTS } from '../../../schemas/texts/operator.ts';
import { say } from '../shell/language.ts';
import { Aside } from './aside.tsx';
import { type KeptKey, makeKey } from './operator-key.ts';
import { SignedForm } from './signed-form.tsx';
import { type EventSigner, submitStep } from './submit-step.ts';
import { COLON } from './words.ts';

interface KeyPanelProps {
  readonly entityId: string;
  readonly kept: KeptKey;
  readonly signer: EventSigner | null;
  /** False where this browser believes no log to sign about. */
  readonly hasLog: boolean;
  readonly onKey: (key: KeptKey) => void;
}

/** The key in this browser: made here, enrolled by another, or ready to sign and to enrol another. */
export function KeyPanel({ entityId, kept, signer, hasLog, onKey }: KeyPanelProps) {
  return (
    <>
      <h3>{say(OPERATOR_TEXTS.key)}</h3>
      {kept === 'unkept' && <p class="notice">⚠ {say(OPERATOR_TEXTS.key_unkept)}</p>}
      {kept === null && (
        <>
          <p>{say(OPERATOR_TEXTS.key_missing)}</p>
          <p>
            <button
              type="button"
              onClick={() => {
                makeKey(entityId).then(onKey, () => onKey('unkept'));
              }}
            >
              {say(OPERATOR_TEXTS.key_make)}
            </button>
          </p>
        </>
      )}
      {kept !== null && typeof kept !== 'string' && (
        <>
          <p>
            {say(OPERATOR_TEXTS.key_id)}
            {COLON}
            <code id="browser-kid">{kept.kid}</code>
          </p>
          {!hasLog && <p class="notice">⚠ {say(OPERATOR_TEXTS.key_waits)}</p>}
          {hasLog && signer === null && <NotEnrolled entityId={entityId} jwk={JSON.stringify(kept.publicJwk)} />}
          {signer !== null && (
            <>
              <p class="proof good" role="status">
                ✓ {say(OPERATOR_TEXTS.key_ready)}
              </p>
              <EnrolAnother signer={signer} />
            </>
          )}
        </>
      )}
      {hasLog && signer === null && (kept === null || typeof kept !== 'string') && (
        <p class="notice">⚠ {say(OPERATOR_TEXTS.buttons_dead)}</p>
      )}
    </>
  );
}

function NotEnrolled({ entityId, jwk }: { readonly entityId: string; readonly jwk: string }) {
  const command = `huren registry enrol-key '${jwk}' --as ${entityId.split('/').at(-1)}`;
  return (
    <>
      <p class="proof bad">✗ {say(OPERATOR_TEXTS.key_not_enrolled)}</p>
      <p>{say(OPERATOR_TEXTS.key_enrol_how)}</p>
      <p>{say(OPERATOR_TEXTS.public_key)}</p>
      <pre>{jwk}</pre>
      <Copy text={jwk} name={say(OPERATOR_TEXTS.copy_key)} />
      <p>{say(OPERATOR_TEXTS.command)}</p>
      <pre id="enrol-command" data-jwk={jwk}>
        {command}
      </pre>
      <Copy text={command} name={say(OPERATOR_TEXTS.copy)} />
    </>
  );
}

function Copy({ text, name }: { readonly text: string; readonly name: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <p>
      <button
        type="button"
        onClick={() => {
          navigator.clipboard.writeText(text).then(
            () => setCopied(true),
            () => setCopied(false),
          );
        }}
      >
        {isCopied ? say(OPERATOR_TEXTS.copied) : name}
      </button>
    </p>
  );
}

function EnrolAnother({ signer }: { readonly signer: EventSigner }) {
  const [text, setText] = useState('');
  const jwk = registryJwkSchema.safeParse(jsonOrUndefined(text)).data;
  const isBad = text.trim() !== '' && jwk === undefined;
  return (
    <Aside summary={say(OPERATOR_TEXTS.enrol)}>
      <SignedForm
        id="enrol-key"
        tone="approve"
        button={say(OPERATOR_TEXTS.enrol_do)}
        done={say(OPERATOR_TEXTS.enrolled)}
        about={jwk?.kid ?? ''}
        isReady={jwk !== undefined}
        step={async () => {
          if (jwk === undefined) return null;
          const refusal = await submitStep(signer, 'key_announced', { use: 'registry', jwk });
          return refusal ?? (await submitStep(signer, 'key_activated', { use: 'registry', kid: jwk.kid }));
        }}
      >
        <p id="enrol-means">{say(OPERATOR_TEXTS.enrol_means)}</p>
        <p class="field">
          <label for="enrol-jwk">{say(OPERATOR_TEXTS.enrol_jwk)}</label>
          <textarea
            id="enrol-jwk"
            rows={4}
            value={text}
            spellcheck={false}
            aria-describedby="enrol-means"
            aria-invalid={isBad}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </p>
        {isBad && (
          <p class="proof bad" role="alert">
            ✗ {say(OPERATOR_TEXTS.enrol_unreadable)}
          </p>
        )}
      </SignedForm>
    </Aside>
  );
}
