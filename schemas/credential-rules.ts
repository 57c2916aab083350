import { z } from 'zod';
import { provinceCodeSchema } from './code-lists/index.ts';
import { credentialFamilySchema } from './credential-family.ts';
import { listHeadSchema } from './credential-list-head.ts';
import { jsonValueSchema } from './scenarios.ts';
import { instantSchema } from './status.ts';

/** What a certificate holds: EU DCC; WHO DDCC vaccination status and test result; WHO ICVP; a SMART Health Card. */
export const credentialContentSchema = z
  .enum(['dcc', 'ddcc-vs', 'ddcc-tr', 'icvp', 'card'])
  .meta({ id: 'CredentialContent' });
export type CredentialContent = z.infer<typeof credentialContentSchema>;

/** Who signs, as trust lists name it: a country, or an address. */
export const credentialIssuerSchema = z.string().min(2).max(1_000);

/**
 * One rule as it is published (EU DCC Validation Rules, members as there): an expression in CertLogic over
 * `payload` and `external`, true where the rule is met.
 */
export const certLogicRuleSchema = z
  .looseObject({
    Identifier: z.string().regex(/^[A-Z0-9]{2,4}-[A-Z0-9]{2,6}-\d{4}$/),
    Type: z.enum(['Acceptance', 'Invalidation']),
    Version: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/),
    Engine: z.literal('CERTLOGIC'),
    CertificateType: z.enum(['General', 'Vaccination', 'Test', 'Recovery']),
    ValidFrom: instantSchema,
    ValidTo: instantSchema,
    Logic: jsonValueSchema,
  })
  .meta({ id: 'CertLogicRule' });
export type CertLogicRule = z.infer<typeof certLogicRuleSchema>;

/**
 * A destination's rules about holder-carried certificates. They are met (green) or not: no certificate says yellow or red. A
 * later document has a greater `sequence`, and is published 48 hours before what is new in it counts.
 */
export const credentialRulesSchema = z
  .strictObject({
    destination: provinceCodeSchema,
    ...listHeadSchema.shape,
    value_sets: z.record(z.string().max(100), z.array(z.string().max(200)).max(5_000)),
    rules: z
      .array(
        z.strictObject({
          family: credentialFamilySchema,
          content: credentialContentSchema,
          issuers: z
            .array(credentialIssuerSchema)
            .min(1)
            .max(1_000)
            .exactOptional()
            .meta({ description: 'whose certificates it is about; absent: of all issuers' }),
          rule: certLogicRuleSchema,
        }),
      )
      .max(500),
  })
  .meta({ id: 'CredentialRules' });
export type CredentialRulesDocument = z.infer<typeof credentialRulesSchema>;
