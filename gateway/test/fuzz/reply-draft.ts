import type { UpstreamReply } from '../../../adapters/drivers/driver.ts';
import { encodeGb18030 } from '../../../adapters/sandbox/encode-gb18030.ts';
import { withAsOf } from '../../../adapters/with-as-of.ts';
import { withValueAt } from '../../../adapters/with-value-at.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { type AskedSystem, NOW_MS } from './asked-systems.ts';
import { oneOf, type Random } from './random.ts';
import { changedAt, jsonOf, pathOf, type Tree, treeOf, xmlOf } from './reply-tree.ts';

/** A reply before it is written down, and what it means: the row of the status table that its record was made with. */
export interface Draft {
  readonly manifest: Manifest;
  readonly meant: string;
  readonly status: number;
  readonly tree: Tree;
  /** Where the record stands, and its status in it. */
  readonly recordPath: readonly string[];
  readonly statusPath: readonly string[];
  readonly isXml: boolean;
  /** Written as plainly as can be, so that a change of one letter is told from a choice of the writer. */
  readonly plain: boolean;
  readonly change: (text: string) => string;
  readonly charset: 'utf-8' | 'gb18030';
  /** What content type and XML declaration say of the charset; null: nothing. */
  readonly said: string | null;
  readonly bytes: (body: Uint8Array) => Uint8Array;
}

const CHARSET_NAMES = {
  'utf-8': [null, 'utf-8', 'UTF-8', 'utf8'],
  gb18030: [null, 'GBK', 'gb2312', 'GB18030'],
} as const;

/** A reply that nothing is wrong with: a record of the system, with a status of its table, in its own envelope. */
export function draftReply({ manifest, records }: AskedSystem, random: Random): Draft {
  const { driver, reply } = manifest;
  const { value, to } = oneOf(random, reply.status.values);
  const timed = withAsOf(oneOf(random, records).record, reply.as_of, NOW_MS - random(86_400_000));
  const record = withValueAt(timed, reply.status.at, otherSpelling(value, random));
  const charset = driver.charset === 'GBK' ? 'gb18030' : 'utf-8';
  const recordPath = pathOf(driver.record_at);
  return {
    manifest,
    meant: to,
    status: 200,
    tree: envelopeOf(manifest, record),
    recordPath,
    statusPath: [...recordPath, ...pathOf(reply.status.at)],
    isXml: driver.name === 'soap',
    plain: false,
    change: (text) => text,
    charset,
    said: oneOf(random, CHARSET_NAMES[charset]),
    bytes: (body) => body,
  };
}

/** The digit string and the number that print alike are one value. */
export function otherSpelling(value: string | number, random: Random): string | number {
  const number = Number(value);
  const isNumber = Number.isSafeInteger(number) && String(number) === String(value);
  return isNumber ? oneOf(random, [number, String(number)]) : value;
}

function envelopeOf({ driver, statement }: Manifest, record: JsonValue): Tree {
  const placed: [string, JsonValue][] = [
    [driver.record_at, record],
    [driver.outcome.at, driver.outcome.found[0] ?? ''],
    ...(statement === null ? [] : [[statement.at, 'a.b.c~'] satisfies [string, string]]),
    // The platform's own code stands beside what it says about a code.
    ...(driver.name === 'irs-token' ? [['/code', '00'] satisfies [string, string]] : []),
  ];
  const document = placed.reduce<JsonValue>((whole, [at, value]) => withValueAt(whole, at, value), { msg: 'ok' });
  return (driver.json_strings ?? [])
    .toReversed()
    .reduce(wrappedAt, treeOf(driver.name === 'soap' ? rootOf(document) : document));
}

/** An XML document has one root. */
function rootOf(document: JsonValue): JsonValue {
  const { Envelope } = Object(document);
  return { Envelope };
}

/** What stands there becomes a string that holds it. */
export function wrappedAt(tree: Tree, pointer: string): Tree {
  return changedAt(tree, pathOf(pointer), (value) => ({ inside: value ?? null }));
}

/** The reply as it comes over the wire. */
export function replyOf(draft: Draft, random: Random): UpstreamReply {
  const { status, isXml, said, charset, bytes } = draft;
  const text = textOf(draft, random);
  const body = charset === 'utf-8' ? new TextEncoder().encode(text) : encodeGb18030(text);
  const type = isXml ? 'text/xml' : oneOf(random, ['application/json', 'text/plain', 'text/html']);
  const headers = {
    'content-type': said === null ? type : `${type}${oneOf(random, [';charset=', '; charset="'])}${said}`,
  };
  return { status, headers, body: bytes(body) };
}

/** The text of a reply. */
export function textOf({ tree, isXml, plain, change, said }: Draft, random: Random): string {
  if (!isXml) return change(jsonOf(tree, random, plain));
  const declaration = said === null || plain ? '' : `<?xml version="1.0" encoding="${said}"?>`;
  return change(declaration + xmlOf(tree, random, plain));
}
