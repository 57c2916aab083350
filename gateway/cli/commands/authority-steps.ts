import { readFileSync } from 'node:fs';
import { calculateJwkThumbprint } from 'jose';
import type { VenueKind } from '../../../schemas/code-lists/index.ts';
import type { SubordinateKind } from '../../../schemas/registry-event.ts';
import type { EntityView } from '../../../schemas/registry-views.ts';
import { type AdmissionRequest, readAdmissionRequest } from '../../authority/admission-request.ts';
import { AuthorityError } from '../../authority/authority-error.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import { openRegistryApi } from '../enter-event.ts';
import { asGiven, type StepCommand, signedStep } from '../signed-step.ts';
import { regionsOption, venueKindsOption } from './venue-options.ts';

interface AdmitInput {
  readonly file: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly out?: string;
}

interface Admitting {
  readonly request: AdmissionRequest;
  /** A province that the registry does not know yet is enrolled in the same step. */
  readonly enrols: boolean;
}

const KINDS: Readonly<Record<SubordinateKind, { readonly zh: string; readonly en: string }>> = {
  province: { zh: '省级主体', en: 'a province' },
  monitor: { zh: '国家监测节点', en: 'the national monitor' },
  gateway: { zh: '省级网关', en: "a province's gateway" },
  issuer: { zh: '省级签发节点', en: "a province's issuer" },
  agency: { zh: '赋码机构', en: 'an assignment agency' },
  authorization_server: { zh: '场所授权服务器', en: "a venues' authorization server" },
};

interface VenuesInput {
  readonly 'entity-id': string;
  readonly venueKinds: VenueKind[];
  readonly regions: string[];
}

/** `authority admit | venues | remove`: whom a superior vouches for, and on which terms. */
export const AUTHORITY_STEPS: readonly StepCommand[] = [
  signedStep({
    name: 'admit',
    zh: '由上级准入一个主体：先由人核对指纹与条件，再记入注册表',
    en: 'admit an entity, as its superior: a person compares thumbprints and terms, then the registry has it',
    example: 'authority admit gateway.request',
    takes: (cli, command) =>
      command
        .argument('<file>', cli.say({ zh: 'authority request 写出的申请', en: 'what authority request wrote' }))
        .option('--yes', cli.say({ zh: '指纹已另行核对', en: 'the thumbprints have been compared elsewhere' }), false),
    read: (input: AdmitInput, cli) => readAdmitting(cli, input),
    by: ({ request }) => partOf(request),
    signs: ({ request, enrols }, signer) => {
      const { entityId, superior, jwks, asked } = request;
      if (superior !== signer.entityId) throw wrongSuperior(superior, signer.entityId);
      const { registry_jwks = [], ...place } = asked;
      const { name, province } = asked;
      const enrolment = { entity_id: entityId, role: 'province' as const, name, jwks: { keys: registry_jwks } };
      const admission = { entity_id: entityId, ...termsIn(place), jwks: { keys: [...jwks] } };
      return {
        events: [
          ...(enrols && province !== undefined
            ? [{ kind: 'entity_enrolled' as const, body: { ...enrolment, province } }]
            : []),
          { kind: 'subordinate_admitted', body: admission },
        ],
        about: { entity_id: entityId, kind: asked.kind },
        zh: `已准入 ${entityId}`,
        en: `admitted ${entityId}`,
      };
    },
  }),
  signedStep({
    name: 'venues',
    zh: '由省更改其授权服务器可担保的场所',
    en: 'change which venues an authorization server may vouch for, as its province',
    example: 'authority venues https://venues.example --venue-kinds hospital,school --regions 4401',
    takes: (cli, command) =>
      command
        .argument('<entity-id>')
        .addOption(venueKindsOption(cli).makeOptionMandatory())
        .addOption(regionsOption(cli).makeOptionMandatory()),
    read: asGiven<VenuesInput>,
    by: null,
    signs: ({ 'entity-id': entity_id, venueKinds: venue_kinds, regions }) => ({
      events: [{ kind: 'subordinate_venues_changed', body: { entity_id, venue_kinds, regions } }],
      about: { entity_id, venue_kinds, regions },
      zh: `${entity_id} 现可担保：${venue_kinds.join('、')}；${regions.join('、')}`,
      en: `${entity_id} may vouch for ${venue_kinds.join(', ')} in ${regions.join(', ')}`,
    }),
  }),
  signedStep({
    name: 'remove',
    zh: '由上级（或锚点）移除一个主体；其下主体一并失去担保',
    en: 'remove an entity, as its superior or the anchor: nobody vouches for it, or for what is below it, any more',
    example: 'authority remove https://gateway.example',
    exampleBy: 'anchor',
    takes: (_cli, command) => command.argument('<entity-id>'),
    read: asGiven<{ readonly 'entity-id': string }>,
    by: 'anchor',
    signs: ({ 'entity-id': entity_id }) => ({
      events: [{ kind: 'subordinate_removed', body: { entity_id } }],
      about: { entity_id },
      zh: `已移除 ${entity_id}`,
      en: `removed ${entity_id}`,
    }),
  }),
];

