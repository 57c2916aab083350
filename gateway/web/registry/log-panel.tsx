import { useContext } from 'preact/hooks';
import {
  asOfText,
  consistentText,
  LOG_FAULT_TEXTS,
  LOG_FAULTS,
  type LogFault,
  REGISTRY_TEXTS,
  sizeText,
} from '../../../schemas/texts/registry.ts';
import { encodeBase64 } from '../../log/base64.ts';
import { Fact, Facts } from '../shell/facts.tsx';
import { say } from '../shell/language.ts';
import { Consequence, FaultName, LogDoubt } from './doubt.tsx';
import { forgetLog, type LogStanding, type SignedHead } from './log-standing.ts';
import { WithTime } from './with-time.tsx';
import { bracketed, COLON } from './words.ts';

interface LogPanelProps {
  readonly standing: LogStanding;
  /** When the registry was read last, in words, while it cannot be read: how the log stands now is not known then. */
  readonly lostAt: string | null;
}

/** Where the log stands, and why this browser believes it. */
export function LogPanel({ standing, lostAt }: LogPanelProps) {
  const fault = useContext(LogDoubt);
  return (
    <section id="log" aria-labelledby="h-log">
      <h2 id="h-log">{say(REGISTRY_TEXTS.log)}</h2>
      {fault !== null && (
        <>
          <p>
            <FaultName fault={fault} />
          </p>
          <Consequence fault={fault} />
        </>
      )}
      {'head' in standing && (
        <>
          {fault === null && (
            <>
              <p class="proof good">
                ✓ {say(REGISTRY_TEXTS.signature_good)}
                {lostAt !== null && <WithTime text={bracketed(say(asOfText(lostAt)))} time={lostAt} />}
              </p>
              <p>
                {standing.since === null ? (
                  say(REGISTRY_TEXTS.first_seen)
                ) : (
                  <WithTime text={say(consistentText(standing.since, standing.head.size, lostAt))} time={lostAt} />
                )}
              </p>
            </>
          )}
          <HeadFacts
            term={standing.head.origin}
            head={{ size: standing.head.size, root: encodeBase64(standing.head.root), keys: standing.keys }}
          />
        </>
      )}
    </section>
  );
}

function HeadFacts({ term, head: { size, root, keys } }: { readonly term: string; readonly head: SignedHead }) {
  return (
    <Facts>
      <Fact term={term}>{say(sizeText(size))}</Fact>
      <Fact term={say(REGISTRY_TEXTS.log_root)}>
        <code>{root}</code>
      </Fact>
      {keys.map((key) => (
        <Fact key={key} term={say(REGISTRY_TEXTS.log_key)}>
          <code>{key}</code>
        </Fact>
      ))}
    </Facts>
  );
}

interface LogFaultNoticeProps {
  readonly fault: LogFault;
  readonly standing: LogStanding;
  readonly read: () => void;
}

/** What a browser that does not believe the log says before anything else, once, and what there is to compare. */
export function LogFaultNotice({ fault, standing, read }: LogFaultNoticeProps) {
  const compared = 'fault' in standing ? standing.compared : null;
  return (
    <div class={LOG_FAULTS[fault].isGrave ? 'notice grave' : 'notice'} data-log-fault={fault}>
      <p role="alert">
        <FaultName fault={fault} />
        {COLON}
        {say(LOG_FAULT_TEXTS[fault])}
      </p>
      <Consequence fault={fault} />
      {compared !== null && (
        <>
          <HeadFacts term={say(REGISTRY_TEXTS.log_seen)} head={compared.seen} />
          <HeadFacts term={say(REGISTRY_TEXTS.log_served)} head={compared.served} />
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
        </>
      )}
    </div>
  );
}
