import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../import-graph.ts';

export const COMPOSE_FILE = join(ROOT, 'deploy/compose.yaml');

const conditionSchema = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);
const dependsSchema = z.union([
  z.array(z.string()).transform((names) => new Map(names.map((name) => [name, 'service_started' as const]))),
  z
    .record(z.string(), z.object({ condition: conditionSchema }))
    .transform((needs) => new Map(Object.entries(needs).map(([name, { condition }]) => [name, condition]))),
]);
const serviceSchema = z.object({
  image: z.string(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).default({}),
  read_only: z.boolean().default(false),
  networks: z.object({ nation: z.object({ ipv4_address: z.ipv4() }) }),
  depends_on: dependsSchema.default(new Map()),
});
const composeSchema = z.object({ services: z.record(z.string(), serviceSchema) });

export type Condition = z.infer<typeof conditionSchema>;
/** One service as deploy/compose.yaml has it. */
export type Service = z.output<typeof serviceSchema>;

/** The services of deploy/compose.yaml, by name, with what they share merged in. */
export function readComposeFile(): ReadonlyMap<string, Service> {
  const document: unknown = parse(readFileSync(COMPOSE_FILE, 'utf8'), { merge: true });
  return new Map(Object.entries(composeSchema.parse(document).services));
}

/** What the image sets for every command that runs in it. */
export function imageEnvironment(): Readonly<Record<string, string>> {
  const dockerfile = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8');
  const [, text = ''] = /^ENV (.+)$/m.exec(dockerfile) ?? [];
  return Object.fromEntries(text.split(' ').map((pair) => pair.split('=')));
}
