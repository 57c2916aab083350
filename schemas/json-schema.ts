import { z } from 'zod';
import { attestationClaimsSchema } from './attestation.ts';
import { coverageSchema } from './coverage.ts';
import { coverageReportSchema } from './coverage-report.ts';
import { mandateSchema } from './mandate.ts';
import { manifestSchema } from './manifest.ts';
import { policySchema } from './policy.ts';
import { problemSchema } from './problem.ts';
import { scenariosSchema } from './scenarios.ts';
import { statementPayloadSchema, statusClaimsSchema } from './statement.ts';
import {
  nodeTokenClaimsSchema,
  statementAnswerSchema,
  statementBatchLineSchema,
  statementBatchRequestSchema,
  statementReplySchema,
  statementRequestSchema,
} from './statement-exchange.ts';
import {
  batchReplySchema,
  batchRequestSchema,
  verificationReplySchema,
  verificationRequestSchema,
} from './verification.ts';

/** Every schema that is published on its own, by the name of its file. */
export const PUBLISHED_SCHEMAS = {
  'adapter-manifest': manifestSchema,
  'attestation-claims': attestationClaimsSchema,
  'batch-reply': batchReplySchema,
  'batch-request': batchRequestSchema,
  coverage: coverageSchema,
  'coverage-report': coverageReportSchema,
  mandate: mandateSchema,
  'node-token-claims': nodeTokenClaimsSchema,
  policy: policySchema,
  problem: problemSchema,
  scenarios: scenariosSchema,
  'statement-answer': statementAnswerSchema,
  'statement-batch-line': statementBatchLineSchema,
  'statement-batch-request': statementBatchRequestSchema,
  'statement-payload': statementPayloadSchema,
  'statement-reply': statementReplySchema,
  'statement-request': statementRequestSchema,
  'status-claims': statusClaimsSchema,
  'verification-reply': verificationReplySchema,
  'verification-request': verificationRequestSchema,
} as const satisfies Record<string, z.ZodType>;

const BASE = 'https://huren.invalid/schemas/';

/**
 * JSON Schema 2020-12 of a published schema, for what a writer may send. Rules that tie members to one another have no
 * counterpart there; each is named in `x-rules` of the object that it concerns.
 */
export function jsonSchemaOf(name: string, schema: z.ZodType): object {
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const rules = crossRules(zodSchema);
      if (rules.length > 0) jsonSchema['x-rules'] = rules;
      if (isWebUrl(zodSchema)) jsonSchema.pattern = '^[Hh][Tt][Tt][Pp][Ss]?://';
    },
  });
  return {
    $schema,
    $id: `${BASE}${name}.schema.json`,
    ...rest,
    ...($defs === undefined ? {} : { $defs: sorted($defs) }),
  };
}

/** The messages of a schema's own refinements, which JSON Schema cannot say. */
function crossRules(schema: z.core.$ZodTypes): string[] {
  const rules: string[] = [];
  for (const check of schema._zod.def.checks ?? []) {
    if (!(check instanceof z.ZodCustom)) continue;
    const message = check._zod.def.error?.({ code: 'custom', input: undefined, path: [] });
    if (typeof message === 'string') rules.push(message);
  }
  return rules;
}

/** JSON Schema's `format: uri` takes every scheme; these take http and https alone. */
function isWebUrl(schema: z.core.$ZodTypes): boolean {
  return schema instanceof z.ZodURL && schema._zod.def.protocol?.source === '^https?$';
}

/** By name, so that a new reference in one place moves nothing else. */
function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
