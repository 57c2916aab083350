import { z } from 'zod';
import { localisedTextSchema } from '../../../schemas/code-lists/index.ts';

/** Longer than what a person is answered with. */
const textSchema = z.object({ zh: z.string(), en: z.string() });

/** JSON Schema, as far as the page lays it out. */
const jsonSchema = z.object({
  $ref: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  description: z.string().optional(),
  'x-description': localisedTextSchema.optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  required: z.array(z.string()).optional(),
  get anyOf() {
    return z.array(jsonSchema).optional();
  },
  get oneOf() {
    return z.array(jsonSchema).optional();
  },
  get items() {
    return z.union([jsonSchema, z.boolean()]).optional();
  },
  get properties() {
    return z.record(z.string(), jsonSchema).optional();
  },
});
export type JsonSchema = z.infer<typeof jsonSchema>;

const contentSchema = z.record(
  z.string(),
  z.object({ schema: jsonSchema.default({}), example: z.unknown().optional() }),
);
export type Content = z.infer<typeof contentSchema>;

const operationSchema = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.array(z.string()))).default([]),
  'x-summary': textSchema,
  'x-description': textSchema.optional(),
  'x-sandbox-only': z.boolean().default(false),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        required: z.boolean().default(false),
        schema: jsonSchema,
        description: z.string().optional(),
      }),
    )
    .default([]),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(
    z.string(),
    z.object({
      'x-description': textSchema.optional(),
      'x-problem-codes': z.array(z.string()).optional(),
      content: contentSchema.default({}),
    }),
  ),
});

/** /openapi.json, as far as the page lays it out. */
export const descriptionSchema = z.object({
  info: z.object({ 'x-description': textSchema }),
  tags: z.array(z.object({ name: z.string(), 'x-description': textSchema })),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({
    examples: z.record(z.string(), z.object({ value: z.unknown() })),
    schemas: z.record(z.string(), jsonSchema),
  }),
});
export type Description = z.infer<typeof descriptionSchema>;

/** One operation with its method and path. */
export interface Operation extends z.infer<typeof operationSchema> {
  readonly method: string;
  readonly path: string;
}

/** Operations that are about one thing. */
export interface Group {
  readonly name: string;
  readonly text: z.infer<typeof textSchema>;
  readonly operations: readonly Operation[];
}

const listedProblemSchema = z.object({
  code: z.string(),
  status: z.int(),
  text: localisedTextSchema,
  next: localisedTextSchema,
});
/** What can go wrong, and what to do then. */
export type ListedProblem = z.infer<typeof listedProblemSchema>;

/** The operations by their tags, in the order of the description. */
export function groupsOf({ tags, paths }: Description): Group[] {
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, operation]): Operation => ({ ...operation, method: method.toUpperCase(), path }),
    ),
  );
  return tags.map(({ name, 'x-description': text }) => ({
    name,
    text,
    operations: all.filter((operation) => operation.tags.includes(name)),
  }));
}

/** Every problem, by its code. */
export function problemsOf({ components }: Description): ReadonlyMap<string, ListedProblem> {
  const problems = Object.values(components.examples).flatMap(({ value }) => {
    const { data } = listedProblemSchema.safeParse(value);
    return data === undefined ? [] : [data];
  });
  return new Map(problems.map((problem) => [problem.code, problem]));
}

/** The codes that an operation can be refused with. */
export function problemCodesOf({ responses }: Operation): string[] {
  return Object.values(responses).flatMap((response) => response['x-problem-codes'] ?? []);
}
