import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { readAdapterFolder } from '../../adapters/adapter-folder.ts';
import { type AdapterId, adapterIdIn } from '../../schemas/adapter-id.ts';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { versionSchema } from '../../schemas/registry-event.ts';
import type { AdapterView, VersionView } from '../../schemas/registry-views.ts';
import { textDigest } from '../trust/registry-event.ts';
import type { Cli } from './cli.ts';
import { CliError } from './cli-error.ts';
import { reading } from './commands/command.ts';
import { openRegistryApi } from './enter-event.ts';

/** The `<province>` argument of commands about one province. */
export function provinceArgument(cli: Cli): [name: string, description: string, parse: (text: string) => ProvinceCode] {
  const text = cli.say({ zh: 'GB/T 2260 省级代码', en: 'GB/T 2260 province code' });
  return ['<province>', text, provinceReader(cli)];
}

/** The `<province>` argument of commands about one adapter: a province's own, or a division's behind a slash. */
export function adapterArgument(cli: Cli): [name: string, description: string, parse: (text: string) => AdapterId] {
  const text = cli.say({
    zh: 'GB/T 2260 省级代码；辖区自己的系统写作 440000/440300',
    en: "GB/T 2260 province code; a division's own system as 440000/440300",
  });
  const expected = cli.say({
    zh: '应为 GB/T 2260 代码，如 120000 或 440000/440300',
    en: 'GB/T 2260, e.g. 120000 or 440000/440300',
  });
  return ['<province>', text, reading(adapterIdIn, expected)];
}

/** The `--province` option of commands that can be about one province alone. */
export function provinceOption(cli: Cli): [flags: string, description: string, parse: (text: string) => ProvinceCode] {
  return ['--province <code>', cli.say({ zh: '只限此省', en: 'this province alone' }), provinceReader(cli)];
}

/** Reads a province code of an argument or option. */
export function provinceReader(cli: Cli): (text: string) => ProvinceCode {
  const expected = cli.say({ zh: '应为 GB/T 2260 代码，如 120000', en: 'GB/T 2260, e.g. 120000' });
  return reading((code) => provinceCodeSchema.safeParse(code).data ?? null, expected);
}

/** Reads a version of an argument or option. */
export function versionReader(cli: Cli): (text: string) => string {
  const expected = cli.say({ zh: '应为版本号，如 1.0.0', en: 'a version such as 1.0.0' });
  return reading((given) => versionSchema.safeParse(given).data ?? null, expected);
}

/** Adds `<province> <version>`. */
export function versioned(cli: Cli, command: Command): Command {
  const text = cli.say({ zh: '版本号', en: 'its version' });
  return command.argument(...adapterArgument(cli)).argument('<version>', text, versionReader(cli));
}

/** Throws CliError `adapter_unknown`. */
export async function adapterAt(cli: Cli, id: AdapterId): Promise<AdapterView> {
  const adapter = await openRegistryApi(cli).adapter(id);
  if (adapter !== null) return adapter;
  throw CliError.rejected('adapter_unknown');
}

/** A version and the exact text of its manifest. Throws CliError `version_unknown`. */
export async function versionAt(cli: Cli, id: AdapterId, version: string) {
  const found = await openRegistryApi(cli).version(id, version);
  if (found === null) throw CliError.rejected('version_unknown');
  return { view: found satisfies VersionView, manifest: found.manifest };
}

/** How long an instance of the registry may take to follow what another one has entered; it does within a second. */
const FOLLOWS_WITHIN_MS = 5_000;
const ASK_AGAIN_MS = 50;

/**
 * A version once `isSeen` of what a step has entered, or as it is after five seconds: behind one address stand several
 * instances, and who answers need not be who took the event. Throws CliError `version_unknown`.
 */
export async function versionAfter(
  cli: Cli,
  id: AdapterId,
  version: string,
  isSeen: (view: VersionView) => boolean,
): Promise<VersionView> {
  const untilMs = performance.now() + FOLLOWS_WITHIN_MS;
  for (;;) {
    const found = await openRegistryApi(cli).version(id, version);
    const isLast = performance.now() >= untilMs;
    if (found !== null && (isLast || isSeen(found))) return found;
    if (isLast) throw CliError.rejected('version_unknown');
    await setTimeout(ASK_AGAIN_MS);
  }
}

/** An adapter's folder as exact texts, since digests are over bytes. Throws CliError `file_unreadable`. */
export function readTexts(dir: string): { readonly manifest: string; readonly scenarios: string } {
  try {
    return readAdapterFolder(dir).texts;
  } catch (error) {
    const why = error instanceof Error ? error.message : dir;
    throw CliError.of('file_unreadable', { zh: `无法读取：${why}`, en: why });
  }
}

/** Whose manifest it is; whether it is sound is for the registry to say. */
export function namesIn(manifest: string, dir: string): { readonly province: AdapterId; readonly version: string } {
  const { province, division, version }: { province?: unknown; division?: unknown; version?: unknown } =
    JSON.parse(manifest);
  const id = adapterIdIn([province, division].filter((code) => code !== undefined).join('/'));
  const number = versionSchema.safeParse(version);
  if (id !== null && number.success) return { province: id, version: number.data };
  const what = `${join(dir, 'manifest.json')}: province, version`;
  throw CliError.of('file_unreadable', { zh: what, en: what });
}

/** What is shown for review must be what is signed for. */
export async function assertSameBytes(manifest: string, { manifest_digest }: VersionView): Promise<void> {
  if (textDigest(manifest) === manifest_digest) return;
  throw CliError.of('bytes_differ', {
    zh: '网关所示声明与其摘要不一致',
    en: 'the manifest that the gateway shows is not the one of its digest',
  });
}

/** The version last in full use before the active one; the active one itself where a trial is to be ended. */
export function versionBefore({ active, trial, versions }: AdapterView): string {
  if (trial !== null && active !== null) return active;
  const at = versions.findIndex(({ version }) => version === active);
  const before = versions.slice(0, Math.max(0, at)).findLast(({ served }) => served);
  if (before === undefined) throw CliError.rejected('rollback_target');
  return before.version;
}
