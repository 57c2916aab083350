import { withAsOf } from '../../../adapters/with-as-of.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import { NOW_MS } from './asked-systems.ts';
import { oneOf, type Random } from './random.ts';
import { type Draft, otherSpelling } from './reply-draft.ts';
import { changedAt, pathOf, pathsIn, repeatedAt, type Tree } from './reply-tree.ts';

/** A reply with something done to it, and what may come of it; `failed` is any of the closed failures. */
export interface Spoilt {
  readonly draft: Draft;
  readonly expected: readonly string[];
}
export type ReplyFault = (draft: Draft, random: Random) => Spoilt;

export const UNMAPPED = 'indeterminate unmapped_value';
const NO_COLOUR = ['failed', 'indeterminate', UNMAPPED];

/** What a value means by the status table, looked up row by row. */
export function meaningOf(value: unknown, { reply }: Pick<Manifest, 'reply'>): string {
  const isScalar = typeof value === 'string' || Number.isSafeInteger(value);
  const row = isScalar ? reply.status.values.find((one) => String(one.value) === String(value)) : undefined;
  return row?.to ?? UNMAPPED;
}

/** Other values in the place of the status: near the table's own, and of every type. XML knows texts alone. */
export const strangeStatus: ReplyFault = (draft, random) => {
  const { value } = oneOf(random, draft.manifest.reply.status.values);
  const text = String(value);
  const texts = [
    `${text} x`,
    `0${text}`,
    `${text}.0`,
    text.toLowerCase(),
    text.toUpperCase(),
    text + text,
    '绿 码',
    'null',
  ];
  const others: readonly (Tree | undefined)[] = [
    ` ${text}`,
    `${text}\u0000`,
    [value],
    { members: [['value', value]] },
    true,
    0.5,
    1e21,
    null,
    '',
    undefined,
  ];
  const strange = oneOf<Tree | undefined>(random, draft.isXml ? texts : [...texts, ...others]);
  const tree = changedAt(draft.tree, draft.statusPath, () => strange);
  return { draft: { ...draft, tree }, expected: [meaningOf(strange, draft.manifest)] };
};

/** Members that the manifest does not read, with a colour in them, and named like what it reads. */
export const decoys: ReplyFault = (draft, random) => {
  const green = draft.manifest.reply.status.values.find(({ to }) => to === 'green')?.value ?? '';
  const names = new Set([...draft.statusPath, 'status', 'code', ...(draft.isXml ? [] : ['constructor', 'toString'])]);
  const decoy: Tree = { members: [...names].map((name) => [name, otherSpelling(green, random)]) };
  const holder = random(2) === 0 ? draft.recordPath : draft.recordPath.slice(0, -1);
  const tree = changedAt(draft.tree, [...holder, `x-${random(9)}`], () => decoy);
  return { draft: { ...draft, tree }, expected: [draft.meant] };
};

/** A member said twice says two things. An element sent twice is a list, which no table has. */
export const repeated: ReplyFault = (draft, random) => {
  const green = draft.manifest.reply.status.values.find(({ to }) => to === 'green')?.value ?? '';
  const path = oneOf(
    random,
    pathsIn(draft.tree).filter((one) => !draft.isXml || one.length > 1),
  );
  const second = (first: Tree) => oneOf<Tree>(random, [first, first, green, 'x']);
  const tree = repeatedAt(draft.tree, path, second, random);
  const isDecisive = path.every((step, index) => draft.statusPath[index] === step);
  const inXml = isDecisive ? NO_COLOUR : [...NO_COLOUR, draft.meant];
  return { draft: { ...draft, tree }, expected: draft.isXml ? inXml : ['failed malformed'] };
};

/** Another outcome code than the one that says "found", beside a record all the same. */
export const otherCode: ReplyFault = (draft, random) => {
  const { expired, unknown, refused = [], busy = [], found } = draft.manifest.driver.outcome;
  const declared: [string, readonly (string | number)[]][] = [
    ['absent expired', expired],
    ['absent unknown', unknown],
    ['failed credentials', refused],
    ['failed busy', busy],
    ['failed undeclared', ['', 'OK', `${found[0]}0`, `0${found[0]}`, 'success', 9_999_999]],
  ];
  const [expected, codes] = oneOf(
    random,
    declared.filter((row) => row[1].length > 0),
  );
  const isNone = random(6) === 0;
  const code = isNone
    ? oneOf<Tree | undefined>(random, [undefined, null])
    : otherSpelling(oneOf(random, codes), random);
  const tree = changedAt(draft.tree, pathOf(draft.manifest.driver.outcome.at), () => code);
  // An empty element is a missing one.
  const isMissing = isNone || (draft.isXml && code === '');
  return { draft: { ...draft, tree }, expected: [isMissing ? 'failed malformed' : expected] };
};

