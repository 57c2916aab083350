import { z } from 'zod';
import { unframed } from './scanned-text.ts';
import { SCHEMA_RULES } from './texts/schema-faults.ts';

const alphabetSchema = z.enum(['digits', 'hex', 'hex_upper', 'alphanumeric', 'base64', 'base64url', 'base45']).meta({
  description:
    'hex and hex_upper are read in either case; the system is asked in lower case for hex, in upper case for hex_upper',
});
export type Alphabet = z.infer<typeof alphabetSchema>;

const lengthSchema = z.strictObject({ min: z.int().min(4).max(4096), max: z.int().min(4).max(4096) });
const literalSchema = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\x21-\x7e]+$/);
const webPathSchema = z
  .string()
  .max(128)
  .regex(/^(?:\/[^?#\s]*)?$/);
const routeSchema = webPathSchema
  .min(1)
  .exactOptional()
  .meta({ description: 'the parameters stand behind this route of the fragment: /#/route?name=value' });

const SCHEME = /^https?:/i;
/** What a whole scheme may follow in an alphabet that has a colon. */
const PART_OF_SCHEME = /^h(?:t(?:t(?:ps?)?)?)?$/i;
/** Host; path to the last slash and what the last segment starts with; or a route, and one parameter with its start. */
const WEB_PREFIX =
  /^https?:\/\/(?<host>[a-z0-9.-]+)(?<path>\/[^?#]*)(?:#(?<route>\/[^?#]*))?(?:\?(?<parameter>[^=&?#]+)=(?<start>[^&?#]*))?$/i;

/** Where the token of a prefix that is a web address stands: in the last segment of the path, or in a parameter. */
export interface WebPrefix {
  readonly host: string;
  readonly path: string;
  readonly route: string | null;
  readonly parameter: string | null;
  /** What the segment or the value starts with. */
  readonly start: string;
}

/** A prefix read as a web address; null for one that is none, or that ends where no token can follow. */
export function webPrefixOf(prefix: string): WebPrefix | null {
  const { host, path = '/', route, parameter, start = '' } = WEB_PREFIX.exec(prefix)?.groups ?? {};
  if (host === undefined) return null;
  if (parameter !== undefined) return { host, path, route: route ?? null, parameter, start };
  if (route !== undefined) return null;
  const last = path.lastIndexOf('/') + 1;
  return { host, path: path.slice(0, last), route: null, parameter: null, start: path.slice(last) };
}

const prefixSchema = literalSchema
  .refine((prefix) => unframed(prefix) === prefix, {
    error: SCHEMA_RULES.prefix_framed.en,
  })
  .refine((prefix) => !SCHEME.test(prefix) || webPrefixOf(prefix) !== null, {
    error: SCHEMA_RULES.prefix_web.en,
  });

/**
 * How a code of this system is told from all others. Literals only: no expression supplied by a province ever runs. A web
 * address, in whatever kind it is declared, is the same with http or https, scheme and host in any case, its default
 * port, a slash at the end of its path, parameters in any order and others beside them.
 */
export const recogniserSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('prefix'),
        prefix: prefixSchema,
        length: lengthSchema,
        alphabet: alphabetSchema,
      })
      .refine(({ prefix, alphabet }) => alphabet !== 'base45' || !PART_OF_SCHEME.test(prefix), {
        error: SCHEMA_RULES.prefix_scheme.en,
        path: ['prefix'],
      }),
    z.strictObject({
      kind: z.literal('url'),
      host: z.hostname(),
      path: webPathSchema,
      route: routeSchema,
      parameter: z.string().min(1).max(64),
      value_prefix: z.string().max(64),
      length: lengthSchema,
      alphabet: alphabetSchema.exactOptional().meta({ description: 'of what follows value_prefix; absent: any' }),
    }),
    z.strictObject({
      kind: z.literal('url_path'),
      host: z.hostname(),
      path: webPathSchema
        .refine((path) => path.split('/').filter((segment) => segment === '{token}').length === 1, {
          error: SCHEMA_RULES.token_segment.en,
        })
        .meta({ description: 'the token is the segment in the place of {token}: /{token}, /c/{token}/view' }),
      length: lengthSchema,
      alphabet: alphabetSchema,
    }),
    z
      .strictObject({
        kind: z.literal('whole_url'),
        scheme: z.enum(['https', 'http']).meta({ description: 'as the system itself writes its codes' }),
        host: z.hostname(),
        path: webPathSchema,
        route: routeSchema,
        length: lengthSchema,
      })
      .meta({ description: 'the system is asked about the whole web address' }),
    z.strictObject({
      kind: z.literal('json'),
      member: z.string().min(1).max(64),
      equals: literalSchema,
      take: z.string().min(1).max(64),
      length: lengthSchema,
      alphabet: alphabetSchema,
    }),
    z.strictObject({ kind: z.literal('binary'), marker: literalSchema, length: lengthSchema }),
    z.strictObject({ kind: z.literal('jws'), issuer: z.string().min(3).max(256), length: lengthSchema }),
  ])
  .meta({ id: 'Recogniser' });
export type Recogniser = z.infer<typeof recogniserSchema>;
export type RecogniserKind = Recogniser['kind'];
export type RecogniserOf<K extends RecogniserKind> = Extract<Recogniser, { kind: K }>;
