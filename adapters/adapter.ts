import type { ProvinceCode } from '../schemas/code-lists/index.ts';
import type { CredentialDocuments } from '../schemas/credential-documents.ts';
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
  /** For a destination, where it matters for which. Throws UpstreamError when the system gave no answer. */
  readonly ask: (token: string, destination?: ProvinceCode) => Promise<AdapterAnswer>;
  /** What its answers are decided with, signed. Null: its system decides. Throws UpstreamError. */
  readonly documents: () => Promise<CredentialDocuments | null>;
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
    documents: async () => (await ask.documents?.()) ?? null,
    ask: async (token, destination) => {
      const answer = await ask(token, destination);
      if (answer.kind === 'absent') return answer;
      return {
        kind: 'found',
        translation: translate(answer.record, token, context.nowMs()),
        statement: answer.statement,
      };
    },
  };
}
