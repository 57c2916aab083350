import { existsSync } from 'node:fs';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { ringFilePath } from '../keys/key-store.ts';
import type { Environment } from './cli.ts';
import { keySettingOf } from './key-failure.ts';

/** `anchor`, `operator-a`, `operator-b`, `auditor` or `province:<GB/T 2260 code>`: whom a sandbox plays. */
export type SandboxPart = string;

const PLAYED = new Set(['anchor', 'operator-a', 'operator-b', 'auditor']);

/** Reads the name of a part; a bare province code will do. Null for anything else. */
export function sandboxPart(text: string): SandboxPart | null {
  if (PLAYED.has(text)) return text;
  const code = provinceCodeSchema.safeParse(text.replace(/^province:/, ''));
  return code.success ? provincePart(code.data) : null;
}

export function provincePart(province: ProvinceCode): SandboxPart {
  return `province:${province}`;
}

/** The data directory of this environment. */
export function dataDirOf(env: Environment): string {
  return env['HUREN_DATA_DIR'] || '.huren';
}

/** The owner of a part's rings: the one thing that the command line knows about a sandbox. */
export function partOwner(part: SandboxPart): string {
  return `sandbox/${part.replace('province:', '')}`;
}

/** Where a sandbox keeps the registry ring of a part. */
export function partKeyFile(part: SandboxPart, env: Environment): string {
  return ringFilePath(keySettingOf(env), partOwner(part), 'registry');
}

/** Whether the data directory is one that a sandbox has run in: elsewhere nobody has a key of the parts. */
export function hasSandbox(env: Environment): boolean {
  return existsSync(partKeyFile('anchor', env));
}

/** How a command that is suggested names its signer here: `--as operator-a`, and outside a sandbox `--key FILE`. */
export function signerFlag(part: SandboxPart, env: Environment): string {
  return hasSandbox(env) ? `--as ${part}` : '--key FILE';
}
