import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ServerReady, SystemReady } from '../../../adapters/sandbox/part-protocol.ts';
import { VENUE_KINDS } from '../../../schemas/code-lists/index.ts';
import { NATIONAL_BASELINE } from '../../policy/baseline.ts';
import { copyAdapter, writeAccess } from './hand-over.ts';
import type { HurenCommands } from './huren-command.ts';
import { anchorKey, type NationalOffices, operatorKey } from './national-ceremony.ts';
import { upstreamDir } from './node-settings.ts';
import { Office } from './office.ts';
import type { IssuingPlan, NationPlan, ProvincePlan, Seat } from './plan.ts';

/** Everybody of a province who signs or asks. */
export interface ProvincialOffices {
  readonly authority: Office;
  readonly issuer: Office;
  readonly destination: Office;
}

export function provincialOffices(
  { registry }: NationPlan,
  province: ProvincePlan,
  commands: HurenCommands,
): ProvincialOffices {
  const office = (seat: Seat) => new Office(seat, registry, commands);
  return {
    authority: office(province.authority),
    issuer: office(province.issuer),
    destination: office(province.destination),
  };
}

/** A province's registry key, as it lies in its own directory. */
export function provinceKey({ authority }: Pick<IssuingPlan, 'authority'>): string {
  return join(authority.dir, 'keys', 'province', 'registry.json');
}

/** Makes the keys of a province and of those below it, each at home. Nothing runs yet. */
export async function initProvince(
  plan: NationPlan,
  province: ProvincePlan,
  offices: ProvincialOffices,
): Promise<void> {
  const init = (office: Office, kind: string, seat: Seat, superior: Seat) =>
    office.step(
      ...['authority', 'init', '--kind', kind, '--entity', seat.url],
      ...['--superior', superior.url, '--province', province.code],
    );
  await Promise.all([
    init(offices.authority, 'province', province.authority, plan.authority),
    init(offices.destination, 'gateway', province.destination, province.authority),
    init(offices.issuer, 'issuer', province.issuer, province.authority),
  ]);
}

/**
 * The province's authority keeps the federation keys of its venues' authorization server, which speaks OAuth alone: what
 * it is handed is where tokens are, and what they are signed with. Nothing runs yet.
 */
export async function initServer(
  { code, authority }: ProvincePlan,
  offices: ProvincialOffices,
  { servers }: ServerReady,
): Promise<void> {
  const server = servers.find(({ province }) => province === code);
  if (server === undefined) throw new Error(`${code} has no authorization server`);
  const keys = join(authority.dir, 'token-keys.json');
  writeFileSync(keys, JSON.stringify({ keys: [server.jwk] }));
  const kinds = Object.entries(VENUE_KINDS).flatMap(([kind, { special }]) => (special ? [kind] : []));
  await offices.authority.step(
    ...['authority', 'init', '--kind', 'authorization_server', '--entity', server.issuer],
    ...['--superior', authority.url, '--province', code],
    ...['--token-endpoint', server.tokenEndpoint, '--published-jwks', keys],
    ...['--venue-kinds', kinds.join(','), '--regions', code.slice(0, 2)],
  );
}

/** The anchor admits the province, and the province its gateway, its issuer and its venues' authorization server. */
export async function admitProvince(
  plan: NationPlan,
  province: ProvincePlan,
  offices: ProvincialOffices,
  { anchor }: NationalOffices,
): Promise<void> {
  await admit(offices.authority, 'province', { by: anchor, key: anchorKey(plan) });
  const own = { by: offices.authority, key: provinceKey(province) };
  await admit(offices.destination, 'gateway', own);
  await admit(offices.issuer, 'issuer', own);
  await admit(offices.authority, 'authorization-server', own);
}

/** An entity writes its request at home; its superior's officer, who has compared the thumbprints, admits it. */
export async function admit(
  entity: Office,
  owner: string,
  superior: { readonly by: Office; readonly key: string },
): Promise<void> {
  const request = join(entity.dir, `${owner}.request`);
  await entity.step('authority', 'request', '--owner', owner, '--out', request);
  await superior.by.step('authority', 'admit', request, '--yes', '--key', superior.key);
}

/** Its system's statement keys come into the log, and its adapter into use: checked, twice approved, activated. */
export async function registerSystem(
  plan: NationPlan,
  province: IssuingPlan,
  { authority }: Pick<ProvincialOffices, 'authority'>,
  { national, ready }: { readonly national: NationalOffices; readonly ready: SystemReady },
): Promise<void> {
  const { code, adapter } = province;
  const key = ['--key', provinceKey(province)];
  for (const { jwk } of ready.upstream.statementKeys) {
    await authority.step('registry', 'enrol-key', JSON.stringify(jwk), '--use', 'statement', ...key);
  }
  await authority.step('adapter', 'submit', adapterOf(province), ...key);
  for (const [at, operator] of national.operators.entries()) {
    const person = plan.operators[at];
    if (person === undefined) throw new Error('an operator has no place');
    await operator.step('adapter', 'approve', code, adapter.version, '--key', operatorKey(person));
  }
  await authority.step('adapter', 'activate', code, adapter.version, ...key);
}

/** Publishes a table equal to the national baseline, as a province that adds no layer. */
export async function publishPolicy(province: ProvincePlan, { authority }: ProvincialOffices): Promise<void> {
  const { code } = province;
  const file = join(authority.dir, 'policy.json');
  const title = { zh: '与国家基准一致', en: 'Equal to the national baseline' };
  const policy = { id: `equal-${code}`, destination: code, version: '1.0.0', title };
  const { rows } = NATIONAL_BASELINE;
  writeFileSync(file, JSON.stringify({ ...policy, effective_from: new Date().toISOString(), rows }));
  await authority.step('policy', 'publish', file, '--key', provinceKey(province));
}

/** Its own copy of the shipped adapter, for the system that is played here and the issuer that others are to ask. */
function adapterOf({ adapter: { folder }, authority, issuer, system }: IssuingPlan): string {
  const own = join(authority.dir, basename(folder));
  copyAdapter(folder, own, system.url, issuer.url);
  return own;
}

/** Gives a province's issuer the access to its own system. Nobody else gets it. */
export function grantAccess({ code, issuer }: IssuingPlan, ready: SystemReady): void {
  writeAccess(join(upstreamDir(issuer), `${code}.json`), ready);
}
