import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { compilePointer } from '../../pointer.ts';
import { encodeGb18030 } from '../../sandbox/encode-gb18030.ts';
import { type Answer, NOW_MS, openLoopback, type Received } from '../loopback.fixture.ts';
import { soap } from './driver.ts';
import { parseXml } from './xml.ts';

const SECRETS = { username: 'gateway', password: 'pa&ss' };
const outcome = { at: '/Envelope/Body/queryResponse/code', found: [0], expired: [1], unknown: [2] };
const config = {
  name: 'soap',
  path: '/ws',
  code_member: 'qr',
  namespace: 'http://ws.sandbox.invalid/',
  operation: 'query',
  soap_action: 'urn:query',
  outcome,
  record_at: '/Envelope/Body/queryResponse/record',
} as const;
const XML = { 'content-type': 'text/xml' };

const envelope = (inner: string) =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inner}</s:Body></s:Envelope>`;
const response = (inner: string) => envelope(`<n:queryResponse xmlns:n="urn:n">${inner}</n:queryResponse>`);
const fault = (code: string) =>
  envelope(`<s:Fault><faultcode>${code}</faultcode><faultstring>no</faultstring></s:Fault>`);
const RECORD = '<record><colour>01</colour><why>A1</why><why>A2</why><popup/><note><![CDATA[a<b]]></note></record>';

function system({ headers, body }: Received): Answer {
  const at = (pointer: string) => compilePointer(pointer)(parseXml(body));
  const security = '/Envelope/Header/Security/UsernameToken';
  const nonce = Buffer.from(String(at(`${security}/Nonce`)), 'base64').toString('utf8');
  const created = String(at(`${security}/Created`));
  const digest = createHash('sha1').update(`${nonce}${created}${SECRETS.password}`).digest('base64');
  const good =
    at(`${security}/Username`) === 'gateway' &&
    at(`${security}/Password`) === digest &&
    Date.parse(created) === NOW_MS &&
    headers['soapaction'] === '"urn:query"' &&
    at('/Envelope/Body/query/qr') === 'a<b&c';
  return good
    ? { headers: XML, body: response(`<code>0</code>${RECORD}`) }
    : { status: 500, headers: XML, body: fault('wsse:FailedAuthentication') };
}

async function askOf(body: string, status = 200) {
  const { context } = await openLoopback(SECRETS, () => ({ status, headers: XML, body }));
  return await soap.open(config, null, context)('tok');
}

describe('soap', () => {
  test('the user name token is accepted, the code escaped, and the record read as text', async () => {
    const { context } = await openLoopback(SECRETS, system);
    await expect(soap.open(config, null, context)('a<b&c')).resolves.toEqual({
      kind: 'found',
      record: { colour: '01', why: ['A1', 'A2'], note: 'a<b' },
      statement: null,
    });
  });

  test('a wrong password is refused, and the fault is understood as such', async () => {
    const { context } = await openLoopback({ ...SECRETS, password: 'wrong' }, system);
    await expect(soap.open(config, null, context)('a<b&c')).rejects.toThrow(
      expect.objectContaining({ code: 'credentials' }),
    );
  });

  test('an expired code is an answer', async () => {
    await expect(askOf(response('<code>1</code>'))).resolves.toEqual({ kind: 'absent', why: 'expired' });
  });

  const good = `<code>0</code>${RECORD}`;
  const afterProlog = (text: string) => response(good).replace('?>', `?>${text}`);
  const nested = `${'<a>'.repeat(40)}x${'</a>'.repeat(40)}`;
  test.each([
    ['another fault', fault('s:Server'), 500, 'status'],
    ['a fault that says 200', fault('wsse:FailedAuthentication'), 200, 'malformed'],
    ['a document type', afterProlog('<!DOCTYPE x [<!ENTITY e "0">]>'), 200, 'malformed'],
    ['a lower-case document type', afterProlog('<!doctype x>'), 200, 'malformed'],
    ['an entity that XML does not have', response(`<code>0</code><record><a>&nbsp;</a></record>`), 200, 'malformed'],
    ['a bare ampersand', response(`<code>0</code><record><a>a & b</a></record>`), 200, 'malformed'],
    ['a reference to no character', response(`<code>&#0;</code>${RECORD}`), 200, 'malformed'],
    ['a reference to half a character', response(`<code>&#xD800;</code>${RECORD}`), 200, 'malformed'],
    ['two bodies', response(good).replace(/<s:Body>.*<\/s:Body>/s, '$&$&'), 200, 'malformed'],
    ['a deep nest', response(`${good}${nested}`), 200, 'malformed'],
    ['half a document', response(good).slice(0, -12), 200, 'malformed'],
    ['text after the document', `${response(good)}junk`, 200, 'malformed'],
    ['a second document', `${response(good)}<x/>`, 200, 'malformed'],
    ['a tag closed by another', response(good.replace('</why>', '</who>')), 200, 'malformed'],
    ['JSON', '{"code":0}', 200, 'malformed'],
    ['nothing', '', 200, 'malformed'],
    ['an empty record', response('<code>0</code><record/>'), 200, 'malformed'],
    ['two codes', response(`<code>0</code><code>1</code>${RECORD}`), 200, 'malformed'],
  ])('%s is no answer', async (_defect, body, status, code) => {
    await expect(askOf(body, status)).rejects.toThrow(expect.objectContaining({ code }));
  });

  test('character references are read as what they stand for, and in CDATA as letters', async () => {
    const record =
      '<record><a>&#32511;&#x7801;</a><b>&lt;&amp;#48;&gt;&quot;&apos;</b><c><![CDATA[&#48;&lt;]]></c></record>';
    await expect(askOf(response(`<!-- <![CDATA[ --><code>&#48;</code>${record}`))).resolves.toMatchObject({
      record: { a: '绿码', b: `<&#48;>"'`, c: '&#48;&lt;' },
    });
  });

  test.each([
    ['ns:Client.NoSuchCode', 'unknown'],
    ['Client.Expired', 'expired'],
  ])('a fault %s that is declared is no answer', async (faultcode, why) => {
    const { context } = await openLoopback(SECRETS, () => ({ status: 500, headers: XML, body: fault(faultcode) }));
    const at = '/Envelope/Body/Fault/faultcode';
    const by_status = [
      { status: 500, means: 'unknown' as const, at, codes: ['Client.NoSuchCode'] },
      { status: 500, means: 'expired' as const, at, codes: ['Client.Expired'] },
    ];
    const asking = soap.open({ ...config, outcome: { ...outcome, by_status } }, null, context);
    await expect(asking('tok')).resolves.toEqual({ kind: 'absent', why });
  });

  test('a question that stands deeper, with constants, is sent flat', async () => {
    const { context, received } = await openLoopback(SECRETS, system);
    const nested = { ...config, within: '/arg0/query', fields: [{ name: 'source', value: 'a&b' }] };
    await soap
      .open(
        nested,
        null,
        context,
      )('tok')
      .catch(() => undefined);
    const sent = compilePointer('/Envelope/Body/query/arg0/query')(parseXml(received[0]?.body ?? ''));
    expect(sent).toEqual({ source: 'a&b', qr: 'tok' });
  });

  test('a document in GBK is read by its declaration', async () => {
    const inGbk = response(`<code>0</code><record><colour>绿码</colour></record>`).replace('?>', ' encoding="GBK"?>');
    const { context } = await openLoopback(SECRETS, () => ({ headers: XML, body: encodeGb18030(inGbk) }));
    await expect(soap.open(config, null, context)('tok')).resolves.toMatchObject({ record: { colour: '绿码' } });
  });

  test('an element cannot reach the prototype of the record', async () => {
    const answer = await askOf(
      response(`<code>0</code><record><__proto__><colour>1</colour></__proto__><b>1</b></record>`),
    ).catch(() => null);
    if (answer?.kind === 'found') expect(compilePointer('/colour')(answer.record)).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, 'colour')).toBe(false);
  });
});

test.each([
  ['attribute', (open: string) => `<a x="${open.repeat(500_000 / open.length)}">t</a>`],
  ['text', (open: string) => `<a>t</a>${open.repeat(500_000 / open.length)}`],
])(
  'a reply takes the square of its length, by what begins in an %s and does not end',
  (_where, around) => {
    for (const open of ['<?', '<!--', '<![CDATA[']) expect(() => parseXml(around(open))).toThrow('not XML');
  },
  5_000,
);