/** The record under another status than 200. */
export const otherStatus: ReplyFault = (draft, random) => {
  const rows = draft.manifest.driver.outcome.by_status ?? [];
  const status = oneOf(random, [204, 206, 301, 304, 400, 401, 403, 404, 404, 418, 429, 500, 500, 502, 503, 599]);
  const said = rows.length > 0 && status === 500 && random(2) === 0 ? 'E-1' : null;
  const at = pathOf(draft.manifest.driver.outcome.at);
  const tree = said === null ? draft.tree : changedAt(draft.tree, at, () => said);
  const byRow = status === 404 && rows.length > 0 ? 'absent unknown' : `failed ${codeOf(status)}`;
  return { draft: { ...draft, status, tree }, expected: [said === null ? byRow : 'absent expired'] };
};

function codeOf(status: number): string {
  if (status === 401 || status === 403) return 'credentials';
  if (status === 429 || status === 503) return 'busy';
  if (status < 400 && status >= 300) return 'redirect';
  return status >= 500 ? 'status' : 'undeclared';
}

/** Something else where the record should be. */
export const noRecord: ReplyFault = (draft, random) => {
  const other = oneOf<Tree | undefined>(random, [undefined, null, '', 'x', ...(draft.isXml ? [] : [[], 1, true])]);
  const tree = changedAt(draft.tree, draft.recordPath, () => other);
  return { draft: { ...draft, tree }, expected: ['failed malformed'] };
};

/** A time that nobody can read, or that nobody can mean. */
export const otherTime: ReplyFault = (draft, random) => {
  const { as_of } = draft.manifest.reply;
  if (as_of.from === 'reply') return { draft, expected: [draft.meant] };
  const path = [...draft.recordPath, ...pathOf(as_of.at)];
  const impossible = Object.values(
    Object(withAsOf({}, { ...as_of, at: '/t' }, oneOf(random, [0, 366 * 86_400_000, NOW_MS + 300_000]))),
  );
  const [value, expected] = oneOf<[Tree | undefined, string]>(random, [
    [undefined, UNMAPPED],
    ['yesterday', UNMAPPED],
    ['', UNMAPPED],
    [
      oneOf(
        random,
        impossible.filter((one) => typeof one === 'string' || typeof one === 'number'),
      ),
      'indeterminate as_of_impossible',
    ],
  ]);
  return { draft: { ...draft, tree: changedAt(draft.tree, path, () => value) }, expected: [expected] };
};

/** A flag that the manifest does not explain might be the one that stops the holder. */
export const otherFlag: ReplyFault = (draft, random) => {
  const { flags } = draft.manifest.reply;
  if (flags.length === 0) return { draft, expected: [draft.meant] };
  const path = [...draft.recordPath, ...pathOf(oneOf(random, flags).at)];
  const value = oneOf<Tree>(random, ['strange', 99, [], { members: [] }, '1 ']);
  return { draft: { ...draft, tree: changedAt(draft.tree, path, () => value) }, expected: [UNMAPPED] };
};

/** Where a signed statement is declared, an unsigned reply must not do. */
export const noStatement: ReplyFault = (draft, random) => {
  const { statement } = draft.manifest;
  if (statement === null) return { draft, expected: [draft.meant] };
  const value = oneOf<Tree | undefined>(random, [undefined, null, '', 7, [], { members: [] }]);
  const tree = changedAt(draft.tree, pathOf(statement.at), () => value);
  return { draft: { ...draft, tree }, expected: ['failed signature'] };
};

/** A document inside one string more, or one less, than was declared. */
export const otherNesting: ReplyFault = (draft, random) => {
  const [at = draft.manifest.driver.record_at] = draft.manifest.driver.json_strings ?? [];
  const isDeclared = draft.manifest.driver.json_strings !== undefined;
  const isLess = isDeclared && random(2) === 0;
  const tree = changedAt(draft.tree, pathOf(at), (value) => {
    const isWrapped = typeof value === 'object' && value !== null && 'inside' in value;
    return isLess && isWrapped ? value.inside : { inside: value ?? null };
  });
  return { draft: { ...draft, tree }, expected: isLess ? [draft.meant] : ['failed malformed'] };
};

/** Deeper than any reply has a reason to be. */
export const tooDeep: ReplyFault = (draft, random) => {
  const deep = Array.from({ length: 33 + random(300) }).reduce<Tree>((inside) => ({ members: [['a', inside]] }), 'x');
  const tree = changedAt(draft.tree, [...draft.recordPath.slice(0, 1), 'deep'], () => deep);
  return { draft: { ...draft, tree }, expected: ['failed malformed'] };
};
