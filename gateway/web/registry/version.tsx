import { useContext } from 'preact/hooks';
import type { AdapterPlace } from '../../../schemas/adapter-id.ts';
import { VERSION_REJECTIONS } from '../../../schemas/registry-event.ts';
import type { VersionView } from '../../../schemas/registry-views.ts';
import { REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { STAGE_TEXTS } from '../../../schemas/texts/registry-state.ts';
import { Fact, Facts } from '../shell/facts.tsx';
import { say } from '../shell/language.ts';
import { versionPath } from './adapter-place.ts';
import { approvedClaim, checkedClaim, claimName, rejectedClaim, submittedClaim } from './claims.ts';
import { isChecked, LogDoubt } from './doubt.tsx';
import { ProvenMark } from './proven-mark.tsx';
import type { RegistryView } from './registry-view.ts';
import { Report } from './report.tsx';
import { MarkedBadge, useUnproven, Watched } from './unproven.tsx';
import { bracketed, COLON, reasonText } from './words.ts';

interface VersionProps {
  readonly place: AdapterPlace;
  readonly version: VersionView;
  readonly view: RegistryView;
}

/** One version: in which stage, submitted, checked, approved or rejected by whom, each line with its proof. */
export function Version({ place, version, view }: VersionProps) {
  const { rejected } = version;
  const { unproven, watch } = useUnproven();
  return (
    <Watched.Provider value={watch}>
      <section class="panel" aria-label={`${say(REGISTRY_TEXTS.version)} ${version.version}`}>
        <h4>
          {version.version} · {say(STAGE_TEXTS[version.stage])} <MarkedBadge isDisproved={unproven.size > 0} />
        </h4>
        <Facts>
          <ManifestFact place={place} version={version} />
          <SubmittedFact version={version} view={view} />
          <JudgedFacts {...{ place, version, view, unproven }} />
          {rejected !== null && (
            <Fact term={say(REGISTRY_TEXTS.rejected)}>
              <ProvenMark claim={rejectedClaim(place, version, rejected)} view={view}>
                {reasonText(VERSION_REJECTIONS, rejected.reason)}
              </ProvenMark>
            </Fact>
          )}
        </Facts>
        <Report place={place} version={version} />
      </section>
    </Watched.Provider>
  );
}

interface JudgedProps extends VersionProps {
  readonly unproven: ReadonlySet<string>;
}

/** Whether it passed its check, and who has approved it: what the log does not prove is neither. */
export function JudgedFacts({ place, version, view, unproven }: JudgedProps) {
  const { approvals, approvals_needed, check } = version;
  const isDoubted = !isChecked(useContext(LogDoubt));
  const counting = approvals.filter(
    (approval) => approval.counts && !unproven.has(claimName('adapter_approved', approval)),
  ).length;
  const counted = `${say(REGISTRY_TEXTS.approvals)} ${counting}/${approvals_needed}`;
  return (
    <>
      {check !== null && (
        <Fact term={say(REGISTRY_TEXTS.checked)}>
          <ProvenMark claim={checkedClaim(place, version, check)} view={view}>
            <span class={check.passed ? undefined : 'proof bad'}>
              {isDoubted || unproven.has(claimName('adapter_checked', check))
                ? say(REGISTRY_TEXTS.claimed) + COLON
                : check.passed
                  ? '✓ '
                  : '✗ '}
              {say(check.passed ? REGISTRY_TEXTS.passed : REGISTRY_TEXTS.failed)}
              {bracketed(say(check.level === 'live' ? REGISTRY_TEXTS.live_level : REGISTRY_TEXTS.static))}
            </span>
          </ProvenMark>
        </Fact>
      )}
      <Fact term={isDoubted ? counted + bracketed(say(REGISTRY_TEXTS.not_proven)) : counted}>
        {approvals.length === 0 && say(REGISTRY_TEXTS.none)}
        {approvals.map((approval) => (
          <div key={approval.index}>
            <ProvenMark claim={approvedClaim(place, version, approval)} view={view}>
              {!approval.counts && say(REGISTRY_TEXTS.counts_no_more)}
            </ProvenMark>
          </div>
        ))}
      </Fact>
    </>
  );
}

export function ManifestFact({ place, version }: Omit<VersionProps, 'view'>) {
  return (
    <Fact term={say(REGISTRY_TEXTS.digest)}>
      <code>{version.manifest_digest}</code>{' '}
      <a class="whole" href={versionPath(place, version.version)}>
        {say(REGISTRY_TEXTS.manifest)}
      </a>
    </Fact>
  );
}

export function SubmittedFact({ version, view }: Omit<VersionProps, 'place'>) {
  return (
    <Fact term={say(REGISTRY_TEXTS.submitted)}>
      <ProvenMark claim={submittedClaim(version)} view={view} />
    </Fact>
  );
}
