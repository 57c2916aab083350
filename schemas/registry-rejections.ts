import { ADAPTER_REJECTIONS } from './rejections/adapter-rejections.ts';
import { ENTITY_REJECTIONS } from './rejections/entity-rejections.ts';
import { LOG_REJECTIONS } from './rejections/log-rejections.ts';
import type { RejectionKind } from './rejections/rejection-kind.ts';
import { RULE_REJECTIONS } from './rejections/rule-rejections.ts';
import { SIGNING_REJECTIONS } from './rejections/signing-rejections.ts';

/** Why the registry refuses an event, and what to do then. Closed: every refused step has its own code. */
export const REJECTIONS = {
  ...SIGNING_REJECTIONS,
  ...LOG_REJECTIONS,
  ...ENTITY_REJECTIONS,
  ...ADAPTER_REJECTIONS,
  ...RULE_REJECTIONS,
} as const satisfies Record<string, RejectionKind>;

export type RejectionCode = keyof typeof REJECTIONS;