/** A gateway's or an agency's province stands in the log by who admits it, so the event does not say it again. */
function termsIn({ province, ...asked }: AdmissionRequest['asked']) {
  const { registry_jwks: _keys, ...terms } = asked;
  return terms.kind === 'province' && province !== undefined ? { ...terms, province } : terms;
}

async function readAdmitting(cli: Cli, { file, yes, json, out }: AdmitInput): Promise<Admitting> {
  const request = await readRequest(file);
  await show(cli, request);
  if (yes !== true && json !== true) await confirm(cli, request.entityId);
  else if (yes !== true) throw CliError.of('not_confirmed', NEEDS_YES);
  return { request, enrols: await isNew(cli, request, out !== undefined) };
}

const NEEDS_YES = { zh: '未经核对不予准入', en: 'nobody has compared the thumbprints' };

async function readRequest(file: string): Promise<AdmissionRequest> {
  try {
    return await readAdmissionRequest(readFileSync(file, 'utf8').trim(), Math.floor(Date.now() / 1000));
  } catch (error) {
    const why = error instanceof AuthorityError ? error.message : 'it cannot be read';
    throw CliError.of('request_refused', { zh: `${file}：${why}`, en: `${file}: ${why}` });
  }
}

/** Shown on stderr, so that a script that reads the outcome is not in the way of who compares. */
async function show(cli: Cli, { entityId, superior, jwks, asked }: AdmissionRequest): Promise<void> {
  const { say } = cli;
  const line = (name: { zh: string; en: string }, value: string) => cli.note(`  ${say(name).padEnd(12)}${value}`);
  cli.note(printable(entityId));
  line({ zh: '申请为', en: 'asks to be' }, say(KINDS[asked.kind]));
  // Both, since both go into the log for everybody to read.
  line({ zh: '名称', en: 'named' }, printable(`${asked.name.zh} / ${asked.name.en}`));
  line({ zh: '上级', en: 'below' }, printable(superior));
  if (asked.province !== undefined) line({ zh: '省份', en: 'province' }, asked.province);
  if (asked.venue_kinds !== undefined) line({ zh: '场所类别', en: 'vouches for' }, asked.venue_kinds.join(' '));
  if (asked.regions !== undefined) line({ zh: '所在区域', en: 'standing in' }, asked.regions.join(' '));
  if (asked.level !== undefined) line({ zh: '职责', en: 'signs as' }, `${asked.level} ${asked.role ?? ''}`);
  for (const jwk of jwks) line({ zh: '联邦密钥', en: 'federation' }, grouped(await calculateJwkThumbprint(jwk)));
  for (const { jwk } of asked.published ?? []) {
    line({ zh: '签署密钥', en: 'signs with' }, grouped(await calculateJwkThumbprint(jwk)));
  }
  for (const jwk of asked.registry_jwks ?? []) {
    line({ zh: '注册密钥', en: 'registry' }, grouped(await calculateJwkThumbprint(jwk)));
  }
}

/** A thumbprint as people read it to one another: RFC 7638, in groups of six. */
function grouped(thumbprint: string): string {
  return thumbprint.match(/.{1,6}/g)?.join(' ') ?? thumbprint;
}

async function isNew(cli: Cli, { entityId, asked }: AdmissionRequest, isOffline: boolean): Promise<boolean> {
  if (asked.kind !== 'province') return false;
  const found: EntityView[] = isOffline ? [] : await openRegistryApi(cli).entities(entityId);
  return found.every(({ state }) => state === 'removed');
}

/** Who signs in a sandbox: the anchor for provinces, else the province itself. */
function partOf({ asked }: AdmissionRequest): string {
  return asked.kind === 'province' || asked.province === undefined ? 'anchor' : `province:${asked.province}`;
}

function wrongSuperior(asked: string, signer: string): CliError {
  return CliError.of('request_refused', {
    zh: `申请的上级是 ${asked}，签名者是 ${signer}`,
    en: `it asks ${asked} to admit it, and ${signer} would sign`,
  });
}
