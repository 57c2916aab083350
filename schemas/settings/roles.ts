import { z } from 'zod';
import type { LocalisedText } from '../code-lists/index.ts';

/** What a process may be in the federation, in the order in which a nation is built. */
export const NODE_ROLES = {
  authority: { zh: '上级机构', en: 'authority' },
  registry: { zh: '注册表', en: 'registry' },
  issuer: { zh: '签发方', en: 'issuer' },
  destination: { zh: '目的地', en: 'destination' },
  monitor: { zh: '监测', en: 'monitor' },
} as const satisfies Record<string, LocalisedText>;

export const nodeRoleSchema = z.enum(['authority', 'registry', 'issuer', 'destination', 'monitor']);
export type NodeRole = z.infer<typeof nodeRoleSchema>;

/** Every role, for a process that keeps its own log and plays all of them. */
export const EVERY_ROLE: readonly NodeRole[] = nodeRoleSchema.options;
