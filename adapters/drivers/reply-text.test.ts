import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Charset } from '../../schemas/driver-exchange.ts';
import { encodeGb18030 } from '../sandbox/encode-gb18030.ts';
import { openLoopback } from './loopback.fixture.ts';
import { textOf } from './reply-text.ts';

const GREEN = '绿码';
const bytesOf = { 'UTF-8': (text: string) => Buffer.from(text), GBK: encodeGb18030 } as const;

function read(body: Uint8Array, contentType: string | null, charset?: Charset): string {
  const headers: Record<string, string> = contentType === null ? {} : { 'content-type': contentType };
  return textOf({ status: 200, headers, body }, charset);
}

const encoding = expect.objectContaining({ code: 'encoding' });

describe('a reply', () => {
  test.each([
    ['application/json', undefined],
    ['application/json; charset=utf-8', undefined],
    ['application/json;charset="UTF8"', undefined],
    ['application/json', 'UTF-8'],
    [null, undefined],
  ] as const)('in UTF-8 is not read: %s, manifest %s', (contentType, charset) => {
    expect(read(bytesOf['UTF-8'](GREEN), contentType, charset)).toBe(GREEN);
  });

  test.each([
    ['application/json; charset=GBK', undefined],
    ['text/html; Charset = gb2312', undefined],
    ['application/json; charset=GB18030', 'GBK'],
    ['application/json', 'GBK'],
    [null, 'GB18030'],
  ] as const)('in GBK is not read: %s, manifest %s', (contentType, charset) => {
    expect(read(bytesOf.GBK(GREEN), contentType, charset)).toBe(GREEN);
  });

  test('has its byte order mark read as text', () => {
    expect(read(Buffer.from('\ufeff{}'), 'application/json')).toBe('{}');
    expect(read(Buffer.from('\ufeff{}'), 'application/json; charset=utf-8', 'UTF-8')).toBe('{}');
  });

  test('in XML is read without its declaration', () => {
    const xml = (label: string) => `<?xml version="1.0" encoding="${label}"?><a>${GREEN}</a>`;
    expect(read(bytesOf.GBK(xml('GBK')), 'text/xml')).toBe(xml('GBK'));
    expect(read(bytesOf.GBK(xml('gb2312')), 'text/xml; charset=gbk', 'GB18030')).toBe(xml('gb2312'));
    expect(read(bytesOf['UTF-8'](xml('UTF-8')), null)).toBe(xml('UTF-8'));
  });
});

describe('an encoding is guessed', () => {
  const xmlSaying = (label: string) => Buffer.from(`<?xml version='1.0' encoding='${label}' ?><a/>`);
  test.each([
    ['GBK that nobody declared', bytesOf.GBK(GREEN), 'application/json', undefined],
    [
      'UTF-8 that is declared as GBK by the manifest, and by its header as what it is',
      bytesOf['UTF-8'](GREEN),
      'text/plain; charset=utf-8',
      'GBK',
    ],
    ['GBK that its header calls UTF-8', bytesOf.GBK(GREEN), 'text/plain; charset=utf-8', 'GBK'],
    ['a header that contradicts the XML', xmlSaying('GBK'), 'text/xml; charset=utf-8', undefined],
    ['a manifest that contradicts the XML', xmlSaying('UTF-8'), 'text/xml', 'GBK'],
    ['a byte order mark that contradicts the header', Buffer.from('\ufeff{}'), 'text/plain; charset=gbk', undefined],
    [
      'a byte order mark before XML that says GBK',
      Buffer.concat([Buffer.from('\ufeff'), xmlSaying('GBK')]),
      null,
      undefined,
    ],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'application/json', undefined],
    ['Latin-1 by its header', Buffer.from('{}'), 'application/json; charset=ISO-8859-1', undefined],
    ['an encoding by the name of a member', Buffer.from('{}'), 'application/json; charset=constructor', undefined],
    ['broken UTF-8', Buffer.of(0x7b, 0xc3, 0x7d), 'application/json', undefined],
    ['broken GBK', Buffer.of(0x7b, 0x81, 0x20), 'application/json', 'GBK'],
  ] as const)('%s', (_what, body, contentType, charset) => {
    expect(() => read(body, contentType, charset)).toThrow(encoding);
  });

  test('any bytes come out as a text that is none of theirs', () => {
    const charsets = fc.constantFrom<Charset | undefined>(undefined, 'UTF-8', 'GBK', 'GB18030');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), charsets, (body, charset) => {
        let text: string;
        try {
          text = read(body, 'application/json', charset);
        } catch (error) {
          expect(error).toEqual(encoding);
          return;
        }
        expect(text).not.toContain('\ufffd');
      }),
    );
  });
});

test('the bytes are decoded on their way, over real HTTP', async () => {
  const headers = { 'content-type': 'application/json; charset=GBK' };
  const { context } = await openLoopback({}, () => ({ headers, body: encodeGb18030(GREEN) }));
  expect(textOf(await context.fetch({ method: 'GET', path: '/', headers: {} }), undefined)).toBe(GREEN);
});
