import { z } from 'zod';
import type { LocalisedText } from '../code-lists/index.ts';
import { type NodeRole, nodeRoleSchema } from './roles.ts';

/**
 * How the text of a setting is read, and the words for what it takes. Both are made in one place, so that a person is
 * told in our words what a setting takes, and never what a library thinks of it.
 */
export interface SettingValue<T> {
  readonly schema: z.ZodType<T>;
  /** Completes "must be …". */
  readonly takes: LocalisedText;
}

const MAX_CHARACTERS = 4096;
const textSchema = z.string().min(1).max(MAX_CHARACTERS);

/** `abc`, `0x50`, `1e3` and a blank are no numbers: each would start a server that nobody meant. */
export function wholeNumber(from: number, to: number): SettingValue<number> {
  const takes = { zh: `${from} 到 ${to} 的整数`, en: `a whole number from ${from} to ${to}` };
  return { schema: numberSchema(/^\d{1,15}$/, from, to), takes };
}

export function decimalNumber(from: number, to: number): SettingValue<number> {
  const takes = { zh: `${from} 到 ${to} 的数`, en: `a number from ${from} to ${to}` };
  return { schema: numberSchema(/^\d{1,15}(\.\d{1,6})?$/, from, to), takes };
}

export function oneOf<const T extends string>(options: readonly [T, ...T[]]): SettingValue<T> {
  const list = options.join(', ');
  return { schema: z.enum(options), takes: { zh: `下列之一：${list}`, en: `one of ${list}` } };
}

export const path: SettingValue<string> = {
  schema: textSchema.regex(/^\P{Cc}+$/u),
  takes: { zh: '文件或目录的路径', en: 'the path of a file or folder' },
};

/** Text that somebody else made up and that only they can judge. */
export function text(least: number, most: number): SettingValue<string> {
  const range = `${least}–${most}`;
  return {
    schema: z.string().min(least).max(most),
    takes: {
      zh: `${range} 个字符`,
      en: least > 1 ? `at least ${least} and at most ${most} characters` : `at most ${most} characters`,
    },
  };
}

/** What a server listens on: an address or a name, without scheme, port or brackets. */
export const host: SettingValue<string> = {
  schema: z
    .string()
    .max(255)
    .refine((given) => z.ipv6().safeParse(given).success || /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(given)),
  takes: { zh: '本机的 IP 地址或主机名，不含端口', en: 'an IP address or host name of this machine, without a port' },
};

/**
 * An entity identifier, or the address that paths are put behind. Others compare it character by character (OpenID
 * Federation 1.0 section 1.2), so there is one way to write it.
 */
export const baseAddress: SettingValue<string> = {
  schema: z.string().max(512).refine(isBaseAddress),
  takes: {
    zh: 'https 地址，末尾不带斜杠，不含查询、片段、用户名或默认端口，主机名小写（http 仅限本机回环）',
    en: 'an https address without a slash at its end, query, fragment, user or default port, its host in lower case (http on loopback alone)',
  },
};

/** An address as somebody else has published it. */
export const webAddress: SettingValue<string> = {
  schema: z
    .string()
    .max(1024)
    .refine((given) => protocolOf(given) !== null),
  takes: { zh: 'https 地址（http 仅限本机回环）', en: 'an https address (http on loopback alone)' },
};

export const postgresAddress: SettingValue<string> = {
  schema: z.url({ protocol: /^postgres(ql)?$/ }).max(MAX_CHARACTERS),
  takes: { zh: 'postgres:// 地址', en: 'a postgres:// address' },
};

export const redisAddresses: SettingValue<string> = {
  schema: textSchema.refine((list) =>
    list.split(',').every((url) => z.url({ protocol: /^rediss?$/ }).safeParse(url.trim()).success),
  ),
  takes: {
    zh: 'redis:// 或 rediss:// 地址；集群的各节点以逗号分隔',
    en: 'redis:// or rediss:// addresses, with a comma between the nodes of a Cluster',
  },
};

export const keyStore: SettingValue<string> = {
  schema: textSchema.regex(/^(file|pkcs11):\P{Cc}+$/u),
  takes: { zh: 'file:目录 或 pkcs11:模块路径?…', en: 'file:DIR or pkcs11:MODULE?…' },
};

export const roles: SettingValue<ReadonlySet<NodeRole>> = {
  schema: listSchema(nodeRoleSchema).transform((list) => new Set(list)),
  takes: {
    zh: `以逗号分隔的角色：${nodeRoleSchema.options.join(', ')}`,
    en: `a comma list of ${nodeRoleSchema.options.join(', ')}`,
  },
};

/** A comma list without repetitions, blanks around its members allowed. */
function listSchema<T extends z.ZodType>(member: T) {
  const list = z
    .array(member)
    .min(1)
    .refine((members) => new Set(members).size === members.length);
  return z.preprocess(
    (given) =>
      String(given)
        .split(',')
        .map((each) => each.trim()),
    list,
  );
}

function numberSchema(form: RegExp, from: number, to: number): z.ZodType<number> {
  return z.string().regex(form).transform(Number).pipe(z.number().min(from).max(to));
}

function isBaseAddress(given: string): boolean {
  if (protocolOf(given) === null) return false;
  const { origin, pathname } = new URL(given);
  return given === (pathname === '/' ? origin : `${origin}${pathname}`) && !given.endsWith('/');
}

function protocolOf(given: string): 'http:' | 'https:' | null {
  if (!URL.canParse(given)) return null;
  const { protocol } = new URL(given);
  return protocol === 'http:' || protocol === 'https:' ? protocol : null;
}
