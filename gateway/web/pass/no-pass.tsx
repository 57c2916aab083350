import type { AttestationClaims } from '../../../schemas/attestation.ts';
import { secondOf } from '../../../schemas/clocks.ts';
import { type LocalisedText, REASONS } from '../../../schemas/code-lists/index.ts';
import { ownMember } from '../../../schemas/own-member.ts';
import type { Decision } from '../../../schemas/status.ts';
import { freshnessText, STATUS_TEXTS, UNSIGNED_TEXT } from '../../../schemas/texts/answer.ts';
import { DECISION_WORDS } from '../../../schemas/texts/decision-words.ts';
import {
  CHOOSE_VENUE_TEXT,
  PASS_TEXTS,
  STAFF_SIGN_IN_TEXT,
  TRAVELLER_ANSWER_TEXTS,
  TRAVELLER_ASKS_TEXT,
  TRAVELLER_NEXT_TEXTS,
  TRAVELLER_REFERRED_TEXTS,
  TRY_LATER_TEXT,
  tryLaterText,
} from '../../../schemas/texts/pass.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { checkText } from '../../../schemas/texts/trust-errors.ts';
import { Appeal } from '../asking/appeal.tsx';
import { faceOf } from '../asking/face.ts';
import { hasSignInEnded, isMendedBySigningIn, type Outcome, type Refused } from '../asking/outcome.ts';
import { Route } from '../asking/route.tsx';
import { Row } from '../asking/row.tsx';
import { SignInAct } from '../asking/sign-in.tsx';
import type { AskingAs } from '../asking/use-access.ts';
import { clockText, say } from '../shell/language.ts';
import { withCalls } from './calls.tsx';

interface NoPassProps {
  readonly outcome: Outcome;
  readonly nowS: number;
  readonly asking: AskingAs;
  readonly onAgain: () => void;
}

/** Why there is no pass, and where its holder can have that put right. */
export function NoPass({ outcome, nowS, asking, onAgain }: NoPassProps) {
  const decision = outcome.kind === 'answer' ? outcome.claims.decision : undefined;
  const code = 'code' in outcome ? outcome.code : 'failure' in outcome ? outcome.failure.code : undefined;
  return (
    <section class="no-pass" data-pass="none" data-decision={decision} data-problem={code} aria-labelledby="pass-name">
      <h2 id="pass-name" tabIndex={-1}>
        {say(code === 'check_not_permitted' ? PASS_TEXTS.none_needed : PASS_TEXTS.none)}
      </h2>
      <Why outcome={outcome} nowS={nowS} way={asking.way} />
      <p class="tools">
        {/* Elsewhere the way in stands below, for staff. */}
        {asking.way === 'sandbox' && isMendedBySigningIn(outcome) && (
          <SignInAct page="/pass" asking={asking} onToken={onAgain} />
        )}
        <button type="button" class="unprinted" onClick={onAgain}>
          {say(isOfPicture(outcome) ? SCAN_TEXTS.try_again : PASS_TEXTS.again)}
        </button>
      </p>
    </section>
  );
}

function Why({ outcome, nowS, way }: Pick<NoPassProps, 'outcome' | 'nowS'> & Pick<AskingAs, 'way'>) {
  switch (outcome.kind) {
    case 'answer':
      return <Answered outcome={outcome} nowS={nowS} />;
    case 'unverified':
    case 'untold':
      return (
        <>
          <p>{say(PASS_TEXTS.unverified)}</p>
          <dl class="rows">
            <Row name={SCAN_TEXTS.why}>{say(checkText(outcome.failure))}</Row>
            <Row name={SCAN_TEXTS.do_next}>{say(TRAVELLER_ASKS_TEXT)}</Row>
          </dl>
        </>
      );
    case 'refused':
    case 'problem': {
      const next = nextOf(outcome);
      const [isForOthers, hasEnded] = [next === null, hasSignInEnded(outcome, way)];
      return (
        <>
          <p>{say(isForOthers ? PASS_TEXTS.not_now : outcome.text)}</p>
          <dl class="rows">
            {hasEnded && <Row name={SCAN_TEXTS.why}>{say(SCAN_TEXTS.sign_in_ended)}</Row>}
            <Row name={SCAN_TEXTS.do_next}>{say(next ?? asksText(outcome, way))}</Row>
            {isForOthers && !hasEnded && <Row name={SCAN_TEXTS.for_operator}>{say(outcome.text)}</Row>}
          </dl>
        </>
      );
    }
    // What a holder carries already is nothing that this page asks for.
    case 'pass':
    case 'certificate':
      return null;
  }
}

