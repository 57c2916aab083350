import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { ageText } from '../../../schemas/texts/answer.ts';
import { DECISION_WORDS, SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { checkText } from '../../../schemas/texts/trust-errors.ts';
import type { CarriedTrust } from '../../trust/signed-bundle.ts';
import type { TrustView } from '../asking/scanner-trust.ts';
import { momentText, say } from '../shell/language.ts';
import type { Counts } from './counts.ts';

/** A clock that honest ones differ from by more than this is worth a word. */
const CLOCK_OFF_S = 30;

interface StandingProps {
  readonly trust: TrustView;
  readonly nowS: number;
  readonly isReached: boolean;
  readonly clockAheadS: number;
  readonly onNewAnchor: () => void;
}

/** What this device goes by: whether the gateway is there, how old its trust is, and whether its clock is right. */
export function Standing({ trust: { carried, refused }, nowS, isReached, clockAheadS, onNewAnchor }: StandingProps) {
  return (
    <div class="standing">
      <div role="status">
        {!isReached && <p class="notice">{say(SCAN_TEXTS.offline)}</p>}
        {Math.abs(clockAheadS) > CLOCK_OFF_S && <ClockOff aheadS={clockAheadS} />}
        {refused !== null && (
          <p class="notice" data-trust-refused={refused.code}>
            {say(SCAN_TEXTS.trust_refused)}
            {say({ zh: '：', en: ': ' })}
            {say(checkText(refused))}
          </p>
        )}
        {refused !== null && refused.clock_off_s === undefined && (
          <p class="notice">
            {say(SCAN_TEXTS.anchor_other)}{' '}
            <button type="button" onClick={onNewAnchor}>
              {say(SCAN_TEXTS.anchor_take)}
            </button>
          </p>
        )}
      </div>
      {/* An age changes all the time: it is there to be read, and not spoken each time. */}
      <p class="quiet" data-trust={standingOf(carried, nowS)}>
        {say(trustText(carried, nowS))}
      </p>
    </div>
  );
}

function standingOf(carried: CarriedTrust | null, nowS: number): 'none' | 'held' | 'lapsed' {
  if (carried === null) return 'none';
  return nowS < carried.expS ? 'held' : 'lapsed';
}

function trustText(carried: CarriedTrust | null, nowS: number): LocalisedText {
  if (carried === null) return SCAN_TEXTS.trust_none;
  if (nowS >= carried.expS) return SCAN_TEXTS.trust_lapsed;
  const age = ageText(Math.max(0, nowS - carried.iatS));
  const until = momentText(carried.expS);
  return {
    zh: `信任包签名于 ${age.zh}前，有效至 ${until}`,
    en: `Trust bundle signed ${age.en} ago, good until ${until}`,
  };
}

function ClockOff({ aheadS }: { readonly aheadS: number }) {
  const by = ageText(Math.abs(aheadS));
  return (
    <p class="notice" data-clock-ahead-s={aheadS}>
      {say(aheadS > 0 ? SCAN_TEXTS.clock_off_ahead : SCAN_TEXTS.clock_off_behind)} {say(by)}
      {say({ zh: '，', en: '. ' })}
      {say(SCAN_TEXTS.clock_mend)}
    </p>
  );
}

/** The numbers of the shift, and a way to begin another. */
export function ShiftCount({ counts, onReset }: { readonly counts: Counts; readonly onReset: () => void }) {
  return (
    <p class="shift quiet">
      {say(SCAN_TEXTS.counted)}
      {say({ zh: '：', en: ': ' })}
      {say(DECISION_WORDS.pass)} {counts.pass} · {say(DECISION_WORDS.restrict)} {counts.restrict} ·{' '}
      {say(DECISION_WORDS.refer)} {counts.refer} · {say(SCAN_TEXTS.counted_other)} {counts.other}{' '}
      <button type="button" onClick={onReset}>
        {say(SCAN_TEXTS.count_again)}
      </button>
    </p>
  );
}
