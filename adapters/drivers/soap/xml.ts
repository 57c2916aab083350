import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { UpstreamError } from '../../upstream-error.ts';

const MAX_NESTED_TAGS = 32;
/** `<!DOCTYPE`, `<!ENTITY` and their like: all that starts with `<!` but comments and CDATA. */
const MARKUP_DECLARATION = /<!(?!--|\[CDATA\[)/;

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: false,
  maxNestedTags: MAX_NESTED_TAGS,
});

/**
 * Reads an XML document as JSON: elements by local name, text as strings, repeated elements as lists, attributes
 * dropped, empty elements left out. Entities are not expanded, not even the five of XML, so a text with `&` matches no
 * table; a document type is refused, since it could define entities (XXE, billion laughs); nesting is bounded here and
 * size by the caller. Throws UpstreamError `malformed`, which quotes nothing of the reply.
 */
export function parseXml(text: string): JsonValue {
  if (MARKUP_DECLARATION.test(text)) throw new UpstreamError('malformed', 'the reply declares a document type');
  if (XMLValidator.validate(text) !== true) throw new UpstreamError('malformed', 'the reply is not XML');
  const document = parseWellFormed(text);
  // The validator lets a second root through; `?xml` and its like are no roots.
  const roots = Object.keys(Object(document)).filter((name) => !name.startsWith('?'));
  if (roots.length !== 1) throw new UpstreamError('malformed', 'the reply is not one document');
  return withoutEmpty(document);
}

function parseWellFormed(text: string): JsonValue {
  try {
    return parser.parse(text);
  } catch {
    throw new UpstreamError('malformed', 'the reply is not XML that we read');
  }
}

function withoutEmpty(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.filter((item) => item !== '').map(withoutEmpty);
  const members = Object.entries(value).filter(([, item]) => item !== '');
  return Object.fromEntries(members.map(([name, item]) => [name, withoutEmpty(item)]));
}
