import type { Manifest } from '../schemas/manifest.ts';
import type { DriverContext } from './drivers/driver.ts';
import { openDriver } from './drivers/index.ts';
import { compileTranslator, type Translation } from './translate.ts';

/** What one system says about one token. `statement` is its signed status statement where the manifest declares one. */
export type AdapterAnswer =
  | { readonly kind: 'found'; readonly translation: Translation; readonly statement: string | null }
  | { readonly kind: 'absent'; readonly why: 'expired' | 'unknown' };

/** One system, spoken to through its declared driver and read by its own tables. */
export interface Adapter {
  readonly manifest: Manifest;
  /** Throws UpstreamError when the system gave no answer. */
  readonly ask: (token: string) => Promise<AdapterAnswer>;
}

export interface AdapterOptions extends DriverContext {
  readonly manifest: Manifest;
}

/** Opens an adapter once per manifest: all compiling happens here, none per request. Does no I/O. */
export function openAdapter({ manifest, ...context }: AdapterOptions): Adapter {
  const ask = openDriver(manifest.driver, manifest.statement?.at ?? null, context);
  const translate = compileTranslator(manifest);
  return {
    manifest,
    ask: async (token) => {
      const answer = await ask(token);
      if (answer.kind === 'absent') return answer;
      return {
        kind: 'found',
        translation: translate(answer.record, token, context.nowMs()),
        statement: answer.statement,
      };
    },
  };
}
