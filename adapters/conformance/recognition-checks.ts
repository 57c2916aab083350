import { adapterIdOf } from '../../schemas/adapter-id.ts';
import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import { looksLikePersonalIdentifier } from '../personal-identifier.ts';
import { compileRecognisers } from '../recogniser.ts';
import { findOverlaps, firstOverlap } from '../recogniser-overlap.ts';
import { detail, finding, inManifest, inScenarios } from './finding.ts';
import { sampleCodes } from './sample-code.ts';
import type { Subject } from './subject.ts';

/** No other registered system could be handed this system's codes, and the sandbox mints codes that this one knows. */
export function checkRecognition(subject: Subject): ConformanceFinding[] {
  const overlaps = overlapFindings(subject);
  // An overlap explains why somebody else claims the codes as well.
  return [...overlaps, ...codeFindings(subject, overlaps.length > 0)];
}

function overlapFindings({ manifest, others }: Subject): ConformanceFinding[] {
  const overlapping = others.filter((other) => firstOverlap(manifest, [other]) !== null);
  return overlapping.flatMap((other) =>
    // Its own marks come first, so that it is `a` in every pair.
    findOverlaps([manifest, other]).map(({ a, b }) => {
      const index = manifest.recognise.indexOf(a.recogniser);
      return finding(
        'recogniser_overlap',
        inManifest(`/recognise/${index}`),
        detail('overlaps_with', { system: `${adapterIdOf(b)} ${b.system}` }),
      );
    }),
  );
}

function codeFindings({ manifest, scenarios, others }: Subject, explained: boolean): ConformanceFinding[] {
  const at = inScenarios('/code_template');
  const ours = compileRecognisers([manifest]);
  const codes = sampleCodes(scenarios.code_template, manifest);
  const findings: ConformanceFinding[] = [];
  if (codes.some((code) => ours(code) === null)) {
    findings.push(finding('code_unrecognised', at, detail('recognised_by_none')));
  }
  if (codes.some(looksLikePersonalIdentifier)) {
    findings.push(finding('code_personal', at, detail('refused_unread')));
  }
  const claimant = explained
    ? undefined
    : others.find((other) => codes.some((code) => compileRecognisers([other])(code)));
  if (claimant !== undefined) {
    findings.push(
      finding(
        'code_claimed_elsewhere',
        at,
        detail('claimed_by', { system: `${claimant.province} ${claimant.system.id}` }),
      ),
    );
  }
  return findings;
}
