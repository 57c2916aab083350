import { type Command, Option } from 'commander';
import { z } from 'zod';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import {
  keyUseSchema,
  type RegistryJwk,
  type RegistryKeyUse,
  registryJwkSchema,
} from '../../../schemas/registry-event.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { readJson } from '../json-file.ts';
import { asGiven, type SignedStep, type StepCommand, signedStep } from '../signed-step.ts';

interface OfUse {
  readonly use: RegistryKeyUse;
}
interface OfKey extends OfUse {
  readonly kid: string;
}

/**
 * `registry enrol-key | announce-key | activate-key | retire-key | revoke-key`: the keys of one who is enrolled;
 * `registry add-log-key | retire-log-key`: the keys of the log.
 */
export const KEY_STEPS: readonly StepCommand[] = [
  signedStep({
    ...publicKeyStep('enrol-key'),
    zh: '用已登记的密钥为自己再登记一个公钥（如浏览器密钥），并立即启用',
    en: 'enrol another public key of your own, such as the one in your browser, with a key already enrolled',
    signs: ({ jwk, use }) => ({
      events: [
        { kind: 'key_announced', body: { use, jwk } },
        { kind: 'key_activated', body: { use, kid: jwk.kid } },
      ],
      about: { kid: jwk.kid },
      zh: `密钥 ${jwk.kid} 已启用`,
      en: `key ${jwk.kid} may sign from now on`,
    }),
  }),
  signedStep({
    ...publicKeyStep('announce-key'),
    zh: '公布下一个公钥，暂不启用：各方先得知，之后才会见到它的签名',
    en: 'announce your next public key without using it: everybody knows it before they meet what it signs',
    signs: ({ jwk, use }) => ({
      events: [{ kind: 'key_announced', body: { use, jwk } }],
      about: { kid: jwk.kid },
      zh: `密钥 ${jwk.kid} 已公布`,
      en: `key ${jwk.kid} is announced`,
    }),
  }),
  signedStep({
    ...ownKeyStep('activate-key'),
    zh: '启用自己已公布的密钥',
    en: 'let a key that you announced sign from now on',
    signs: ({ kid, use }) => ({
      events: [{ kind: 'key_activated', body: { use, kid } }],
      about: { kid },
      zh: `密钥 ${kid} 已启用`,
      en: `key ${kid} may sign from now on`,
    }),
  }),
  signedStep({
    ...ownKeyStep('retire-key'),
    zh: '停用自己的一个密钥；此前的签名仍有效',
    en: 'retire a key of your own; what it has signed stays good',
    signs: ({ kid, use }) => ({
      events: [{ kind: 'key_retired', body: { use, kid } }],
      about: { kid },
      zh: `密钥 ${kid} 已停用`,
      en: `key ${kid} signs nothing new from now on`,
    }),
  }),
  signedStep({
    name: 'revoke-key',
    zh: '吊销自己的一个密钥；锚点可吊销他人的',
    en: "revoke a key of your own; the anchor may revoke another's with --entity",
    example: 'registry revoke-key --kid 5Ht1…kid',
    exampleBy: 'operator-a',
    takes: (cli, command) =>
      kidOptions(cli, command).option(
        '--entity <id>',
        cli.say({ zh: '密钥属于此主体', en: 'the entity whose key it is' }),
      ),
    read: asGiven<OfKey & { readonly entity?: string }>,
    by: null,
    signs: ({ kid, use, entity }, { entityId }) => ({
      events: [{ kind: 'key_revoked', body: { entity_id: entity ?? entityId, use, kid } }],
      about: { kid },
      zh: `密钥 ${kid} 已吊销`,
      en: `key ${kid} is revoked`,
    }),
  }),
  signedStep({
    name: 'add-log-key',
    zh: '由国家锚点加入一个日志签名密钥',
    en: "let another key sign the log's checkpoints, as the national anchor",
    example: "registry add-log-key 'registry.example/log+1a2b3c4d+AQ…'",
    takes: (_cli, command) => command.argument('<verifier-key>'),
    read: asGiven<{ readonly 'verifier-key': string }>,
    by: 'anchor',
    signs: ({ 'verifier-key': verifier_key }) => ({
      events: [{ kind: 'log_key_added', body: { verifier_key } }],
      about: { verifier_key },
      zh: '已加入日志密钥',
      en: 'log key added',
    }),
  }),
  signedStep({
    name: 'retire-log-key',
    zh: '由国家锚点停用一个日志签名密钥；停用后不可恢复',
    en: 'retire a key of the log for good, as the national anchor; the registry must hold another one',
    example: "registry retire-log-key 'registry.example/log+1a2b3c4d+AQ…'",
    takes: (_cli, command) => command.argument('<verifier-key>'),
    read: asGiven<{ readonly 'verifier-key': string }>,
    by: 'anchor',
    signs: ({ 'verifier-key': verifier_key }) => ({
      events: [{ kind: 'log_key_retired', body: { verifier_key } }],
      about: { verifier_key },
      zh: '日志密钥已停用',
      en: 'log key retired',
    }),
  }),
];

type OfPublicKey = OfUse & { readonly jwk: RegistryJwk };

/** What the steps about a key have in common that the registry does not know yet. */
function publicKeyStep(name: string) {
  return {
    name,
    example: `registry ${name} browser-key.json`,
    exampleBy: 'operator-a',
    takes: (cli: Cli, command: Command) =>
      useOption(
        cli,
        command.argument(
          '<jwk>',
          cli.say({
            zh: '公钥 JWK：文件、- 或 JSON 文本',
            en: 'the public JWK: a file, - for stdin, or the JSON itself',
          }),
        ),
      ),
    read: async ({ jwk, use }: OfUse & { readonly jwk: string }): Promise<OfPublicKey> => ({
      jwk: await readJwk(jwk),
      use,
    }),
    by: null,
  } satisfies Partial<SignedStep<OfUse & { readonly jwk: string }, OfPublicKey>>;
}

/** What the steps about a key have in common that the registry has of whoever signs. */
function ownKeyStep(name: string) {
  return {
    name,
    example: `registry ${name} --kid 5Ht1…kid`,
    exampleBy: 'operator-a',
    takes: kidOptions,
    read: asGiven<OfKey>,
    by: null,
  } satisfies Partial<SignedStep<OfKey, OfKey>>;
}

function kidOptions(cli: Cli, command: Command): Command {
  // An option and no argument: every 64th kid starts with a hyphen.
  return useOption(cli, command.requiredOption('--kid <kid>', cli.say({ zh: '密钥的 kid', en: 'the kid of the key' })));
}

function useOption(cli: Cli, command: Command): Command {
  const text = cli.say({ zh: '密钥的用途', en: 'what the key is for' });
  return command.addOption(new Option('--use <use>', text).choices(keyUseSchema.options).default('registry'));
}

/** What `registry public-key` prints of a file with one key. */
const printedKeySchema = z.object({ jwks: z.object({ keys: z.tuple([z.unknown()]) }) });

/** A public key: a JWK, or what `registry public-key` printed, in a file or as it stands. Throws CliError `enrolment_invalid`. */
async function readJwk(given: string): Promise<RegistryJwk> {
  const document = given.trimStart().startsWith('{') ? jsonOrUndefined(given) : await readJson(given);
  const printed = printedKeySchema.safeParse(document);
  const parsed = registryJwkSchema.safeParse(printed.success ? printed.data.jwks.keys[0] : document);
  if (parsed.success) return parsed.data;
  // A private key that was given by mistake is not quoted.
  throw CliError.of('enrolment_invalid', { zh: '不是带 kid 的公钥 JWK', en: 'not a public JWK with a kid' });
}
