import {
  consistentText,
  LOG_FAULT_TEXTS,
  type LogFault,
  REGISTRY_TEXTS,
  sizeText,
} from '../../../schemas/texts/registry.ts';
import { encodeBase64 } from '../../log/base64.ts';
import { Fact, Facts } from '../shell/facts.tsx';
import { say } from '../shell/language.ts';
import { forgetLog, type LogStanding } from './log-standing.ts';

/** Where the log stands, and why this browser believes it. */
export function LogPanel({ standing }: { readonly standing: LogStanding }) {
  return (
    <section id="log" aria-labelledby="h-log">
      <h2 id="h-log">{say(REGISTRY_TEXTS.log)}</h2>
      {'fault' in standing ? (
        <p class="proof bad">✗ {say(LOG_FAULT_TEXTS[standing.fault])}</p>
      ) : (
        <>
          <p class="proof good">✓ {say(REGISTRY_TEXTS.signature_good)}</p>
          <p>{standing.since === null ? say(REGISTRY_TEXTS.first_seen) : say(consistentText(standing.since))}</p>
          <Facts>
            <Fact term={standing.head.origin}>{say(sizeText(standing.head.size))}</Fact>
            <Fact term={say(REGISTRY_TEXTS.log_root)}>
              <code>{encodeBase64(standing.head.root)}</code>
            </Fact>
            {standing.keys.map((key) => (
              <Fact key={key} term={say(REGISTRY_TEXTS.log_key)}>
                <code>{key}</code>
              </Fact>
            ))}
          </Facts>
        </>
      )}
    </section>
  );
}

/** What a browser that does not believe the log says before anything else. */
export function LogFaultNotice({ fault, read }: { readonly fault: LogFault; readonly read: () => void }) {
  return (
    <div class="notice" role="alert" data-log-fault={fault}>
      <p>✗ {say(LOG_FAULT_TEXTS[fault])}</p>
      {fault !== 'unreadable' && fault !== 'unsigned' && (
        <p>
          <button
            type="button"
            onClick={() => {
              forgetLog();
              read();
            }}
          >
            {say(REGISTRY_TEXTS.accept_log)}
          </button>
        </p>
      )}
    </div>
  );
}
