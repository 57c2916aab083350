import { useState } from 'preact/hooks';
import type { AdapterPlace } from '../../../schemas/adapter-id.ts';
import { CONFORMANCE_FINDINGS } from '../../../schemas/conformance-findings.ts';
import {
  type ConformanceFinding,
  type ConformanceReport,
  conformanceReportSchema,
} from '../../../schemas/conformance-report.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import type { VersionView } from '../../../schemas/registry-views.ts';
import { conformanceCheckText } from '../../../schemas/texts/conformance-checks.ts';
import { conformanceDetailText, conformancePlaceText } from '../../../schemas/texts/conformance-details.ts';
import { REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { textDigest } from '../../trust/registry-event.ts';
import { say } from '../shell/language.ts';
import { LongNames } from '../shell/long-names.tsx';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { versionPath } from './adapter-place.ts';
import { COLON } from './words.ts';

const ANSWER_WITHIN_MS = 15_000;

interface ReportProps {
  readonly place: AdapterPlace;
  readonly version: VersionView;
}

/** A conformance report, read when it is first opened and shown only where its digest is the one in the log. */
export function Report({ place, version }: ReportProps) {
  const [report, setReport] = useState<ConformanceReport | 'wrong' | null>(null);
  if (version.check === null) return null;
  const digest = version.check.report_digest;
  return (
    <details
      class="report"
      onToggle={(event) => {
        if (!event.currentTarget.open || report !== null) return;
        void readReport(place, version.version, digest).then((found) => setReport(found ?? 'wrong'));
      }}
    >
      <summary>{say(REGISTRY_TEXTS.report)}</summary>
      <div aria-live="polite">
        {report === null && <p>{say(REGISTRY_TEXTS.checking)}</p>}
        {report === 'wrong' && <p class="proof bad">✗ {say(REGISTRY_TEXTS.report_wrong)}</p>}
        {report !== null && report !== 'wrong' && <Findings report={report} />}
      </div>
    </details>
  );
}

function Findings({ report: { checks, findings } }: { readonly report: ConformanceReport }) {
  return (
    <>
      <ul class="plain checks">
        {checks.map(({ name, passed }) => (
          <li key={name} class={passed ? undefined : 'proof bad'}>
            {passed ? '✓' : '✗'} {say(conformanceCheckText(name))}
            {!passed && COLON + say(REGISTRY_TEXTS.failed)}
          </li>
        ))}
      </ul>
      {findings.length === 0 ? (
        <p>{say(REGISTRY_TEXTS.report_none)}</p>
      ) : (
        <ul class="plain checks findings">
          {findings.map((found) => (
            <Finding key={`${found.code} ${found.at} ${found.detail}`} found={found} />
          ))}
        </ul>
      )}
    </>
  );
}

function Finding({ found: { code, severity, at, detail } }: { readonly found: ConformanceFinding }) {
  const place = conformancePlaceText(at);
  const said = conformanceDetailText(detail);
  return (
    <li>
      <strong class={severity === 'fail' ? 'proof bad' : undefined}>
        {severity === 'fail' ? '✗' : '⚠'} {say(CONFORMANCE_FINDINGS[code])}
      </strong>
      {COLON}
      {/* A report of an older kit speaks English. */}
      <span lang={said.zh === said.en ? 'en' : undefined}>
        <LongNames text={say(said)} />
      </span>
      <span class="place">
        {place.zh === place.en ? (
          <code>
            <LongNames text={at} />
          </code>
        ) : (
          say(place)
        )}
      </span>
    </li>
  );
}

async function readReport(
  place: AdapterPlace,
  version: string,
  digest: string,
): Promise<ConformanceReport | undefined> {
  const path = versionPath(place, version, '/report');
  const reply = await askOwnGateway(path, {}, ANSWER_WITHIN_MS);
  if (reply?.status !== 200 || textDigest(reply.text) !== digest) return undefined;
  return conformanceReportSchema.safeParse(jsonOrUndefined(reply.text)).data;
}
