import type { LiveCode } from '../../adapters/conformance/live-target.ts';
import {
  liveCodesOf,
  MAX_ACCESS_BYTES,
  type UpstreamAccess,
  upstreamAccessSchema,
} from '../../adapters/upstream-access.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { Scenarios } from '../../schemas/scenarios.ts';
import { readPrivateFile } from '../keys/private-file.ts';
import { CliError } from './cli-error.ts';
import { explained } from './key-failure.ts';

/** What came out of an access file, for one folder. */
export interface FolderAccess {
  readonly secrets: UpstreamAccess['secrets'];
  readonly codes: readonly LiveCode[];
}

/** Reads what `adapter test --secrets` names. No message quotes it: it holds secrets. Throws CliError. */
export function readAccessFile(path: string, scenarios: Scenarios): FolderAccess {
  const access = parseAccess(path);
  const known = new Set(scenarios.scenarios.map(({ scenario }) => scenario));
  const stray = Object.keys(access.codes).find((name) => !known.has(name));
  if (stray !== undefined) {
    throw CliError.of('usage_invalid', { zh: `${path}：没有场景 ${stray}`, en: `${path}: no scenario ${stray}` });
  }
  return { secrets: access.secrets, codes: liveCodesOf(access, scenarios) };
}

function parseAccess(path: string): UpstreamAccess {
  const parsed = upstreamAccessSchema.safeParse(jsonOrUndefined(readSecrets(path)));
  if (parsed.success) return parsed.data;
  throw CliError.of('file_unreadable', {
    zh: `${path} 应为 {"secrets":{…},"codes":{…}}`,
    en: `${path} must be {"secrets":{…},"codes":{…}}`,
  });
}

function readSecrets(path: string): string {
  try {
    const text = readPrivateFile(path);
    if (text !== null && text.length <= MAX_ACCESS_BYTES) return text;
    const why = text === null ? { zh: '不存在', en: 'does not exist' } : { zh: '过大', en: 'is too large' };
    throw CliError.of('file_unreadable', { zh: `${path} ${why.zh}`, en: `${path} ${why.en}` });
  } catch (error) {
    throw explained(error);
  }
}
