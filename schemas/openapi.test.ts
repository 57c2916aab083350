import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXAMPLE_NAMES } from './openapi/examples.ts';
import { describeApi, OPERATIONS } from './openapi.ts';
import { problemCodeSchema, problemSchema } from './problem.ts';

const document = describeApi('0.0.0');
const text = JSON.stringify(document);

const shown = OPERATIONS.flatMap(({ id, body, replies }) => [
  ...(body === undefined ? [] : [{ what: `${id} request`, ...body }]),
  ...replies.flatMap((reply) =>
    reply.mediaType === null || reply.example === undefined ? [] : [{ what: `${id} ${reply.status}`, ...reply }],
  ),
]);

test.each(shown)('the example of $what does not differ from what its schema asks', ({ schema, example }) => {
  expect(schema.safeParse(example).error?.issues).toBeUndefined();
});

test('no example is kept that nobody shows, and none is missing', () => {
  const kept = readdirSync(join(import.meta.dirname, 'openapi/examples')).map((name) => name.replace('.json', ''));
  expect(kept.sort()).toEqual([...EXAMPLE_NAMES].sort());
});

describe('the document', () => {
  test('does not leave a venue untold of a header that a reply to it carries', () => {
    const { responses = {} } = document.paths?.['/v1/verifications']?.post ?? {};
    const named = (status: string) => {
      const response = responses[status];
      return response !== undefined && 'headers' in response ? Object.keys(response.headers ?? {}) : [];
    };
    expect(named('200')).toEqual(['X-Request-Id', 'RateLimit-Policy', 'DPoP-Nonce']);
    expect(named('401')).toEqual(['X-Request-Id', 'WWW-Authenticate', 'DPoP-Nonce']);
    expect(named('429')).toEqual(['X-Request-Id', 'Retry-After', 'RateLimit', 'RateLimit-Policy']);
    expect(named('405')).toEqual(['X-Request-Id', 'Allow']);
  });

  test('does not name two operations alike', () => {
    const ids = OPERATIONS.map(({ id }) => id);
    const places = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(places).size).toBe(places.length);
    expect(Object.keys(document.paths ?? {}).sort()).toEqual([...new Set(OPERATIONS.map(({ path }) => path))].sort());
  });

  test('does not leave a problem code unexplained in either language', () => {
    const examples = Object.values(document.components?.examples ?? {});
    const problems = examples.map((example) => problemSchema.parse('value' in example ? example.value : null));
    expect(problems.map(({ code }) => code)).toEqual([...problemCodeSchema.values]);
  });

  test('does not point at a component that it lacks', () => {
    const named = [...text.matchAll(/"\$ref":"#\/components\/(schemas|examples)\/([^"]+)"/g)];
    expect(named.length).toBeGreaterThan(50);
    for (const [, kind, name = ''] of named) {
      const components = kind === 'schemas' ? document.components?.schemas : document.components?.examples;
      expect(Object.hasOwn(components ?? {}, name), name).toBe(true);
    }
  });

  test('does not let an operation for venues or gateways look public, nor a public one closed', () => {
    const needsToken = OPERATIONS.filter(({ who }) => who === 'venue' || who === 'gateway').map(({ path }) => path);
    const isClosed = (security: readonly unknown[] = []) => security.length > 0;
    const closed = Object.entries(document.paths ?? {}).filter(([, { get, post }]) =>
      isClosed((post ?? get)?.security),
    );
    expect(closed.map(([path]) => path)).toEqual(needsToken);
    expect(needsToken).toEqual([
      '/v1/verifications',
      '/v1/verifications/batch',
      '/v1/passes',
      '/v1/passes/revocations',
      '/v1/statements',
      '/v1/statements/batch',
      '/v1/coverage/reports',
      '/v1/statements/relay',
    ]);
  });

  test('does not hide that a sandbox path is there in sandbox mode alone', () => {
    for (const { method, path, who } of OPERATIONS) {
      const operation = document.paths?.[path]?.[method];
      expect(operation?.['x-sandbox-only'] === true, path).toBe(path.startsWith('/sandbox/'));
      expect(who === 'sandbox', path).toBe(path.startsWith('/sandbox/'));
    }
  });

  test('does not carry a name that nobody gave', () => {
    expect(text).not.toContain('__schema');
  });
});
