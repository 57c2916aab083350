import { alterText, oneOf, type Random } from './random.ts';
import { type Draft, textOf } from './reply-draft.ts';
import { meaningOf, type ReplyFault, UNMAPPED } from './reply-faults.ts';
import { pathOf } from './reply-tree.ts';

const ENCODING = ['failed encoding'];

/** Said to be in an encoding in which it is not, or in two, or in one that nobody reads. */
export const otherEncoding: ReplyFault = (draft, random) => {
  const isUtf8 = draft.charset === 'utf-8';
  return oneOf(random, [
    () => ({
      draft: { ...draft, said: oneOf(random, ['utf-16', 'big5', 'latin1', 'x', 'gb18030-2005']) },
      expected: ENCODING,
    }),
    // Where the manifest names the encoding, a reply that names the other one is not believed; else it is its own word.
    () => ({ draft: { ...draft, said: isUtf8 ? 'GBK' : 'UTF-8' }, expected: isUtf8 ? inOther(draft) : ENCODING }),
    () => ({
      draft: { ...draft, bytes: (body: Uint8Array) => Buffer.concat([Buffer.of(0xff, 0xfe), body]) },
      expected: ENCODING,
    }),
    () => ({
      draft: { ...draft, bytes: marked },
      expected: isUtf8 ? [draft.meant] : ENCODING,
    }),
    () => ({
      draft: { ...draft, bytes: (body: Uint8Array) => Buffer.concat([body, Buffer.of(0xff)]) },
      expected: ENCODING,
    }),
  ])();
};

function marked(body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), body]);
}

/** UTF-8 read as GBK is other words, if it is any: never a colour but the one that is written in letters of ASCII. */
function inOther({ meant }: Draft): string[] {
  return ['failed', 'indeterminate', UNMAPPED, meant];
}

/** One small change of the text. What is read then is what a careless reader finds there as well, or nothing. */
export const alteredText: ReplyFault = (draft, random) => {
  const plain = { ...draft, plain: true };
  const changed = alterText(textOf(plain, random), random);
  const found = draft.isXml ? inXml(draft, changed) : inJson(draft, changed);
  const expected = [
    'failed',
    'indeterminate',
    UNMAPPED,
    'indeterminate as_of_impossible',
    ...(found === null ? [] : [found]),
  ];
  return { draft: { ...plain, change: () => changed }, expected };
};

/** By the platform's own parser, which keeps the last of two. */
function inJson({ manifest, recordPath }: Draft, text: string): string | null {
  const { driver, reply } = manifest;
  try {
    const opened = (driver.json_strings ?? []).reduce<unknown>(openedAt, JSON.parse(text));
    const code = String(at(opened, pathOf(driver.outcome.at)));
    return absence(manifest, code) ?? meaningOf(at(opened, [...recordPath, ...pathOf(reply.status.at)]), manifest);
  } catch {
    return null;
  }
}

function openedAt(document: unknown, pointer: string): unknown {
  const path = pathOf(pointer);
  const inside = at(document, path);
  const [step = ''] = path;
  return typeof inside === 'string' && inside !== '' ? { ...Object(document), [step]: JSON.parse(inside) } : document;
}

function at(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (place, step) => (Object.hasOwn(Object(place), step) ? Object(place)[step] : undefined),
    document,
  );
}

/** By the tag of its name, where there is only one. */
function inXml({ manifest, statusPath }: Draft, text: string): string | null {
  const code = onlyElement(text, pathOf(manifest.driver.outcome.at).at(-1) ?? '');
  const status = onlyElement(text, statusPath.at(-1) ?? '');
  return absence(manifest, code ?? '') ?? (status === null ? null : meaningOf(status, manifest));
}

function onlyElement(text: string, name: string): string | null {
  const [only, ...more] = text.matchAll(new RegExp(`<${name}[\\s]*>([^<]*)</`, 'g'));
  return only === undefined || more.length > 0 ? null : (only[1] ?? '').trim();
}

function absence({ driver: { outcome } }: Draft['manifest'], code: string): string | null {
  const isOneOf = (codes: readonly (string | number)[]) => codes.some((one) => String(one) === code);
  if (isOneOf(outcome.expired)) return 'absent expired';
  return isOneOf(outcome.unknown) ? 'absent unknown' : null;
}

/** Another document behind the first: the same again, or anything else. */
export const twoDocuments: ReplyFault = (draft, random) => {
  const other = draft.isXml ? '<other/>' : '{}';
  const change = oneOf<(text: string) => string>(random, [(text) => text + text, (text) => text + other]);
  return { draft: { ...draft, plain: true, change }, expected: ['failed malformed'] };
};

/** What a reader may see as letters and is none: a NUL, a line end or a mark put between the letters of the status. */
export const otherLetters: ReplyFault = (draft, random: Random) => {
  const letter = oneOf(random, ['\\u0000', '\\n', '\\u200b', '\\ud800', '\\u00a0']);
  if (draft.isXml) return { draft, expected: [draft.meant] };
  const plain = { ...draft, plain: true };
  const name = draft.statusPath.at(-1) ?? '';
  const isInside = draft.manifest.driver.json_strings !== undefined;
  const escaped = isInside ? letter.replace('\\', '\\\\') : letter;
  const value = new RegExp(isInside ? `(\\\\"${name}\\\\":\\\\")` : `("${name}":")`);
  const changed = textOf(plain, random).replace(value, (start) => start + escaped);
  const isChanged = changed !== textOf(plain, random);
  return { draft: { ...plain, change: () => changed }, expected: isChanged ? [UNMAPPED, 'failed'] : [draft.meant] };
};
