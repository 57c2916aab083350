import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { type Policy, policySchema } from '../../schemas/policy.ts';
import { readBoundedFile, readBoundedStdin } from './bounded-input.ts';
import { CliError } from './cli-error.ts';
import { faultText } from './fault-text.ts';

const MAX_POLICY_BYTES = 1_048_576;

/** A policy from a file, or from stdin for `-`. Throws CliError `file_unreadable`, `policy_invalid`. */
export async function readPolicy(file: string): Promise<Policy> {
  const input = file === '-' ? await readBoundedStdin(MAX_POLICY_BYTES) : readBoundedFile(file, MAX_POLICY_BYTES);
  if (input === 'missing') {
    throw CliError.of('file_unreadable', { zh: `没有文件 ${file}`, en: `there is no file ${file}` });
  }
  if (input === 'too_large') throw CliError.of('policy_invalid', { zh: `${file} 过大`, en: `${file} is too large` });
  const document = jsonOrUndefined(input.text);
  if (document === undefined)
    throw CliError.of('policy_invalid', { zh: `${file} 不是 JSON`, en: `${file} is not JSON` });
  const parsed = policySchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const { at, zh, en } = faultText(parsed.error);
  throw CliError.of('policy_invalid', { zh: `${file} 的 ${at}：${zh}`, en: `${file}: ${at}: ${en}` });
}
