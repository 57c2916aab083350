import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UpstreamError } from '../upstream-error.ts';
import { NOW_MS, OUTCOME } from './loopback.fixture.ts';
import { compileReply } from './reply.ts';
import { parseXml } from './soap/xml.ts';

const RUNS = { numRuns: 2_000 };
const outcome = {
  ...OUTCOME,
  busy: [503],
  by_status: [
    { status: 404, means: 'unknown' as const },
    { status: 500, means: 'expired' as const, at: '/code', codes: [7] },
  ],
};
const config = { outcome, record_at: '/content/data', json_strings: ['/content', '/content/data'] };
const byFormat = {
  json: compileReply(config, null, { nowMs: () => NOW_MS }),
  xml: compileReply(config, null, { nowMs: () => NOW_MS }, parseXml),
};

const scalars = fc.constantFrom(
  0,
  7,
  111,
  '404',
  503,
  '',
  null,
  'x',
  '{"data":{}}',
  '{"data":"{\\"a\\":1}"}',
  '{"a":1,"a":2}',
);
const nearJson = fc
  .array(fc.tuple(fc.constantFrom('code', 'content', 'data', 'c\\u006fde', '__proto__'), scalars), { maxLength: 4 })
  .map((members) => `{${members.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join(',')}}`);
const nearXml = fc
  .array(
    fc.constantFrom(
      '<code>',
      '</code>',
      '<content/>',
      '0',
      '&#48;',
      '&x;',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?xml encoding="GBK"?>',
      '<!DOCTYPE a>',
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(''));
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.oneof(nearJson, nearXml, fc.string({ unit: 'binary' })).map((text) => new Uint8Array(Buffer.from(text))),
);
const headers = fc.dictionary(
  fc.constantFrom('content-type', 'retry-after'),
  fc.oneof(
    fc.string(),
    fc.constantFrom('application/json; charset=GBK', 'text/xml', '120', 'Thu, 10 Mar 2022 00:00:07 GMT'),
  ),
);
const statuses = fc.oneof(fc.constantFrom(200, 404, 500, 503), fc.integer({ min: 100, max: 599 }));

/** The reply is the answer that it declares itself to be, or one of the closed failures; never anything else. */
test.each(['json', 'xml'] as const)('what a system sends as %s ends in an error of nobody’s', (format) => {
  fc.assert(
    fc.property(statuses, headers, bodies, (status, given, body) => {
      try {
        const answer = byFormat[format].read({ status, headers: given, body });
        if (answer.kind === 'found') expect([status, typeof answer.record]).toEqual([200, 'object']);
        else expect([200, 404, 500]).toContain(status);
      } catch (error) {
        expect(error).toBeInstanceOf(UpstreamError);
      }
    }),
    RUNS,
  );
});
