import { groundSchema } from '../../schemas/code-lists/index.ts';
import { type StatementPayload, type StatusClaims, statusClaimsSchema } from '../../schemas/statement.ts';
import { flagSchema } from '../../schemas/status.ts';
import type { JsonObject } from './strict-json.ts';

type Disclosed = Pick<StatusClaims, 'ground' | 'provenance' | 'handle' | 'flags'>;

const GROUNDS: ReadonlySet<unknown> = groundSchema.values;
const FLAGS: ReadonlySet<unknown> = new Set(flagSchema.options);
const MEMBERS = 4;
const MOST_LISTED = 8;
const LONGEST_HANDLE = 256;

/**
 * What a statement claims: its disclosures beside what everybody may see of it, which was read before. Null where they have
 * not the documented form. The schema alone says what that is: nearly all name nobody who assigned a status, and need not
 * be put to it.
 */
export function parseStatementClaims(
  disclosed: JsonObject,
  { status, status_as_of }: Pick<StatementPayload, 'status' | 'status_as_of'>,
): StatusClaims | null {
  if (isPlain(disclosed)) {
    const { ground, provenance, handle, flags } = disclosed;
    return { status, status_as_of, ground, provenance, handle, flags };
  }
  const parsed = statusClaimsSchema.safeParse({ ...disclosed, status, status_as_of });
  return parsed.success ? parsed.data : null;
}

function isPlain(disclosed: JsonObject): disclosed is JsonObject & Disclosed {
  let members = 0;
  for (const _name in disclosed) members += 1;
  const { ground, provenance, handle, flags } = disclosed;
  return (
    members === MEMBERS &&
    provenance === null &&
    typeof handle === 'string' &&
    handle.length > 0 &&
    handle.length <= LONGEST_HANDLE &&
    isListOf(GROUNDS, ground) &&
    isListOf(FLAGS, flags)
  );
}

function isListOf(known: ReadonlySet<unknown>, value: unknown): boolean {
  return Array.isArray(value) && value.length <= MOST_LISTED && value.every((one) => known.has(one));
}
