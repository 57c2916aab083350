import { z } from 'zod';

/** What a process may be in the federation, in the order in which a nation is built. */
export const nodeRoleSchema = z.enum(['authority', 'registry', 'issuer', 'destination', 'monitor']);
export type NodeRole = z.infer<typeof nodeRoleSchema>;

/** Every role, for a process that keeps its own log and plays all of them. */
export const EVERY_ROLE: readonly NodeRole[] = nodeRoleSchema.options;
