import type { AdapterFolderTexts } from '../../adapters/adapter-folder.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest, Way } from '../../schemas/manifest.ts';
import { parseManifest } from '../registry/manifest-text.ts';
import type { sandboxEntityIds } from './entity-ids.ts';

/** Which ways to a province's system the sandbox registers, in order. */
export type RouteOf = (province: ProvinceCode) => readonly Way[];

/** Every system is asked itself, as the shipped adapters have it. */
export const ALL_DIRECT: RouteOf = () => ['direct'];

/**
 * Through the province's node, as in a nation of separate parties. What a manifest may say besides stays in use in one
 * province each: Shanxi, whose system signs, and Shanghai, whose system does not, are asked themselves; Guizhou is where
 * its node is away.
 */
export const MOSTLY_BY_NODE: RouteOf = (province) => EXCEPTIONS.get(province) ?? ['node'];

const EXCEPTIONS: ReadonlyMap<ProvinceCode, readonly Way[]> = new Map([
  ['140000', ['direct']],
  ['310000', ['direct']],
  ['520000', ['node', 'direct']],
]);

/** A shipped adapter as the sandbox registers it: what ships cannot know where a province's node will be. */
export function askedBy(
  routeOf: RouteOf,
  texts: AdapterFolderTexts,
  ids: Pick<ReturnType<typeof sandboxEntityIds>, 'issuer'>,
): AdapterFolderTexts {
  const manifest = parseManifest(texts.manifest);
  const route = manifest === null ? [] : [...routeOf(manifest.province)];
  if (manifest === null || !route.includes('node')) return texts;
  const routed: Manifest = { ...manifest, node: ids.issuer(manifest.province), route };
  return { ...texts, manifest: `${JSON.stringify(routed, null, 2)}\n` };
}
