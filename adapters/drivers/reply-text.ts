import type { Charset } from '../../schemas/driver-exchange.ts';
import { UpstreamError } from '../upstream-error.ts';
import type { UpstreamReply } from './driver.ts';

/** Encodings in which a province may answer. What a label calls GB2312 or GBK is read as GB18030, which holds both. */
type Encoding = 'utf-8' | 'gb18030';

const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['gb2312', 'gb18030'],
  ['gbk', 'gb18030'],
  ['gb18030', 'gb18030'],
]);
const DECODERS = {
  'utf-8': new TextDecoder('utf-8', { fatal: true }),
  gb18030: new TextDecoder('gb18030', { fatal: true }),
} as const satisfies Record<Encoding, TextDecoder>;
const HEADER_CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;
const XML_DECLARATION = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([^"'>]{1,40})["']/;
const XML_DECLARATION_BYTES = 160;
const XML_START = [0x3c] as const;
const UTF8_MARK = [0xef, 0xbb, 0xbf] as const;

/**
 * A reply's text. Its byte order mark, its content type, an XML declaration and the manifest may each say how it is
 * encoded; they have to say the same, and where nobody says anything it is UTF-8. Throws UpstreamError `encoding` where
 * they contradict one another, where somebody names another encoding, and for bytes that are none of it: a colour that
 * was read in the wrong encoding is another word, and might be one of the table's.
 */
export function textOf({ headers, body }: UpstreamReply, charset: Charset | undefined): string {
  const said = [charset?.toLowerCase(), HEADER_CHARSET.exec(headers['content-type'] ?? '')?.[1], inXml(body)];
  const encodings = new Set(said.filter((label) => label !== undefined).map(encodingOf));
  if (startsWith(body, UTF8_MARK)) encodings.add('utf-8');
  const [encoding = 'utf-8', ...others] = encodings;
  if (others.length > 0) throw refused('the reply is declared to be in two encodings');
  try {
    return DECODERS[encoding].decode(body);
  } catch {
    throw refused('the reply is not in the encoding that it is declared to be in');
  }
}

function encodingOf(label: string): Encoding {
  const encoding = ENCODINGS.get(label.toLowerCase());
  if (encoding === undefined) throw refused('the reply is declared to be in an encoding that is not read');
  return encoding;
}

/** What an XML document says of itself, in letters that all these encodings share. */
function inXml(body: Uint8Array): string | undefined {
  if (!startsWith(body, XML_START) && !startsWith(body, UTF8_MARK)) return undefined;
  const start = String.fromCharCode(...body.subarray(0, XML_DECLARATION_BYTES));
  return XML_DECLARATION.exec(start)?.[1];
}

function startsWith(body: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, index) => body[index] === byte);
}

function refused(detail: string): UpstreamError {
  return new UpstreamError('encoding', detail);
}
