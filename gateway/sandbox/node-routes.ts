import type { AdapterFolderTexts } from '../../adapters/adapter-folder.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest, Way } from '../../schemas/manifest.ts';
import { parseManifest } from '../registry/manifest-text.ts';
import type { sandboxEntityIds } from './entity-ids.ts';

/**
 * The provinces that the sandbox asks by way of their nodes: Guizhou, whose system signs its statements, and Anhui, whose
 * node has to sign for it. All others are asked themselves.
 */
const ROUTES: ReadonlyMap<ProvinceCode, Way[]> = new Map([
  ['520000', ['node', 'direct']],
  ['340000', ['node']],
]);

/** A shipped adapter as the sandbox registers it: what ships cannot know where a province's node will be. */
export function askedByNode(
  texts: AdapterFolderTexts,
  ids: Pick<ReturnType<typeof sandboxEntityIds>, 'issuer'>,
): AdapterFolderTexts {
  const manifest = parseManifest(texts.manifest);
  const route = manifest === null ? undefined : ROUTES.get(manifest.province);
  if (manifest === null || route === undefined) return texts;
  const routed: Manifest = { ...manifest, node: ids.issuer(manifest.province), route };
  return { ...texts, manifest: `${JSON.stringify(routed, null, 2)}\n` };
}
