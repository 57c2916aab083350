import { createHash } from 'node:crypto';
import type { Plugin, Rolldown } from 'vite';

type Bundle = Rolldown.OutputBundle;

/**
 * Writes into the service worker which files the scanner's page is made of. Its own bytes change with any of them, which is
 * how a browser learns of a new version.
 */
export function scanFiles(worker: string, page: string): Plugin {
  return {
    name: 'huren-scan-files',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const entries = chunks.filter(({ isEntry, name }) => isEntry && name !== worker && name !== page);
        const ours = reachedFrom(
          chunks.filter(({ name }) => name === page),
          bundle,
        );
        const others = entries.flatMap((entry) => [...reachedFrom([entry], bundle)]).filter((file) => !ours.has(file));
        // What a worker loads is reached from no chunk: everything counts but what other pages alone are made of.
        const files = Object.keys(bundle)
          .filter((file) => file.startsWith('assets/') && !others.includes(file))
          .sort();
        const listed = [...files.map((file) => `/web/${file}`), '/web/icon.svg'];
        const version = createHash('sha256').update(JSON.stringify(listed)).digest('hex').slice(0, 16);
        for (const chunk of chunks) {
          if (chunk.name !== worker) continue;
          chunk.code = `const SCAN_FILES=${JSON.stringify(listed)},SCAN_VERSION=${JSON.stringify(version)};${chunk.code}`;
        }
      },
    },
  };
}

function reachedFrom(chunks: readonly Rolldown.OutputChunk[], bundle: Bundle, seen = new Set<string>()): Set<string> {
  for (const { fileName, imports, dynamicImports, viteMetadata } of chunks) {
    if (seen.has(fileName)) continue;
    for (const file of [fileName, ...(viteMetadata?.importedCss ?? []), ...(viteMetadata?.importedAssets ?? [])])
      seen.add(file);
    const next = [...imports, ...dynamicImports].flatMap((file) => {
      const found = bundle[file];
      return found?.type === 'chunk' && !seen.has(file) ? [found] : [];
    });
    reachedFrom(next, bundle, seen);
  }
  return seen;
}
