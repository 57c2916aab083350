import type { JsonValue } from '../../../schemas/scenarios.ts';
import { oneOf, type Random } from './random.ts';

/** A document as its writer has it: a member may stand twice, and a string may hold a document. */
export type Tree = string | number | boolean | null | readonly Tree[] | Members | Wrapped;
export interface Members {
  readonly members: readonly (readonly [name: string, value: Tree])[];
}
/** JSON inside a string. */
export interface Wrapped {
  readonly inside: Tree;
}

type Path = readonly string[];

/** The steps of a pointer of a manifest. None of theirs has an escape. */
export function pathOf(pointer: string): string[] {
  return pointer.split('/').slice(1);
}

/** A JSON value as a tree. */
export function treeOf(value: JsonValue): Tree {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(treeOf);
  return { members: Object.entries(value).map(([name, inside]) => [name, treeOf(inside)]) };
}

/** The tree with what `change` makes of the value at the path, and of its absence; undefined takes the member away. */
export function changedAt(tree: Tree, path: Path, change: (value: Tree | undefined) => Tree | undefined): Tree {
  const [step, ...rest] = path;
  if (step === undefined) return change(tree) ?? null;
  if (isWrapped(tree)) return { inside: changedAt(tree.inside, path, change) };
  const members = isMembers(tree) ? tree.members : [];
  const at = members.findIndex(([name]) => name === step);
  const before = members[at]?.[1];
  const after = rest.length === 0 ? change(before) : changedAt(before ?? { members: [] }, rest, change);
  const others = members.filter((_, index) => index !== at);
  if (after === undefined) return { members: others };
  return { members: at === -1 ? [...members, [step, after]] : members.with(at, [step, after]) };
}

/** Where the members of a tree stand: in itself, or in what is in it. Those of a list have no place of their own. */
export function pathsIn(tree: Tree, above: Path = []): Path[] {
  if (isWrapped(tree)) return pathsIn(tree.inside, above);
  if (!isMembers(tree)) return [];
  return tree.members.flatMap(([name, value]) => [[...above, name], ...pathsIn(value, [...above, name])]);
}

/** One member said twice: once more beside itself, before or behind, with this value. */
export function repeatedAt(tree: Tree, path: Path, value: (first: Tree) => Tree, random: Random): Tree {
  const name = path.at(-1) ?? '';
  return changedAt(tree, path.slice(0, -1), (holder) => {
    const inside = holder !== undefined && isWrapped(holder) ? holder.inside : holder;
    const members = inside !== undefined && isMembers(inside) ? inside.members : [];
    const first = members.find(([one]) => one === name)?.[1] ?? null;
    const twice = { members: members.toSpliced(random(members.length + 1), 0, [name, value(first)]) };
    return holder !== undefined && isWrapped(holder) ? { inside: twice } : twice;
  });
}

/** JSON of a tree, as one of the many texts that it may be. `plain`: without escapes and spaces that say nothing. */
export function jsonOf(tree: Tree, random: Random, plain = false): string {
  const text = (value: Tree) => jsonOf(value, random, plain);
  const space = () => (plain ? '' : oneOf(random, ['', '', ' ', '\n\t']));
  if (isWrapped(tree)) return JSON.stringify(text(tree.inside));
  if (isMembers(tree)) {
    const pairs = tree.members.map(
      ([name, value]) => `${space()}${quoted(name, random, plain)}${space()}:${text(value)}`,
    );
    return `{${pairs.join(',')}${space()}}`;
  }
  if (isList(tree)) return `[${tree.map(text).join(`,${space()}`)}]`;
  return typeof tree === 'string' ? quoted(tree, random, plain) : JSON.stringify(tree);
}

function quoted(text: string, random: Random, plain: boolean): string {
  const written = JSON.stringify(text);
  if (plain || random(6) > 0) return written;
  const at = random(text.length);
  const escaped = `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return text === ''
    ? written
    : `${JSON.stringify(text.slice(0, at)).slice(0, -1)}${escaped}${JSON.stringify(text.slice(at + 1)).slice(1)}`;
}

/** XML of a tree whose only member is the root. What has no value is left out, and a list is its element repeated. */
export function xmlOf(tree: Tree, random: Random, plain = false): string {
  if (!isMembers(tree)) return textOf(isWrapped(tree) ? jsonOf(tree.inside, random) : String(tree), random, plain);
  return tree.members
    .map(([name, value]) => elements(name, value, random, plain))
    .join(plain ? '' : oneOf(random, ['', '\n', '<!-- -->']));
}

function elements(name: string, value: Tree, random: Random, plain: boolean): string {
  if (value === null || value === '') return oneOf(random, ['', `<${name}/>`, `<${name}></${name}>`]);
  if (isList(value)) return value.map((one) => elements(name, one, random, plain)).join('');
  const tag = plain ? name : oneOf(random, [name, `ns1:${name}`]);
  const attribute = plain ? '' : oneOf(random, ['', ' a="1"', " xsi:type='b'"]);
  return `<${tag}${attribute}>${xmlOf(value, random, plain)}</${tag}>`;
}

function textOf(text: string, random: Random, plain: boolean): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  if (plain) return escaped;
  const references = [...text].map((char) => `&#${char.codePointAt(0)};`).join('');
  return oneOf(random, [escaped, escaped, escaped, references, `<![CDATA[${text.replaceAll(']]>', '')}]]>`]);
}

function isMembers(tree: Tree): tree is Members {
  return typeof tree === 'object' && tree !== null && 'members' in tree;
}

function isWrapped(tree: Tree): tree is Wrapped {
  return typeof tree === 'object' && tree !== null && 'inside' in tree;
}

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}
