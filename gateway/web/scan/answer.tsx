import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { AttestationClaims } from '../../../schemas/attestation.ts';
import { secondOf } from '../../../schemas/clocks.ts';
import { CREDENTIAL_CODES } from '../../../schemas/code-lists/credential-codes.ts';
import { ABROAD, type LocalisedText, REASONS } from '../../../schemas/code-lists/index.ts';
import {
  ageText,
  DECISION_TEXTS,
  evidenceText,
  freshnessText,
  STATUS_TEXTS,
  UNSIGNED_TEXT,
} from '../../../schemas/texts/answer.ts';
import { REVOCATION_TEXTS, SCAN_CERTIFICATE_TEXTS, SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { checkText } from '../../../schemas/texts/trust-errors.ts';
import { Appeal } from '../asking/appeal.tsx';
import { faceOf } from '../asking/face.ts';
import {
  decisionOf,
  isMendedByBundle,
  isMendedBySigningIn,
  isSamePersonNext,
  isVerified,
  type Outcome,
  wordOf,
} from '../asking/outcome.ts';
import { Route } from '../asking/route.tsx';
import { Row } from '../asking/row.tsx';
import type { VenueAccess } from '../asking/venue-access.ts';
import { clockText, say } from '../shell/language.ts';
import { focusContent } from '../shell/shell.tsx';
import { NoPhone } from './no-phone.tsx';
import { Refusal } from './refusal.tsx';
import { Shape } from './shape.tsx';

/** A list that is older than this has its age beside its time. */
const LIST_AGED_S = 300;

interface AnswerProps {
  readonly outcome: Outcome | null;
  /** Every province is then simulated: a green screen says so as well. */
  readonly isSandbox: boolean;
  readonly nowS: () => number;
  readonly onNext: () => void;
  /** Asks for a trust bundle again. */
  readonly onAgain: () => void;
  /** How this page comes to ask as a venue. */
  readonly way: VenueAccess['way'];
  /** How one signs in, where that mends it; `onToken`: the answer gives way to the field that a token is put in. */
  readonly signIn: (onToken: () => void) => ComponentChildren;
}

/** The whole answer, in one element that is always there: what is spoken has to change inside a place that is known. */
export function Answer({ outcome, isSandbox, nowS, onNext, onAgain, way, signIn }: AnswerProps) {
  const face = outcome === null ? undefined : faceOf(outcome);
  const acts = useRef<HTMLDivElement>(null);
  const before = useRef<Element | null>(null);
  // Asked now: once what is below cannot be reached any more, nothing in it has the focus.
  if (outcome !== null) before.current ??= document.activeElement;
  // Whoever works with keys goes on with one key, and is then back where the last code was typed.
  useEffect(() => {
    if (outcome !== null) {
      acts.current?.querySelector<HTMLElement>('a, button')?.focus({ preventScroll: true });
      return;
    }
    const { current } = before;
    before.current = null;
    // What somebody chose a code with is gone by then.
    if (current instanceof HTMLElement && current.isConnected && current !== document.body) {
      current.focus({ preventScroll: true });
    } else if (current !== null) focusContent();
  }, [outcome === null]);
  return (
    <div
      id="answer"
      role="alert"
      aria-atomic="true"
      class={outcome === null ? 'answer' : 'answer shown'}
      data-face={face}
      data-decision={outcome === null ? undefined : (decisionOf(outcome) ?? undefined)}
      data-problem={outcome !== null && 'code' in outcome ? outcome.code : undefined}
      data-failure={outcome !== null && 'failure' in outcome ? outcome.failure.code : undefined}
      data-verified={outcome === null ? undefined : String(isVerified(outcome))}
    >
      {outcome !== null && (
        <>
          <Shape face={faceOf(outcome)} />
          <p class="word">{say(wordOf(outcome))}</p>
          <div class="details">
            <Details outcome={outcome} nowS={nowS()} way={way} />
            <div ref={acts} class="acts">
              {isMendedBySigningIn(outcome) &&
                signIn(() => {
                  before.current = document.getElementById('token');
                  onNext();
                })}
              {outcome.kind === 'problem' && outcome.code === 'reply_unreadable' && (
                <button type="button" class="primary" onClick={() => location.reload()}>
                  {say(SCAN_TEXTS.load_again)}
                </button>
              )}
              {isMendedByBundle(outcome) && (
                <button
                  type="button"
                  class="primary"
                  onClick={() => {
                    onNext();
                    onAgain();
                  }}
                >
                  {say(SCAN_TEXTS.try_again)}
                </button>
              )}
              <button type="button" class="next" onClick={onNext}>
                {say(isSamePersonNext(outcome) ? SCAN_TEXTS.scan_again : SCAN_TEXTS.next)}
              </button>
              {isSandbox && <p class="simulated">{say(SCAN_TEXTS.sandbox_answer)}</p>}
            </div>
          </div>
        </>
      )}
    </div>
  );
}

function Details({
  outcome,
  nowS,
  way,
}: Pick<AnswerProps, 'way'> & { readonly outcome: Outcome; readonly nowS: number }) {
  switch (outcome.kind) {
    case 'answer':
      return <VerifiedAnswer outcome={outcome} nowS={nowS} />;
    case 'pass':
      return <VerifiedPass {...outcome} nowS={nowS} />;
    case 'certificate':
      return (
        <>
          <p class="lead">{say(SCAN_CERTIFICATE_TEXTS.valid)}</p>
          <dl class="rows">
            <Row name={SCAN_TEXTS.certificate}>{say(SCAN_CERTIFICATE_TEXTS.not_bearer)}</Row>
            <Row name={SCAN_TEXTS.issued_by}>{outcome.issuer}</Row>
            <Row name={SCAN_TEXTS.evidence}>
              {say(CREDENTIAL_CODES.ok)}
              {say({ zh: '；', en: '; ' })}
              {say(SCAN_CERTIFICATE_TEXTS.checked_here)}
            </Row>
            <Row name={SCAN_TEXTS.revocation}>{say(REVOCATION_TEXTS[outcome.family])}</Row>
            <Row name={SCAN_TEXTS.listed}>{say(listedText(outcome.listedS, nowS))}</Row>
          </dl>
        </>
      );
    case 'unverified':
      return (
        <>
          <p class="lead">{say(SCAN_TEXTS.unverified_next)}</p>
          <dl class="rows">
            <Row name={SCAN_TEXTS.why}>{say(checkText(outcome.failure))}</Row>
            <NoPhone outcome={outcome} />
          </dl>
        </>
      );
    case 'untold':
      return (
        <>
          <p class="lead">{say(DECISION_TEXTS.refer.next)}</p>
          <dl class="rows">
            <Row name={SCAN_TEXTS.why}>{say(checkText(outcome.failure))}</Row>
            <Row name={SCAN_TEXTS.do_next}>{say(SCAN_TEXTS.untold_next)}</Row>
          </dl>
        </>
      );
    case 'refused':
    case 'problem':
      return <Refusal outcome={outcome} way={way} />;
  }
}

interface VerifiedAnswerProps {
  readonly outcome: Extract<Outcome, { kind: 'answer' }>;
  readonly nowS: number;
}

function VerifiedAnswer({ outcome, nowS }: VerifiedAnswerProps) {
  const { claims, remedy } = outcome;
  const status = STATUS_TEXTS[claims.status];
  const isBearers = isOfBearer(claims);
  return (
    <>
      <p class="lead">{say(isBearers ? DECISION_TEXTS[claims.decision].next : SCAN_CERTIFICATE_TEXTS.valid)}</p>
      <Route claims={claims}>
        <span>
          <span aria-hidden="true">{status.shape} </span>
          {say(status)}
        </span>
      </Route>
      <dl class="rows">
        <Row name={SCAN_TEXTS.why}>
          {claims.reasons.map((code) => say(REASONS[code])).join(say({ zh: '；', en: '; ' }))}
        </Row>
        {!isBearers && <Row name={SCAN_TEXTS.certificate}>{say(SCAN_CERTIFICATE_TEXTS.not_bearer)}</Row>}
        {remedy !== null && <Appeal remedy={remedy} mark={say(UNSIGNED_TEXT)} />}
        <NoPhone outcome={outcome} />
        <Row name={SCAN_TEXTS.fresh}>{say(freshnessText(claims, nowS, clockAt(nowS)))}</Row>
        <Row name={SCAN_TEXTS.evidence}>
          {say(evidenceText(claims))}
          {say({ zh: '；', en: '; ' })}
          {say(SCAN_TEXTS.verified_here)}
        </Row>
      </dl>
    </>
  );
}

/** A certificate from abroad names somebody: whoever is let in by it is that person only by a document of theirs. */
function isOfBearer({ issuer_province, decision }: AttestationClaims): boolean {
  return issuer_province !== ABROAD || decision !== 'pass';
}

function VerifiedPass({ claims, listAsOfS, nowS }: Extract<Outcome, { kind: 'pass' }> & { readonly nowS: number }) {
  // Each with its day where one is of another: an end without it beside a beginning with it reads as past.
  const times = [secondOf(claims.status_as_of), claims.exp, listAsOfS];
  const clockOf = (atS: number) => clockText(atS, nowS, times);
  return (
    <>
      <p class="lead">{say(DECISION_TEXTS.pass.next)}</p>
      <Route claims={claims}>
        <span>{say(SCAN_TEXTS.pass_held)}</span>
      </Route>
      <dl class="rows">
        <Row name={SCAN_TEXTS.fresh}>{say(freshnessText(claims, nowS, (instant) => clockOf(secondOf(instant))))}</Row>
        <Row name={SCAN_TEXTS.until}>{clockOf(claims.exp)}</Row>
        <Row name={SCAN_TEXTS.not_withdrawn}>
          <span data-list-age-s={nowS - listAsOfS}>{say(asOfText(clockOf(listAsOfS), nowS - listAsOfS))}</span>
        </Row>
        <Row name={SCAN_TEXTS.evidence}>{say(SCAN_TEXTS.verified_here)}</Row>
      </dl>
    </>
  );
}

/** With a network the list is of this minute; without one it is as old as the bundle, and somebody should know. */
function asOfText(at: string, ageS: number): LocalisedText {
  const [age, since] = [ageText(ageS), SCAN_TEXTS.withdrawn_since];
  if (ageS <= LIST_AGED_S) return { zh: `截至 ${at}`, en: `as of ${at}` };
  return { zh: `截至 ${at}（${age.zh}前）；${since.zh}`, en: `as of ${at} (${age.en} ago): ${since.en}` };
}

function listedText(listedS: number, nowS: number): LocalisedText {
  const at = clockText(listedS, nowS);
  return { zh: `${at} 签发`, en: `issued ${at}` };
}

function clockAt(nowS: number): (instant: string) => string {
  return (instant) => clockText(secondOf(instant), nowS);
}
