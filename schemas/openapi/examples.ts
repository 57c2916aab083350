import { readFileSync } from 'node:fs';

/** Replies of a running sandbox, kept in `examples/`. Every one is checked against its schema by a test. */
export const EXAMPLE_NAMES = [
  'verification-request',
  'verification-reply',
  'batch-request',
  'batch-reply',
  'statement-request',
  'statement-reply',
  'statement-batch-request',
  'statement-batch-line',
  'jwks',
  'entity-configuration',
  'subordinate-statement',
  'resolve-response',
  'federation-list',
  'coverage',
  'readiness',
  'sandbox-codes',
  'sandbox-record',
  'sandbox-venues',
  'sandbox-requests',
  'pass-reply',
  'pass-refused-reply',
  'status-list',
  'audit-reply',
  'historical-keys',
  'trust-bundle',
  'registry-receipt',
  'adapter-list',
  'adapter-view',
  'adapter-version',
  'conformance-report',
  'policy-list',
  'policy-view',
  'deviations',
  'mandate-list',
  'entity-list',
  'subordinate-list',
  'inclusion-proof',
  'consistency-proof',
] as const;
export type ExampleName = (typeof EXAMPLE_NAMES)[number];

/** One example as parsed JSON. */
export function example(name: ExampleName): unknown {
  const value: unknown = JSON.parse(readFileSync(new URL(`examples/${name}.json`, import.meta.url), 'utf8'));
  return value;
}
