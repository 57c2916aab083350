import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { generatedFiles } from './generate.ts';
import { PUBLISHED_SCHEMAS } from './json-schema.ts';

/**
 * `beyond_json_schema`: a rule that ties members to one another, which JSON Schema does not say (its `x-rules` does);
 * there the value must be accepted, so that the mark stays true.
 */
const vectorSchema = z.strictObject({
  schema: z.string(),
  defect: z.string().min(10).optional(),
  beyond_json_schema: z.literal(true).optional(),
  value: z.json(),
});

const files = generatedFiles();
const published = new Map(
  Object.entries(PUBLISHED_SCHEMAS).map(([name, schema]) => {
    const generated = z.looseObject({ $ref: z.string() }).parse(JSON.parse(files.get(`${name}.schema.json`) ?? 'null'));
    return [generated.$ref.replace('#/$defs/', ''), { schema, fromJson: readBack(generated) }];
  }),
);

const valid = readVectors('valid');
const invalid = readVectors('invalid');

describe('valid vectors', () => {
  test.each(valid)('$name is not refused by zod or by the generated JSON Schema', ({ vector }) => {
    const { schema, fromJson } = schemasOf(vector.schema);
    expect(schema.safeParse(vector.value).error?.issues).toBeUndefined();
    expect(fromJson.safeParse(vector.value).error?.issues).toBeUndefined();
    expect(vector.defect).toBeUndefined();
  });
});

describe('invalid vectors', () => {
  test.each(invalid)('$name is not let through by zod', ({ vector }) => {
    const { error } = schemasOf(vector.schema).schema.safeParse(vector.value);
    expect(error).toBeDefined();
    expect(new Set(error?.issues.map(({ path }) => path.join('/'))).size, 'one defect a file').toBe(1);
    expect(vector.defect).toBeDefined();
  });

  test.each(invalid)('$name is not let through by the generated JSON Schema, where that can tell', ({ vector }) => {
    const { success } = schemasOf(vector.schema).fromJson.safeParse(vector.value);
    expect(success).toBe(vector.beyond_json_schema === true);
  });
});

test('no published schema is without a valid and an invalid vector', () => {
  const named = (vectors: typeof valid) => [...new Set(vectors.map(({ vector }) => vector.schema))].sort();
  expect(named(valid)).toEqual([...published.keys()].sort());
  expect(named(invalid)).toEqual([...published.keys()].sort());
});

test('the vectors of one schema do not all share one defect', () => {
  const defects = invalid.map(({ vector }) => `${vector.schema}: ${vector.defect}`);
  expect(defects.filter((defect, index) => defects.indexOf(defect) !== index)).toEqual([]);
});

/** zod's own reader of JSON Schema. It ignores `x-` members, as any reader may. */
function readBack(generated: { $ref: string }): z.ZodType {
  return z.fromJSONSchema(generated);
}

function schemasOf(name: string) {
  const found = published.get(name);
  if (found === undefined) throw new Error(`${name} is not published`);
  return found;
}

function readVectors(kind: 'valid' | 'invalid') {
  const folder = join(import.meta.dirname, 'vectors', kind);
  return readdirSync(folder)
    .filter((name) => !name.startsWith('adapter-check-')) // read by adapters/conformance
    .sort()
    .map((name) => ({ name, vector: vectorSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))) }));
}
