import type { Logger } from 'pino';
import type { SandboxOperator } from '../../adapters/sandbox/protocol.ts';
import { type LocalisedText, PROVINCES, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import type { EntityRole } from '../../schemas/registry-event.ts';
import type { Actor } from '../keys/actor.ts';
import { checkSubmission } from '../registry/adapter-check.ts';
import { manifestsInUse } from '../registry/compile-state.ts';
import type { Draft } from '../registry/draft.ts';
import type { MandateRecord, PolicyRecord } from '../registry/fold-state.ts';
import type { LiveRegistry } from '../registry/live-registry.ts';
import { digestOf, parseManifest } from '../registry/manifest-text.ts';
import { isNewer } from '../registry/version-order.ts';
import type { SandboxActors } from './actors.ts';
import { sandboxMandates } from './mandates.ts';
import { sandboxPolicies } from './policies.ts';

/** An adapter as its folder holds it: the exact texts, since digests are over bytes. */
export interface AdapterTexts {
  readonly manifest: string;
  readonly scenarios: string;
}

export interface Ceremony {
  readonly registry: LiveRegistry;
  readonly actors: SandboxActors;
  readonly log: { readonly origin: string; readonly verifierKey: string };
  readonly adapters: readonly AdapterTexts[];
  readonly nowMs: () => number;
  readonly logger: Logger;
}

const DAY_MS = 86_400_000;
const RENEW_BEFORE_MS = 7 * DAY_MS;
const NAMES = {
  anchor: { zh: '国家平台（沙箱）', en: 'National platform (sandbox)' },
  gateway: { zh: '互认网关（沙箱）', en: 'Huren gateway (sandbox)' },
  first: { zh: '国家运营者甲（沙箱）', en: 'National operator A (sandbox)' },
  second: { zh: '国家运营者乙（沙箱）', en: 'National operator B (sandbox)' },
  auditor: { zh: '审计员（沙箱）', en: 'Auditor (sandbox)' },
};

/** The operators as accounts of the sandbox's OpenID provider. */
export function operatorAccounts({ operators: [first, second] }: SandboxActors): SandboxOperator[] {
  return [
    { account: 'operator-a', entityId: first.entityId, name: NAMES.first },
    { account: 'operator-b', entityId: second.entityId, name: NAMES.second },
  ];
}

/**
 * Plays everybody's part in the sandbox's registry, in one batch: on an empty log from its creation on, later only what
 * is new. What people changed since (a suspension, a roll-back, a revocation) stays as they left it.
 */
export async function playCeremony(ceremony: Ceremony): Promise<void> {
  await ceremony.registry.commit(async (draft) => {
    await createRegistry(draft, ceremony);
    await enrolEverybody(draft, ceremony);
    for (const texts of ceremony.adapters) await registerAdapter(draft, ceremony, texts);
    await publishPolicies(draft, ceremony);
    await issueMandates(draft, ceremony);
  });
}

async function createRegistry(draft: Draft, { actors, log }: Ceremony): Promise<void> {
  if (draft.state.size > 0) return;
  const { publicJwk } = actors.anchor;
  await draft.sign(actors.anchor, 'registry_created', {
    name: NAMES.anchor,
    jwks: { keys: [publicJwk] },
    log: { origin: log.origin, keys: [log.verifierKey] },
  });
}

async function enrolEverybody(draft: Draft, { actors }: Ceremony): Promise<void> {
  const [first, second] = actors.operators;
  await enrol(draft, actors, actors.gateway, 'gateway', NAMES.gateway);
  await enrol(draft, actors, first, 'operator', NAMES.first);
  await enrol(draft, actors, second, 'operator', NAMES.second);
  await enrol(draft, actors, actors.auditor, 'auditor', NAMES.auditor);
  for (const [province, actor] of actors.provinces) {
    const { zh, en } = PROVINCES[province];
    await enrol(draft, actors, actor, 'province', { zh: `${zh}（沙箱）`, en: `${en} (sandbox)` }, { province });
  }
}

async function enrol(
  draft: Draft,
  { anchor }: SandboxActors,
  { entityId, publicJwk }: Actor,
  role: Exclude<EntityRole, 'anchor'>,
  name: LocalisedText,
  place: { readonly province?: ProvinceCode } = {},
): Promise<void> {
  if (draft.state.entities.has(entityId)) return;
  const jwks = { keys: [publicJwk] };
  await draft.sign(anchor, 'entity_enrolled', { entity_id: entityId, role, name, jwks, ...place });
}

async function registerAdapter(draft: Draft, ceremony: Ceremony, texts: AdapterTexts): Promise<void> {
  const { actors, logger, nowMs } = ceremony;
  const manifest_digest = digestOf(texts.manifest);
  const manifest = parseManifest(texts.manifest, manifest_digest);
  const author = manifest === null ? undefined : actors.provinces.get(manifest.province);
  if (manifest === null || author === undefined) return;
  const { province, version } = manifest;
  const versions = draft.state.adapters.get(province)?.versions ?? [];
  const known = versions.find((candidate) => candidate.version === version);
  if (known !== undefined) {
    if (known.manifest_digest !== manifest_digest) {
      logger.warn(
        { province, version },
        'manifest.json changed without a new version: the registered one stays in use',
      );
    }
    return;
  }
  if (versions.some((candidate) => !isNewer(version, candidate.version))) return;
  await draft.sign(author, 'adapter_submitted', {
    manifest: texts.manifest,
    scenarios_digest: digestOf(texts.scenarios),
  });
  const others = manifestsInUse(draft.state);
  const checked = await checkSubmission(texts, others, { production: false, nowMs, live: null });
  const naming = { province, version, manifest_digest };
  await draft.sign(actors.gateway, 'adapter_checked', { ...naming, ...checked });
  if (!checked.passed) {
    logger.warn({ province, version }, 'the adapter does not pass the conformance kit and stays out of use');
    return;
  }
  for (const operator of actors.operators) await draft.sign(operator, 'adapter_approved', naming);
  await draft.sign(author, 'adapter_activated', { ...naming, mode: { stage: 'full' } });
}

/** The two policies that pass the review; the third sample exists to be refused. Renewed once its exception has ended. */
async function publishPolicies(draft: Draft, { actors, nowMs }: Ceremony): Promise<void> {
  const { equal, exception } = sandboxPolicies(nowMs());
  for (const policy of [equal, exception]) {
    const author = actors.provinces.get(policy.destination);
    const before = draft.state.policies.get(policy.destination);
    if (author === undefined || (before !== undefined && !hasLapsed(before, nowMs()))) continue;
    const version = before === undefined ? policy.version : nextVersion(before.version);
    await draft.sign(author, 'policy_published', { policy: { ...policy, version } });
  }
}

function hasLapsed({ policy }: PolicyRecord, nowMs: number): boolean {
  const ends = (policy?.rows ?? []).flatMap(({ exception }) => (exception === undefined ? [] : [exception.ends_at]));
  return ends.length > 0 && ends.every((end) => Date.parse(end) < nowMs + DAY_MS);
}

function nextVersion(version: string): string {
  const [major = '1', minor = '0', patch = '0'] = version.split('.');
  return `${major}.${minor}.${Number(patch) + 1}`;
}

/** Mandates end by themselves, so the sandbox renews those in force before they do. One that was revoked stays so. */
async function issueMandates(draft: Draft, { actors, nowMs }: Ceremony): Promise<void> {
  const { anchor, auditor } = actors;
  const auditors = [{ id: auditor.entityId, jkt: auditor.publicJwk.kid }];
  for (const mandate of sandboxMandates(nowMs(), anchor.entityId, auditors)) {
    const renewals = [...draft.state.mandates.values()].filter((record) => isOfSeries(record, mandate.id));
    const last = renewals.at(-1);
    if (last === undefined) await draft.sign(anchor, 'mandate_issued', { mandate });
    else if (isToRenew(last, mandate, nowMs())) {
      const renewed = { ...mandate, id: `${mandate.id}-r${renewals.length}`, supersedes: last.mandate.id };
      await draft.sign(anchor, 'mandate_issued', { mandate: renewed });
    }
  }
}

function isOfSeries(record: MandateRecord, id: string): boolean {
  return record.mandate.id === id || record.mandate.id.startsWith(`${id}-r`);
}

/** The lapsed county's mandate is there to have lapsed. */
function isToRenew(last: MandateRecord, sample: Mandate, nowMs: number): boolean {
  const isForShow = Date.parse(sample.valid_until) <= nowMs;
  return !isForShow && last.revoked === null && last.ends_ms < nowMs + RENEW_BEFORE_MS;
}
