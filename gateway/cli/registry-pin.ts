import { join } from 'node:path';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { CheckpointTrust } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { parseVerifierKey } from '../log/note.ts';
import { MAX_TRUST_BUNDLE_BYTES } from '../trust/bundle-bytes.ts';
import { type RegistryPin, trustBundleSchema } from '../trust/trust-bundle.ts';
import { readBoundedFile } from './bounded-input.ts';
import type { Environment } from './cli.ts';
import { CliError } from './cli-error.ts';

/** The registry that is pinned here, and whom to believe about its log. */
export interface PinnedRegistry {
  readonly pin: RegistryPin;
  readonly trust: CheckpointTrust;
}

/**
 * The `registry` member of the anchor file: `--anchor`, else HUREN_ANCHOR_FILE, else anchor.json below the data
 * directory. Null where none is pinned. Never asked of a gateway: it keeps the log. Throws CliError `file_unreadable`.
 */
export function readRegistryPin(anchorFile: string | undefined, env: Environment): PinnedRegistry | null {
  const named = anchorFile ?? (env['HUREN_ANCHOR_FILE'] || undefined);
  const path = named ?? join(env['HUREN_DATA_DIR'] || '.huren', 'anchor.json');
  const file = readBoundedFile(path, MAX_TRUST_BUNDLE_BYTES);
  if (file === 'missing' && named === undefined) return null;
  const pin = file === 'missing' || file === 'too_large' ? undefined : pinIn(file.text);
  if (pin === undefined) {
    throw CliError.of('file_unreadable', { zh: `${path} 不是信任锚文件`, en: `${path} is no anchor file` });
  }
  return pin;
}

/** As `readRegistryPin`. Throws CliError `registry_unpinned` where nothing is pinned. */
export function requireRegistryPin(anchorFile: string | undefined, env: Environment): PinnedRegistry {
  const pinned = readRegistryPin(anchorFile, env);
  if (pinned !== null) return pinned;
  throw CliError.of('registry_unpinned', {
    zh: '此处没有固定任何注册表的锚点与日志密钥',
    en: 'no registry anchor and log key are pinned here',
  });
}

function pinIn(text: string): PinnedRegistry | null | undefined {
  const parsed = trustBundleSchema.safeParse(jsonOrUndefined(text));
  if (!parsed.success) return undefined;
  const { registry } = parsed.data;
  return registry === undefined ? null : { pin: registry, trust: trustOf(registry) };
}

function trustOf({ log_keys }: RegistryPin): CheckpointTrust {
  try {
    const logKeys = log_keys.map(parseVerifierKey);
    return { origin: logKeys[0]?.name ?? '', logKeys, witnesses: [] };
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    throw CliError.of('file_unreadable', {
      zh: '信任锚文件中的日志密钥无法读取',
      en: 'the log key in the anchor file cannot be read',
    });
  }
}
