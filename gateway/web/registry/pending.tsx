import { useContext, useEffect, useState } from 'preact/hooks';
import { adapterIdOf } from '../../../schemas/adapter-id.ts';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import { type ActivationMode, VERSION_REJECTIONS } from '../../../schemas/registry-event.ts';
import { type AdapterView, type VersionView, versionDocumentSchema } from '../../../schemas/registry-views.ts';
import { OPERATOR_TEXTS } from '../../../schemas/texts/operator.ts';
import { REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { STAGE_TEXTS } from '../../../schemas/texts/registry-state.ts';
import { textDigest } from '../../trust/registry-event.ts';
import { Facts } from '../shell/facts.tsx';
import { say } from '../shell/language.ts';
import { adapterCode, adapterName, placeOf, slugOf, versionPath } from './adapter-place.ts';
import { Aside } from './aside.tsx';
import { LogDoubt, NOT_CHECKED } from './doubt.tsx';
import { isNamed, NameTyped } from './name-typed.tsx';
import { type RegistryView, read } from './registry-view.ts';
import { Report } from './report.tsx';
import { Choice, SignedForm } from './signed-form.tsx';
import { type EventSigner, submitStep } from './submit-step.ts';
import { MarkedBadge, useUnproven, Watched } from './unproven.tsx';
import { JudgedFacts, ManifestFact, SubmittedFact } from './version.tsx';

interface PendingProps {
  readonly entityId: string;
  readonly view: RegistryView;
  readonly signer: EventSigner | null;
}

/** The versions that this operator can approve, put to use or reject. */
export function Pending({ entityId, view, signer }: PendingProps) {
  const waiting = view.adapters.flatMap((adapter) =>
    adapter.versions.flatMap((version) => {
      const step = stepOf(entityId, adapter, version);
      return step === null ? [] : [{ adapter, version, step }];
    }),
  );
  return (
    <>
      <h3>{say(OPERATOR_TEXTS.pending)}</h3>
      {waiting.length === 0 && <p>{say(OPERATOR_TEXTS.pending_none)}</p>}
      {waiting.map((item) => (
        <Waiting key={`${adapterIdOf(item.adapter)} ${item.version.version}`} {...item} view={view} signer={signer} />
      ))}
    </>
  );
}

type Step = 'approve' | 'activate';

/** What an operator can do next about a version: approve it, put it to use, or nothing. */
function stepOf(entityId: string, { active, suspended }: AdapterView, version: VersionView): Step | null {
  const { check, approvals, approvals_needed, rejected, submitted, stage } = version;
  if (check?.passed !== true || rejected !== null || submitted.by === entityId) return null;
  const counting = approvals.filter(({ counts }) => counts);
  if (counting.length < approvals_needed) return counting.some(({ by }) => by === entityId) ? null : 'approve';
  return stage !== 'former' && version.version !== active && suspended === null ? 'activate' : null;
}

interface WaitingProps extends Omit<PendingProps, 'entityId'> {
  readonly adapter: AdapterView;
  readonly version: VersionView;
  readonly step: Step;
}

function Waiting({ adapter, version, step, view, signer }: WaitingProps) {
  const { province, division, active, trial } = adapter;
  const share = trial?.version === version.version ? trial.percent : undefined;
  const place = placeOf({ province, division });
  const slug = `${slugOf(place)}-${version.version}`;
  const [isSame, setSame] = useState<boolean | null>(null);
  const [isReviewed, setReviewed] = useState(false);
  const { unproven, watch } = useUnproven();
  const { manifest_digest } = version;
  const about = { ...place, version: version.version, manifest_digest };
  useEffect(() => {
    // The digest is signed, not the text that was looked at: they have to be one.
    void read(versionPath({ province, division }, version.version), versionDocumentSchema).then((found) =>
      setSame(found !== null && textDigest(found.manifest) === manifest_digest),
    );
  }, [province, division, version.version, manifest_digest]);
  const isReady = signer !== null && isReviewed && isSame === true;
  const reviewed = `reviewed-${slug}`;
  const named = `${adapterName(adapter)} ${version.version}`;
  return (
    <section class="panel" id={`pending-${slug}`} aria-label={named}>
      <h4>
        {adapterName(adapter)} {adapterCode(adapter)} {version.version} · {say(STAGE_TEXTS[version.stage])}
        {share !== undefined && ` ${share}% ${say(REGISTRY_TEXTS.of_codes)}`}{' '}
        <MarkedBadge isDisproved={unproven.size > 0} />
      </h4>
      <Watched.Provider value={watch}>
        <Facts>
          <SubmittedFact version={version} view={view} />
          <ManifestFact place={place} version={version} />
          <JudgedFacts {...{ place, version, view, unproven }} />
        </Facts>
      </Watched.Provider>
      <Report place={place} version={version} />
      {isSame !== null && <Bytes isSame={isSame} />}
      <p class="check">
        <input
          type="checkbox"
          id={reviewed}
          checked={isReviewed}
          onChange={(event) => setReviewed(event.currentTarget.checked)}
        />
        <label for={reviewed}>{say(OPERATOR_TEXTS.reviewed)}</label>
      </p>
      {step === 'approve' ? (
        <SignedForm
          id={`approve-${slug}`}
          tone="approve"
          button={say(OPERATOR_TEXTS.approve)}
          done={say(OPERATOR_TEXTS.approved)}
          about={named}
          isReady={isReady}
          step={async () => (signer === null ? null : await submitStep(signer, 'adapter_approved', about))}
        />
      ) : (
        <Activate
          about={about}
          named={named}
          share={share}
          hasActive={active !== null}
          isReady={isReady}
          signer={signer}
        />
      )}
      {version.stage === 'submitted' && <Reject {...{ about, named, adapter, signer }} among={view.adapters} />}
    </section>
  );
}

/** Whether what was looked at is what the digest stands for: a digest out of a log in doubt proves nothing of it. */
function Bytes({ isSame }: { readonly isSame: boolean }) {
  const isDoubted = useContext(LogDoubt) !== null;
  const [look, sign, text] = !isSame
    ? (['bad', '✗', OPERATOR_TEXTS.bytes_wrong] as const)
    : isDoubted
      ? (['unchecked', NOT_CHECKED, OPERATOR_TEXTS.bytes_doubted] as const)
      : (['good', '✓', OPERATOR_TEXTS.bytes_good] as const);
  return (
    <p class={`proof ${look}`} role="status">
      {sign} {say(text)}
    </p>
  );
}

interface AboutProps {
  readonly about: Pick<VersionView, 'version' | 'manifest_digest'> & ReturnType<typeof placeOf>;
  /** Of what, in words. */
  readonly named: string;
  readonly signer: EventSigner | null;
}

const STAGES = {
  full: OPERATOR_TEXTS.stage_full,
  canary: OPERATOR_TEXTS.stage_canary,
  shadow: OPERATOR_TEXTS.stage_shadow,
} as const;

/** Where a trial begins that has none yet. */
const FIRST_TRIAL_PERCENT = 5;

/** In full, or on trial beside what answers already. */
function Activate({
  about,
  named,
  share = FIRST_TRIAL_PERCENT,
  hasActive,
  isReady,
  signer,
}: AboutProps & { readonly share: number | undefined; readonly hasActive: boolean; readonly isReady: boolean }) {
  const [stage, setStage] = useState<keyof typeof STAGES>('full');
  const [percent, setPercent] = useState(share);
  const mode: ActivationMode = stage === 'canary' ? { stage, percent } : { stage };
  const slug = `${slugOf(about)}-${about.version}`;
  const name = `stage-${slug}`;
  return (
    <SignedForm
      id={`activate-${slug}`}
      tone="approve"
      button={say(OPERATOR_TEXTS.activate)}
      done={say(OPERATOR_TEXTS.activated)}
      about={named}
      isReady={isReady && Number.isInteger(percent) && percent >= 1 && percent <= 99}
      step={async () => (signer === null ? null : await submitStep(signer, 'adapter_activated', { ...about, mode }))}
    >
      {hasActive && (
        <fieldset>
          <legend>{say(OPERATOR_TEXTS.stage)}</legend>
          {keysOf(STAGES).map((known) => (
            <p class="check" key={known}>
              <input
                type="radio"
                id={`${name}-${known}`}
                name={name}
                value={known}
                checked={stage === known}
                onChange={() => setStage(known)}
              />
              <label for={`${name}-${known}`}>{say(STAGES[known])}</label>
            </p>
          ))}
          {stage === 'canary' && (
            <p class="field">
              <label for={`${name}-percent`}>{say(OPERATOR_TEXTS.percent)}</label>
              <input
                id={`${name}-percent`}
                type="number"
                min={1}
                max={99}
                value={percent}
                onInput={(event) => setPercent(event.currentTarget.valueAsNumber)}
              />
            </p>
          )}
        </fieldset>
      )}
    </SignedForm>
  );
}

interface RejectProps extends AboutProps, Pick<WaitingProps, 'adapter'> {
  readonly among: readonly AdapterView[];
}

function Reject({ about, named, adapter, among, signer }: RejectProps) {
  const slug = `${slugOf(about)}-${about.version}`;
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const code = keysOf(VERSION_REJECTIONS).find((known) => known === reason);
  return (
    <Aside summary={say(OPERATOR_TEXTS.reject)}>
      <SignedForm
        id={`reject-${slug}`}
        tone="stop"
        button={say(OPERATOR_TEXTS.reject)}
        done={say(OPERATOR_TEXTS.rejected)}
        about={named}
        isReady={signer !== null && code !== undefined && isNamed(adapter, among, typed)}
        step={async () => {
          if (signer === null || code === undefined) return null;
          return await submitStep(signer, 'adapter_rejected', { ...about, reason: code }).finally(() => setTyped(''));
        }}
      >
        <p>{say(OPERATOR_TEXTS.reject_means)}</p>
        <Choice
          id={`reject-reason-${slug}`}
          label={say(OPERATOR_TEXTS.reason)}
          value={reason}
          onChoose={setReason}
          isLong
          options={keysOf(VERSION_REJECTIONS).map((value) => ({ value, text: say(VERSION_REJECTIONS[value]) }))}
        />
        <NameTyped id={`reject-name-${slug}`} adapter={adapter} among={among} value={typed} onType={setTyped} />
      </SignedForm>
    </Aside>
  );
}
