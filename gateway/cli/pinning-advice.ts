import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import type { GatewayClient } from './gateway-client.ts';
import { sandboxDataDir } from './sandbox-api.ts';
import { shellQuote } from './shell-line.ts';

/**
 * What to set so that an anchor is pinned, where a sandbox says where it keeps its own; undefined elsewhere. It is said and
 * not done: whoever gives the answer must not also say whom to believe.
 */
export async function pinningAdvice(gateway: GatewayClient): Promise<LocalisedText | undefined> {
  const dataDir = await sandboxDataDir(gateway);
  if (dataDir === null) return undefined;
  const setting = `HUREN_DATA_DIR=${shellQuote(dataDir)}`;
  return {
    zh: `若该沙箱由你启动，请设置 ${setting}`,
    en: `where this sandbox is yours, set ${setting}`,
  };
}
