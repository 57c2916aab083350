import fc from 'fast-check';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    seed: number;
  }
}

// Properties take what they try from the seed of the run, as its order does: a commit that passes here passes elsewhere.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: inject('seed') | 0 });