const NO_PASS_TEXTS = {
  pass: PASS_TEXTS.none_not_lasting,
  restrict: PASS_TEXTS.none_not_green,
  refer: PASS_TEXTS.none_unsettled,
} as const satisfies Record<Decision, LocalisedText>;

/** Below "No pass" the English word for letting somebody in would say that there is one. */
const DECIDED_TEXTS = { ...DECISION_WORDS, pass: PASS_TEXTS.may_enter };

interface AnsweredProps {
  readonly outcome: Extract<Outcome, { kind: 'answer' }>;
  readonly nowS: number;
}

function Answered({ outcome, nowS }: AnsweredProps) {
  const { claims, remedy } = outcome;
  const status = STATUS_TEXTS[claims.status];
  const clockOf = (instant: string) => clockText(secondOf(instant), nowS);
  const referred = referredText(claims);
  return (
    <>
      <p>{say(referred === null ? NO_PASS_TEXTS[claims.decision] : PASS_TEXTS.none_unfounded)}</p>
      <Route claims={claims}>
        <span>
          <span class="chip" data-face={faceOf(outcome)} aria-hidden="true">
            {status.shape}
          </span>{' '}
          {say(status)}
        </span>
        <span>{say(DECIDED_TEXTS[claims.decision])}</span>
      </Route>
      <dl class="rows">
        <Row name={SCAN_TEXTS.why}>
          {claims.reasons.map((reason) => say(REASONS[reason])).join(say({ zh: '；', en: '; ' }))}
        </Row>
        <Row name={SCAN_TEXTS.do_next}>{withCalls(say(referred ?? TRAVELLER_ANSWER_TEXTS[claims.decision]))}</Row>
        {remedy !== null && <Appeal remedy={remedy} mark={say(UNSIGNED_TEXT)} />}
        <Row name={SCAN_TEXTS.fresh}>{say(freshnessText(claims, nowS, clockOf))}</Row>
      </dl>
    </>
  );
}

/** By what decided, which is the first; null: asking again may help, or nobody has to look into it. */
function referredText({ decision, reasons: [first] }: AttestationClaims): LocalisedText | null {
  if (decision !== 'refer' || first === undefined) return null;
  const texts: Readonly<Record<string, LocalisedText | null>> = TRAVELLER_REFERRED_TEXTS;
  return ownMember(texts, first) ?? null;
}

/** Another picture of the same code then, as the advice says. */
function isOfPicture(outcome: Outcome): boolean {
  return outcome.kind === 'problem' && (outcome.code === 'no_code_in_picture' || outcome.code === 'picture_unreadable');
}

/** For the traveller: the advice that comes with a problem is for whoever scans. Null: it is nothing of the traveller's. */
function nextOf(outcome: Refused): LocalisedText | null {
  const texts: Readonly<Record<string, LocalisedText>> = TRAVELLER_NEXT_TEXTS;
  const known = ownMember(texts, outcome.code) ?? null;
  const isTimed = known === TRY_LATER_TEXT && outcome.kind === 'problem' && outcome.retryAfterS !== undefined;
  return isTimed ? tryLaterText(outcome.retryAfterS) : known;
}

function asksText(outcome: Outcome, way: AskingAs['way']): LocalisedText {
  if (!isMendedBySigningIn(outcome)) return TRAVELLER_ASKS_TEXT;
  return way === 'sandbox' ? CHOOSE_VENUE_TEXT : STAFF_SIGN_IN_TEXT;
}
