import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { UpstreamError } from '../../upstream-error.ts';

const MAX_NESTED_TAGS = 32;
/** `<!DOCTYPE`, `<!ENTITY` and their like: all that starts with `<!` but comments and CDATA. */
const MARKUP_DECLARATION = /<!(?!--|\[CDATA\[)/;
/** What must be told apart before `&` is read, by how it begins and ends: a comment, a processing instruction, a CDATA section. */
const SECTION_ENDS: ReadonlyMap<string, string> = new Map([
  ['<!--', '-->'],
  ['<?', '?>'],
  ['<![CDATA[', ']]>'],
]);
const SECTION_START = /<!--|<\?|<!\[CDATA\[/g;
const REFERENCE = /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));|&/g;
const PREDEFINED = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" } as const;

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: false,
  maxNestedTags: MAX_NESTED_TAGS,
});

/**
 * Reads an XML document as JSON: elements by local name, text as strings, repeated elements as lists, attributes
 * dropped, empty elements left out. Character references and the five entities of XML itself are read; a document type
 * is refused, since it could define others (XXE, billion laughs), and so is a reference that is none of these. Nesting is
 * bounded here and size by the caller. Throws UpstreamError `malformed`, which quotes nothing of the reply.
 */
export function parseXml(text: string): JsonValue {
  if (MARKUP_DECLARATION.test(text)) throw new UpstreamError('malformed', 'the reply declares a document type');
  const plain = withoutSections(text);
  if (XMLValidator.validate(text) !== true) throw new UpstreamError('malformed', 'the reply is not XML');
  const document = parseWellFormed(plain);
  // The validator lets a second root through; `?xml` and its like are no roots.
  const roots = Object.keys(Object(document)).filter((name) => !name.startsWith('?'));
  if (roots.length !== 1) throw new UpstreamError('malformed', 'the reply is not one document');
  return readable(document);
}

/**
 * The same document without comments, and with text in place of CDATA. One that does not end is not looked for again from
 * each that begins after it: a province could have that take the square of its reply's length, for which nobody else is
 * answered. Throws UpstreamError `malformed`.
 */
function withoutSections(text: string): string {
  let plain = '';
  let from = 0;
  for (const { 0: opening, index } of text.matchAll(SECTION_START)) {
    if (index < from) continue;
    const closing = SECTION_ENDS.get(opening) ?? '';
    const [start, end] = [index + opening.length, text.indexOf(closing, index + opening.length)];
    if (end === -1) throw new UpstreamError('malformed', 'the reply is not XML');
    const after = end + closing.length;
    plain += text.slice(from, index);
    if (opening === '<?') plain += text.slice(index, after);
    if (opening === '<![CDATA[') plain += escaped(text.slice(start, end));
    from = after;
  }
  return plain + text.slice(from);
}

/** In a CDATA section `&lt;` is five letters; outside it is one. Escaped once more, both are read by one rule. */
function escaped(cdata: string): string {
  return cdata.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function parseWellFormed(text: string): JsonValue {
  try {
    return parser.parse(text);
  } catch {
    throw new UpstreamError('malformed', 'the reply is not XML that we read');
  }
}

function readable(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.includes('&') ? value.replaceAll(REFERENCE, characterOf) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.filter((item) => item !== '').map(readable);
  const members = Object.entries(value).filter(([, item]) => item !== '');
  return Object.fromEntries(members.map(([name, item]) => [name, readable(item)]));
}

function characterOf(_all: string, decimal?: string, hex?: string, name?: keyof typeof PREDEFINED): string {
  if (name !== undefined) return PREDEFINED[name];
  const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  if (!isCharacter(point)) throw new UpstreamError('malformed', 'the reply refers to what is no character of XML');
  return String.fromCodePoint(point);
}

/** XML 1.0 section 2.2. */
function isCharacter(point: number): boolean {
  if (point < 0x20) return point === 0x9 || point === 0xa || point === 0xd;
  if (point >= 0xd800 && point < 0xe000) return false;
  return point <= 0x10ffff && point !== 0xfffe && point !== 0xffff;
}
