import { type Command, Option } from 'commander';
import { provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import type { Actor } from '../keys/actor.ts';
import { readActorFile, ringFilePath } from '../keys/key-store.ts';
import { sandboxOwner } from '../sandbox/actors.ts';
import type { Cli, Environment } from './cli.ts';
import { CliError } from './cli-error.ts';
import { reading } from './commands/command.ts';
import { keySettingOf, withKeys } from './key-failure.ts';

/** Who signs: by a ring file, or as one of those whom the sandbox plays. */
export interface SignerOptions {
  readonly key?: string;
  readonly as?: SandboxActor;
}

/** `anchor`, `operator-a`, `operator-b`, `auditor` or `province:<GB/T 2260 code>`. */
export type SandboxActor = string;

const PLAYED = new Set(['anchor', 'operator-a', 'operator-b', 'auditor']);

/** Adds `--key` and `--as`. */
export function signerOptions(cli: Cli, command: Command): Command {
  const key = new Option('--key <file>', cli.say({ zh: '签名者的密钥文件', en: "the signer's key file" }));
  const as = new Option(
    '--as <who>',
    cli.say({
      zh: '沙箱角色：anchor、operator-a、operator-b 或 province:120000',
      en: 'a part in the sandbox: anchor, operator-a, operator-b or province:120000',
    }),
  ).argParser(reading(sandboxActor, 'anchor, operator-a, operator-b, auditor or province:<code>'));
  return command.addOption(key.conflicts('as')).addOption(as);
}

/**
 * Opens the signer. Without `--key` and `--as` it is `usual`, where the sandbox keeps that one's key below the data
 * directory. Throws CliError: `signer_missing`, `not_enrolled`, `file_unreadable`, and what key-failure.ts makes of a
 * key that cannot be used.
 */
export async function chooseSigner(
  { key, as }: SignerOptions,
  usual: SandboxActor | null,
  env: Environment,
): Promise<Actor> {
  if (key !== undefined) return required(await openActor(key, env), key);
  const who = as ?? usual;
  if (who === null) throw noSigner();
  const actor = await openActor(sandboxPath(who, env), env);
  if (actor !== null) return actor;
  // Outside the sandbox nobody's key lies there, and then it is a key file that is missing.
  if (as === undefined && (await openActor(sandboxPath('anchor', env), env)) === null) throw noSigner();
  const text = { zh: `沙箱没有 ${who} 的密钥`, en: `the sandbox has no key of ${who}` };
  throw CliError.of(who.startsWith('province:') ? 'not_enrolled' : 'signer_missing', text);
}

/** Where the sandbox keeps a part's registry ring. */
export function sandboxPath(who: SandboxActor, env: Environment): string {
  return ringFilePath(keySettingOf(env), sandboxOwner(who.replace('province:', '')), 'registry');
}

/** Reads the name of a sandbox part; a bare province code will do. */
export function sandboxActor(text: string): SandboxActor | null {
  if (PLAYED.has(text)) return text;
  const code = provinceCodeSchema.safeParse(text.replace(/^province:/, ''));
  return code.success ? `province:${code.data}` : null;
}

/** The actor of a ring file; null where there is none. Throws CliError. */
export async function openActor(path: string, env: Environment): Promise<Actor | null> {
  return await withKeys(() => readActorFile(path, keySettingOf(env).setting));
}

function required(actor: Actor | null, path: string): Actor {
  if (actor !== null) return actor;
  throw CliError.of('file_unreadable', { zh: `没有文件 ${path}`, en: `there is no file ${path}` });
}

function noSigner(): CliError {
  return CliError.of('signer_missing', { zh: '未指明由谁签名', en: 'nobody is named to sign this' });
}
