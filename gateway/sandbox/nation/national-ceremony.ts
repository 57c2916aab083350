import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { publishingKeyOf } from '../../../adapters/sandbox/start-province.ts';
import { PROVINCES, VENUE_KINDS } from '../../../schemas/code-lists/index.ts';
import { writePrivateFile } from '../../keys/private-file.ts';
import { NATIONAL_BASELINE } from '../../policy/baseline.ts';
import type { HurenCommands } from './huren-command.ts';
import { Office } from './office.ts';
import { filesIn, handOutAnchor } from './places.ts';
import type { NationPlan, Person } from './plan.ts';

/** Everybody on the national side who signs. */
export interface NationalOffices {
  readonly anchor: Office;
  readonly registrar: Office;
  readonly operators: readonly [Office, Office];
  readonly monitor: Office;
}

export function nationalOffices(plan: NationPlan, commands: HurenCommands): NationalOffices {
  const {
    authority,
    registry,
    monitor,
    operators: [first, second],
  } = plan;
  const office = (place: { readonly dir: string }) => new Office(place, registry, commands);
  return {
    anchor: office(authority),
    registrar: office(registry),
    operators: [office(first), office(second)],
    monitor: office(monitor),
  };
}

/** The anchor's registry key, as it lies in its own directory. */
export function anchorKey({ authority }: Pick<NationPlan, 'authority'>): string {
  return join(authority.dir, 'keys', 'anchor', 'registry.json');
}

/** An operator's key. */
export function operatorKey({ dir }: Person): string {
  return join(dir, 'operator.json');
}

const registryKeysSchema = z.object({
  origin: z.string(),
  log_keys: z.array(z.string()).min(1),
  registrar: z.object({ entity_id: z.string(), jwks: z.unknown() }),
});

/** Makes the national side's keys, entry 0 and the anchor file, which everybody is then handed. Nothing runs yet. */
export async function foundRegistry(plan: NationPlan, { anchor, registrar, monitor }: NationalOffices): Promise<void> {
  const { authority, registry } = plan;
  const origin = `${new URL(registry.url).host}/log`;
  const naming = ['--name-zh', '国家平台', '--name-en', 'National platform'];
  const [made] = await Promise.all([
    registrar.step('registry', 'init', '--origin', origin, '--registrar', `${registry.url}/registrar`, '--json'),
    anchor.step('authority', 'init', '--kind', 'anchor', '--entity', authority.url, ...naming),
    monitor.step(
      ...['authority', 'init', '--kind', 'monitor', '--entity', plan.monitor.url, '--superior', authority.url],
      ...['--name-zh', '国家监测节点', '--name-en', 'National monitor'],
    ),
  ]);
  const { log_keys, registrar: enrolment } = registryKeysSchema.parse(JSON.parse(made));
  const name = { zh: '登记机构', en: 'Registrar' };
  writeFileSync(enrolmentFile(plan, 'registrar'), JSON.stringify({ ...enrolment, role: 'registrar', name }));
  const federation = join(authority.dir, 'federation.jwks.json');
  writeFileSync(federation, await anchor.step('registry', 'public-key', '--owner', 'anchor', '--use', 'federation'));
  const files = ['--out', genesisFile(plan), '--anchor-file', filesIn(authority.dir).anchorFile];
  const keys = ['--key', anchorKey(plan), '--federation-jwks', federation, '--log-key', log_keys[0] ?? ''];
  await anchor.step('registry', 'create', '--entity', authority.url, ...naming, '--origin', origin, ...keys, ...files);
  pinListSigner(plan);
  handOutAnchor(plan);
}

/** Who signs the lists of certificates from abroad is pinned beside the anchor, for doors that decide without a network. */
function pinListSigner({ authority, abroad }: NationPlan): void {
  const { anchorFile } = filesIn(authority.dir);
  const { published } = publishingKeyOf(join(abroad.system.dir, 'keys'), abroad.code);
  const anchor = z.looseObject({}).parse(JSON.parse(readFileSync(anchorFile, 'utf8')));
  const pinned = { ...anchor, credential_signers: { keys: [published.jwk] } };
  writePrivateFile(anchorFile, `${JSON.stringify(pinned, null, 2)}\n`);
}

/** Enters entry 0 into the running registry, enrols those who check and approve adapters, and admits the monitor. */
export async function createRegistry(plan: NationPlan, { anchor, operators, monitor }: NationalOffices): Promise<void> {
  const enrolments = plan.operators.map((person, at) => enrolOperator(plan, person, operators[at]));
  await anchor.step('event', 'send', genesisFile(plan));
  const files = [enrolmentFile(plan, 'registrar'), ...(await Promise.all(enrolments))];
  for (const file of files) await anchor.step('registry', 'enrol', file, '--key', anchorKey(plan));
  const request = join(plan.monitor.dir, 'monitor.request');
  await monitor.step('authority', 'request', '--owner', 'monitor', '--out', request);
  await anchor.step('authority', 'admit', request, '--yes', '--key', anchorKey(plan));
}

/** One mandate for special venues everywhere, valid from now on. */
export async function issueMandate(plan: NationPlan, { anchor }: NationalOffices): Promise<void> {
  const regions = Object.keys(PROVINCES).filter((code) => code !== NATIONAL_BASELINE.destination);
  const kinds = Object.entries(VENUE_KINDS).flatMap(([kind, { special }]) => (special ? [kind] : []));
  const words = ['--title', '特殊场所查验通知', '--citation', 'Notice 2020-12, special venues'];
  const scope = ['--regions', regions.map((code) => code.slice(0, 2)).join(','), '--kinds', kinds.join(',')];
  const purposes = ['--purposes', 'venue_entry,medical_visit,transport_boarding,institution_visit,border_crossing'];
  const named = ['--id', MANDATE, ...scope, ...purposes, '--days', '14', ...words];
  await anchor.step('mandate', 'issue', ...named, '--key', anchorKey(plan));
}

const MANDATE = 'special-venues';

async function enrolOperator(plan: NationPlan, person: Person, office: Office | undefined): Promise<string> {
  if (office === undefined) throw new Error(`${person.name} has no office`);
  const made = await office.step('registry', 'new-signer', operatorKey(person), '--entity', person.entityId);
  const name = { zh: `国家运营者 ${person.name}`, en: `National ${person.name}` };
  const file = enrolmentFile(plan, person.name);
  writeFileSync(file, JSON.stringify({ ...z.looseObject({}).parse(JSON.parse(made)), role: 'operator', name }));
  return file;
}

/** What somebody hands to the anchor to be enrolled with: public halves alone. */
function enrolmentFile({ authority }: NationPlan, name: string): string {
  return join(authority.dir, `${name}.enrolment.json`);
}

function genesisFile({ authority }: NationPlan): string {
  return join(authority.dir, 'genesis.jws');
}
