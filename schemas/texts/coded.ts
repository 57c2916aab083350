import { z } from 'zod';
import type { LocalisedText } from '../code-lists/index.ts';
import { jsonOrUndefined } from '../json-text.ts';
import { ownMember } from '../own-member.ts';

const valuesSchema = z.record(z.string(), z.union([z.string(), z.number()]));
type Values = Readonly<z.infer<typeof valuesSchema>>;

/** Something said by a closed code and the values that belong into its text. */
export interface Coded {
  readonly code: string;
  readonly values: Values;
}

/** Texts by code, with places for values: `{name}`, or `{name:list}` for one of a closed list, which is said in words. */
export type CodedTexts = Readonly<Record<string, LocalisedText>>;

/** The words of closed lists, by the list's name. */
export type WordLists = Readonly<Record<string, Readonly<Record<string, LocalisedText>>>>;

type NameIn<Place extends string> = Place extends `${infer Name}:${string}` ? Name : Place;
type NamesIn<Text extends string> = Text extends `${string}{${infer Place}}${infer Rest}`
  ? NameIn<Place> | NamesIn<Rest>
  : never;

/** The values that the text of a code has places for: nothing where it has none. */
export type ValuesOf<Text extends LocalisedText> = [NamesIn<Text['en']>] extends [never]
  ? []
  : [Readonly<Record<NamesIn<Text['en']>, string | number>>];

/** As it stands in a document whose member is a text: the code, then its values as JSON, where it has any. */
export function writeCoded({ code, values }: Coded): string {
  return Object.keys(values).length === 0 ? code : `${code} ${JSON.stringify(values)}`;
}

/** The code and values that a text stands for; null where it is a text like any other. */
export function readCoded(text: string): Coded | null {
  const [, code, written = '{}'] = /^([a-z][a-z0-9_]*)(?: (\{.*\}))?$/s.exec(text) ?? [];
  const values = valuesSchema.safeParse(jsonOrUndefined(written)).data;
  return code === undefined || values === undefined ? null : { code, values };
}

/** In words; null where the code is not among the texts. */
export function sayCoded(texts: CodedTexts, { code, values }: Coded, lists: WordLists = {}): LocalisedText | null {
  const text = ownMember(texts, code);
  if (text === undefined) return null;
  const fill = (language: keyof LocalisedText) =>
    text[language].replace(/\{(\w+)(?::(\w+))?\}/g, (_place, name: string, list = '') => {
      const written = String(ownMember(values, name) ?? '');
      const words = ownMember(lists, list);
      return words === undefined ? written : wordsOf(words, written, language);
    });
  return { zh: fill('zh'), en: fill('en') };
}

const BETWEEN = { zh: '、', en: ', ' } as const;

/** Several stand with commas between them; what is not on the list is as it was written. */
function wordsOf(words: WordLists[string], written: string, language: keyof LocalisedText): string {
  const said = ownMember(words, written);
  if (said !== undefined) return said[language];
  return written
    .split(', ')
    .map((one) => ownMember(words, one)?.[language] ?? one)
    .join(BETWEEN[language]);
}
