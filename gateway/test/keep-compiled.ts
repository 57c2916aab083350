import { flushCompileCache } from 'node:module';
import { afterAll } from 'vitest';

// A worker is ended without being asked, so what it has compiled is kept before that.
afterAll(() => flushCompileCache());
