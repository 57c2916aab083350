import { config } from 'zod';

// The pages' policy allows no code from text, and a check whether it does would be reported as a breach of it.
config({ jitless: true });
