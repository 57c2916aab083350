import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Most of a short command's time is compiling. The cache lies beside the code, never in a shared temporary directory:
// whoever can write there could have us run theirs.
const cache = fileURLToPath(new URL('../../node_modules/.cache/huren', import.meta.url));
enableCompileCache(cache);
process.env['NODE_COMPILE_CACHE'] ??= cache;

const { run } = await import('./run.ts');
await run(process.argv);
