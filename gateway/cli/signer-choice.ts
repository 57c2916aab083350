import { type Command, Option } from 'commander';
import type { Actor } from '../keys/actor.ts';
import { readActorFile } from '../keys/key-store.ts';
import type { Cli, Environment } from './cli.ts';
import { CliError } from './cli-error.ts';
import { reading } from './commands/command.ts';
import { keySettingOf, withKeys } from './key-failure.ts';
import { hasSandbox, partKeyFile, type SandboxPart, sandboxPart } from './sandbox-parts.ts';

/** Who signs: by a ring file, or as one of those whom the sandbox plays. */
export interface SignerOptions {
  readonly key?: string;
  readonly as?: SandboxPart;
}

/** Adds `--key` and `--as`. */
export function signerOptions(cli: Cli, command: Command): Command {
  const key = new Option('--key <file>', cli.say({ zh: '签名者的密钥文件', en: "the signer's key file" }));
  const as = new Option(
    '--as <who>',
    cli.say({
      zh: '沙箱角色：anchor、operator-a、operator-b 或 province:代码',
      en: 'a part in the sandbox: anchor, operator-a, operator-b or province:CODE',
    }),
  ).argParser(
    reading(
      sandboxPart,
      cli.say({
        zh: '应为 anchor、operator-a、operator-b、auditor 或 province:代码',
        en: 'anchor, operator-a, operator-b, auditor or province:<code>',
      }),
    ),
  );
  return command.addOption(key.conflicts('as')).addOption(as);
}

/**
 * Opens the signer. Without `--key` and `--as` it is `usual`, where a sandbox keeps that one's key below the data
 * directory. Throws CliError: `signer_missing`, `not_enrolled`, `file_unreadable`, and what key-failure.ts makes of a
 * key that cannot be used.
 */
export async function chooseSigner(
  { key, as }: SignerOptions,
  usual: SandboxPart | null,
  env: Environment,
): Promise<Actor> {
  if (key !== undefined) return await openSigner(key, env);
  const part = as ?? usual;
  // Outside a sandbox nobody's key lies there: it is a key file that is missing, whichever part was meant.
  if (part === null || (as === undefined && !hasSandbox(env))) throw noSigner(env);
  const actor = await openActor(partKeyFile(part, env), env);
  if (actor !== null) return actor;
  if (part.startsWith('province:')) throw notEnrolled(part, env);
  throw CliError.of('signer_missing', { zh: `沙箱没有 ${part} 的密钥`, en: `the sandbox has no key of ${part}` });
}

/** Opens a ring file. Throws CliError `file_unreadable`, and what key-failure.ts makes of a key that cannot be used. */
export async function openSigner(path: string, env: Environment): Promise<Actor> {
  const actor = await openActor(path, env);
  if (actor !== null) return actor;
  throw CliError.of('file_unreadable', { zh: `没有文件 ${path}`, en: `there is no file ${path}` });
}

/** That an entity, or a part of the sandbox, is not in the registry. What to do then depends on where we are. */
export function notEnrolled(who: string, env: Environment): CliError {
  const text = { zh: `${who} 尚未登记`, en: `${who} is not enrolled in this registry` };
  const part = /^province:\d{6}$/.exec(who)?.[0] ?? `province:${/\/provinces\/(\d{6})$/.exec(who)?.[1] ?? 'CODE'}`;
  const next = hasSandbox(env)
    ? {
        zh: `请先由国家锚点登记；在沙箱中：huren registry enrol ${part}`,
        en: `have the national anchor enrol it first; in the sandbox: huren registry enrol ${part}`,
      }
    : undefined;
  return CliError.of('not_enrolled', text, next);
}

/** The actor of a ring file; null where there is none. Throws CliError. */
export async function openActor(path: string, env: Environment): Promise<Actor | null> {
  return await withKeys(() => readActorFile(path, keySettingOf(env).setting));
}

function noSigner(env: Environment): CliError {
  const next = hasSandbox(env)
    ? {
        zh: '用 --key 指定密钥文件；在沙箱中也可用 --as anchor|operator-a|operator-b|province:代码',
        en: 'name a key file with --key, or in the sandbox --as anchor|operator-a|operator-b|province:CODE',
      }
    : undefined;
  return CliError.of('signer_missing', { zh: '未指明由谁签名', en: 'nobody is named to sign this' }, next);
}
