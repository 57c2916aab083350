import { type StatementPayload, statementPayloadSchema } from '../../schemas/statement.ts';
import { statusSchema } from '../../schemas/status.ts';
import type { JsonObject } from './strict-json.ts';

/** As many issuers as a nation has, and then some. */
const MOST_ISSUERS = 4_000;
/** Those that the schema has taken for entity identifiers. */
const issuers = new Set<unknown>();

const STATUSES: ReadonlySet<unknown> = new Set(statusSchema.options);
/** To the second, in UTC, on a day that every month has or that this month has. */
const PLAIN_INSTANT =
  /^20\d\d-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const MEMBERS = 7;
const LATEST_S = 253_402_300_799;
const [LEAST_DIGESTS, MOST_DIGESTS, LONGEST_DIGEST] = [4, 16, 64];

/**
 * The payload in its documented form; null where it has not. The schema alone says what that is: nearly every payload is
 * spelt so plainly that it need not be asked, and all others are left to it.
 */
export function parseStatementPayload(payload: JsonObject): StatementPayload | null {
  if (isPlain(payload)) return payload;
  const parsed = statementPayloadSchema.safeParse(payload);
  if (!parsed.success) return null;
  // A stranger may make up many: those that are asked about come back.
  if (issuers.size >= MOST_ISSUERS) issuers.clear();
  issuers.add(parsed.data.iss);
  return parsed.data;
}

function isPlain(payload: JsonObject): payload is StatementPayload {
  let members = 0;
  for (const _name in payload) members += 1;
  const { iss, iat, exp, status, status_as_of, _sd, _sd_alg } = payload;
  return (
    members === MEMBERS &&
    issuers.has(iss) &&
    isNumericDate(iat) &&
    isNumericDate(exp) &&
    STATUSES.has(status) &&
    (status_as_of === null || (typeof status_as_of === 'string' && PLAIN_INSTANT.test(status_as_of))) &&
    isDigests(_sd) &&
    _sd_alg === 'sha-256'
  );
}

function isNumericDate(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LATEST_S;
}

function isDigests(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length >= LEAST_DIGESTS &&
    value.length <= MOST_DIGESTS &&
    value.every((digest) => typeof digest === 'string' && digest.length <= LONGEST_DIGEST)
  );
}
