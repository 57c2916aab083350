import { useState } from 'preact/hooks';
import type { AdapterPlace } from '../../../schemas/adapter-id.ts';
import { CONFORMANCE_FINDINGS } from '../../../schemas/conformance-findings.ts';
import { type ConformanceReport, conformanceReportSchema } from '../../../schemas/conformance-report.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import type { VersionView } from '../../../schemas/registry-views.ts';
import { conformanceCheckText } from '../../../schemas/texts/conformance-checks.ts';
import { REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { textDigest } from '../../trust/registry-event.ts';
import { say } from '../shell/language.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { versionPath } from './adapter-place.ts';
import { DOT } from './words.ts';

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
          <li key={name}>
            {passed ? '✓' : '✗'} {say(conformanceCheckText(name))}
          </li>
        ))}
      </ul>
      {findings.length === 0 ? (
        <p>{say(REGISTRY_TEXTS.report_none)}</p>
      ) : (
        <ul>
          {findings.map(({ code, at, detail }) => (
            <li key={`${code} ${at} ${detail}`}>
              {say(CONFORMANCE_FINDINGS[code])}
              {DOT}
              <code>{at}</code>
              {DOT}
              <span lang="en">{detail}</span>
            </li>
          ))}
        </ul>
      )}
    </>
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
