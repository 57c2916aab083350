import type { Logger } from 'pino';
import type { AdapterFolderTexts } from '../../adapters/adapter-folder.ts';
import type { SandboxOperator, StatementKeyRecord } from '../../adapters/sandbox/protocol.ts';
import { type LocalisedText, PROVINCES, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import type { EntityRole, PublishedKey, RegistryJwk } from '../../schemas/registry-event.ts';
import type { EntityDescription } from '../authority/entity-description.ts';
import type { Actor } from '../keys/actor.ts';
import { hasItsKeysVouchedFor } from '../registry/fold-published-keys.ts';
import type { MandateRecord, PolicyRecord } from '../registry/fold-state.ts';
import { digestOf, parseManifest } from '../registry/manifest-text.ts';
import type { RegistryDoor } from '../registry/registry-door.ts';
import { isNewer } from '../registry/version-order.ts';
import type { SandboxActors } from './actors.ts';
import { sandboxMandates } from './mandates.ts';
import { sandboxPolicies } from './policies.ts';
import { logStatementKeys } from './statement-keys.ts';

export interface Ceremony {
  readonly door: RegistryDoor;
  readonly actors: SandboxActors;
  readonly log: { readonly origin: string; readonly verifierKey: string };
  readonly adapters: readonly AdapterFolderTexts[];
  /** Who is to be vouched for, and with which federation keys. */
  readonly entities: readonly SandboxEntity[];
  readonly statementKeys: ReadonlyMap<ProvinceCode, readonly StatementKeyRecord[]>;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** A described entity with the public halves of its federation keys, and of what it signs other things with. */
export interface SandboxEntity {
  readonly description: EntityDescription;
  readonly jwks: readonly RegistryJwk[];
  readonly published: readonly PublishedKey[];
}

const DAY_MS = 86_400_000;
const RENEW_BEFORE_MS = 7 * DAY_MS;
const NAMES = {
  anchor: { zh: '国家平台（沙箱）', en: 'National platform (sandbox)' },
  registrar: { zh: '登记机构（沙箱）', en: 'Registrar (sandbox)' },
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
 * Plays everybody's part in the sandbox's registry through its public door: on an empty log from its creation on, later
 * only what is new. What people changed since (a suspension, a roll-back, a revocation) stays as they left it.
 */
export async function playCeremony(ceremony: Ceremony): Promise<void> {
  await createRegistry(ceremony);
  await enrolEverybody(ceremony);
  await admitEntities(ceremony);
  await logKeys(ceremony);
  for (const texts of ceremony.adapters) await registerAdapter(ceremony, texts);
  await publishPolicies(ceremony);
  await issueMandates(ceremony);
}

async function createRegistry({ door, actors, log }: Ceremony): Promise<void> {
  if (door.folded().size > 0) return;
  const body = {
    name: NAMES.anchor,
    jwks: { keys: [actors.anchor.publicJwk] },
    log: { origin: log.origin, keys: [log.verifierKey] },
  };
  await door.submit(actors.anchor, { kind: 'registry_created', body });
}

async function enrolEverybody({ door, actors }: Ceremony): Promise<void> {
  const [first, second] = actors.operators;
  await enrol(door, actors, actors.registrar, 'registrar', NAMES.registrar);
  await enrol(door, actors, first, 'operator', NAMES.first);
  await enrol(door, actors, second, 'operator', NAMES.second);
  await enrol(door, actors, actors.auditor, 'auditor', NAMES.auditor);
  for (const [province, actor] of actors.provinces) {
    const { zh, en } = PROVINCES[province];
    await enrol(door, actors, actor, 'province', { zh: `${zh}（沙箱）`, en: `${en} (sandbox)` }, { province });
  }
}

async function enrol(
  door: RegistryDoor,
  { anchor }: SandboxActors,
  { entityId, publicJwk }: Actor,
  role: Exclude<EntityRole, 'anchor'>,
  name: LocalisedText,
  place: { readonly province?: ProvinceCode } = {},
): Promise<void> {
  if (door.folded().entities.has(entityId)) return;
  const body = { entity_id: entityId, role, name, jwks: { keys: [publicJwk] }, ...place };
  await door.submit(anchor, { kind: 'entity_enrolled', body });
}

/** Superiors before subordinates. One that somebody removed stays removed. */
async function admitEntities({ door, actors, entities }: Ceremony): Promise<void> {
  const superiors = new Map([...actors.provinces.values(), actors.anchor].map((actor) => [actor.entityId, actor]));
  const isProvince = ({ description }: SandboxEntity) => description.kind === 'province';
  for (const { description, jwks, published } of [...entities.filter(isProvince), ...entities]) {
    const { entity_id, kind, name, superior, province, level, role, venue_kinds, regions } = description;
    const actor = superiors.get(superior ?? '');
    if (kind === 'anchor' || actor === undefined || door.folded().subordinates.has(entity_id)) continue;
    const part = kind === 'agency' && level !== undefined && role !== undefined ? { level, role } : {};
    const place = kind === 'province' && province !== undefined ? { province } : {};
    const venues = venue_kinds === undefined || regions === undefined ? {} : { venue_kinds, regions };
    const signing = hasItsKeysVouchedFor(kind) ? { published: [...published] } : {};
    const body = { entity_id, kind, name, jwks: { keys: [...jwks] }, ...place, ...part, ...venues, ...signing };
    await door.submit(actor, { kind: 'subordinate_admitted', body });
  }
}

async function logKeys({ door, actors, statementKeys }: Ceremony): Promise<void> {
  for (const [province, records] of statementKeys) {
    const actor = actors.provinces.get(province);
    if (actor !== undefined) await logStatementKeys(door, actor, records);
  }
}

async function registerAdapter({ door, actors, logger }: Ceremony, texts: AdapterFolderTexts): Promise<void> {
  const manifest_digest = digestOf(texts.manifest);
  const manifest = parseManifest(texts.manifest, manifest_digest);
  const author = manifest === null ? undefined : actors.provinces.get(manifest.province);
  if (manifest === null || author === undefined) return;
  const { province, version } = manifest;
  const versions = () => door.folded().adapters.get(province)?.versions ?? [];
  const versionNow = () => versions().find((candidate) => candidate.version === version);
  const known = versionNow();
  if (known !== undefined) {
    if (known.manifest_digest !== manifest_digest) {
      logger.warn(
        { province, version },
        'manifest.json changed without a new version: the registered one stays in use',
      );
    }
    return;
  }
  if (versions().some((candidate) => !isNewer(version, candidate.version))) return;
  const body = { manifest: texts.manifest, scenarios_digest: digestOf(texts.scenarios) };
  await door.submit(author, { kind: 'adapter_submitted', body, scenarios: texts.scenarios });
  if (versionNow()?.check?.passed !== true) {
    logger.warn({ province, version }, 'the adapter does not pass the conformance kit and stays out of use');
    return;
  }
  const naming = { province, version, manifest_digest };
  for (const operator of actors.operators) await door.submit(operator, { kind: 'adapter_approved', body: naming });
  await door.submit(author, { kind: 'adapter_activated', body: { ...naming, mode: { stage: 'full' } } });
}

/** The two policies that pass the review; the third sample exists to be refused. Renewed once its exception has ended. */
async function publishPolicies({ door, actors, nowMs }: Ceremony): Promise<void> {
  const { equal, exception } = sandboxPolicies(nowMs());
  for (const policy of [equal, exception]) {
    const author = actors.provinces.get(policy.destination);
    const before = door.folded().policies.get(policy.destination);
    if (author === undefined || (before !== undefined && !hasLapsed(before, nowMs()))) continue;
    const version = before === undefined ? policy.version : nextVersion(before.version);
    await door.submit(author, { kind: 'policy_published', body: { policy: { ...policy, version } } });
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
async function issueMandates({ door, actors, nowMs }: Ceremony): Promise<void> {
  const { anchor, auditor } = actors;
  const auditors = [{ id: auditor.entityId, jkt: auditor.publicJwk.kid }];
  for (const mandate of sandboxMandates(nowMs(), anchor.entityId, auditors)) {
    const renewals = [...door.folded().mandates.values()].filter((record) => isOfSeries(record, mandate.id));
    const last = renewals.at(-1);
    if (last === undefined) await door.submit(anchor, { kind: 'mandate_issued', body: { mandate } });
    else if (isToRenew(last, mandate, nowMs())) {
      const renewed = { ...mandate, id: `${mandate.id}-r${renewals.length}`, supersedes: last.mandate.id };
      await door.submit(anchor, { kind: 'mandate_issued', body: { mandate: renewed } });
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
