import { type Command, Option } from 'commander';
import { type Actor, readSignerFile } from '../keys/signer-file.ts';
import type { Cli, Environment } from './cli.ts';
import { CliError } from './cli-error.ts';
import { reading } from './commands/command.ts';
import { hasSandbox, partKeyFile, type SandboxPart, sandboxPart } from './sandbox-parts.ts';

/** Who signs: by a signer file, or as one of those whom the sandbox plays. */
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
      zh: '沙箱角色：anchor、operator-a、operator-b 或 province:120000',
      en: 'a part in the sandbox: anchor, operator-a, operator-b or province:120000',
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
 * directory. Throws CliError: `signer_missing`, `not_enrolled`, `file_unreadable`, `key_file_damaged`.
 */
export async function chooseSigner(
  { key, as }: SignerOptions,
  usual: SandboxPart | null,
  env: Environment,
): Promise<Actor> {
  if (key !== undefined) return await openSigner(key);
  const part = as ?? usual;
  // Outside a sandbox nobody's key lies there: it is a key file that is missing, whichever part was meant.
  if (part === null || (as === undefined && !hasSandbox(env))) throw noSigner(env);
  const actor = await open(partKeyFile(part, env));
  if (actor !== null) return actor;
  if (part.startsWith('province:')) throw notEnrolled(part, env);
  throw CliError.of('signer_missing', { zh: `沙箱没有 ${part} 的密钥`, en: `the sandbox has no key of ${part}` });
}

/** Opens a signer file. Throws CliError `file_unreadable`, `key_file_damaged`. */
export async function openSigner(path: string): Promise<Actor> {
  const actor = await open(path);
  if (actor !== null) return actor;
  throw CliError.of('file_unreadable', { zh: `没有文件 ${path}`, en: `there is no file ${path}` });
}

/** That an entity, or a part of the sandbox, is not in the registry. What to do then depends on where we are. */
export function notEnrolled(who: string, env: Environment): CliError {
  const text = { zh: `${who} 尚未登记`, en: `${who} is not enrolled in this registry` };
  const next = hasSandbox(env)
    ? {
        zh: '请先由国家锚点登记；在沙箱中：huren registry enrol province:120000',
        en: 'have the national anchor enrol it first; in the sandbox: huren registry enrol province:120000',
      }
    : undefined;
  return CliError.of('not_enrolled', text, next);
}

async function open(path: string): Promise<Actor | null> {
  try {
    return await readSignerFile(path);
  } catch {
    // The cause is not passed on: a parser's message can quote the file, and the file holds a private key.
    throw CliError.of('key_file_damaged', {
      zh: `密钥文件 ${path} 无法使用`,
      en: `the key file ${path} cannot be used`,
    });
  }
}

function noSigner(env: Environment): CliError {
  const next = hasSandbox(env)
    ? {
        zh: '用 --key 指定密钥文件；在沙箱中也可用 --as anchor|operator-a|operator-b|province:120000',
        en: 'name a key file with --key, or in the sandbox --as anchor|operator-a|operator-b|province:120000',
      }
    : undefined;
  return CliError.of('signer_missing', { zh: '未指明由谁签名', en: 'nobody is named to sign this' }, next);
}
