import { z } from 'zod';
import { provinceCodeSchema, venueKindSchema } from './code-lists/index.ts';
import { entityIdSchema, numericDateSchema } from './status.ts';

/** JWS `typ` of a node's report of what it counted. */
export const COVERAGE_REPORT_TYP = 'coverage-report+jwt';
/** A node reports this often, whether there was anything to count or not. */
export const REPORT_EVERY_S = 5;
/** Reports are kept this long for a monitor that is away. */
export const REPORTS_KEPT_S = 3 * 86_400;
export const MOST_GROUPS_A_REPORT = 1_024;
/** What a report's counts may take as JSON: signed and encoded it stays well below what is read. */
export const MOST_COUNTS_LENGTH = 262_144;
export const MAX_COVERAGE_REPORT_LENGTH = 524_288;
/** Most that one request is answered with. */
export const MOST_REPORTS_A_REPLY = 8;

/** In place of an issuer, where a scan was refused before a province was recognised. */
export const UNRECOGNISED = 'unrecognised';
/** In place of a kind of venue: an issuer is never told. */
export const UNTOLD = 'untold';

const COUNTER = /^[a-z]+:[a-z0-9_:/-]{1,88}$/;

type Counts = Readonly<Record<string, number>>;

function areCounts(value: unknown): value is Counts {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([counter, n]) => COUNTER.test(counter) && Number.isSafeInteger(n) && n >= 1);
}

/** Looked at by hand: a busy gateway's report has six thousand counters, and schemas of each took two milliseconds. */
const countsSchema = z
  .unknown()
  .meta({
    type: 'object',
    propertyNames: { type: 'string', pattern: COUNTER.source },
    additionalProperties: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  })
  .pipe(z.custom<Counts>(areCounts));

/**
 * What was counted of one issuer at one kind of venue of one destination, by counter: `answer:green:pass:live`, `reason:ok`,
 * `cell:…`, `refused:code_expired`, `ms:48`. Each answer adds one to exactly one `answer`, each refusal to one `refused`. An
 * issuer counts what it told gateways of that destination: `stated:absent`.
 */
export const coverageGroupSchema = z
  .strictObject({
    issuer: z.union([provinceCodeSchema, z.literal(UNRECOGNISED)]),
    destination: provinceCodeSchema,
    venue_kind: z.union([venueKindSchema, z.literal(UNTOLD)]),
    counts: countsSchema,
  })
  .meta({ id: 'CoverageGroup' });
export type CoverageGroup = z.infer<typeof coverageGroupSchema>;

/** What was counted in one minute, by its number since 1970. */
const minuteGroupsSchema = z.strictObject({
  minute: z.int().min(0),
  groups: z.array(coverageGroupSchema).max(MOST_GROUPS_A_REPORT),
});

const digestSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
/** What a node's numbering of its reports is called: another one, where it began again with an empty store. */
export const reportEpochSchema = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

/**
 * Claims of a coverage report: counts alone, of provinces and kinds of venues. `previous` is the base64url SHA-256 of the
 * payload before, so that a sender's reports are one chain; null in the first one. `from`: when the one before was made.
 */
export const coverageReportSchema = z
  .strictObject({
    iss: entityIdSchema,
    iat: numericDateSchema,
    from: numericDateSchema,
    epoch: reportEpochSchema,
    number: z.int().min(1),
    previous: digestSchema.nullable(),
    minutes: z.array(minuteGroupsSchema).max(MOST_GROUPS_A_REPORT),
    breakers: z
      .array(z.strictObject({ province: provinceCodeSchema, since: numericDateSchema }))
      .max(64)
      .meta({ description: 'provinces that are not asked at the moment, and since when' }),
  })
  .meta({ id: 'CoverageReport' });
export type CoverageReport = z.infer<typeof coverageReportSchema>;

const MOST_ROWS_A_REPORT = 4_096;
const minuteRowsSchema = z
  .strictObject({
    minute: z.int().min(0),
    rows: z
      .array(
        z.strictObject({
          ...coverageGroupSchema.omit({ counts: true }).shape,
          counter: z.string().regex(COUNTER),
          n: z.int().min(1),
        }),
      )
      .max(MOST_ROWS_A_REPORT),
  })
  .transform(({ minute, rows }) => ({
    minute,
    groups: rows.map(({ counter, n, ...name }) => ({ ...name, counts: { [counter]: n } })),
  }));

/**
 * A report as version 0.1.0 makes it, a row for each counter, read as one of today. Reports wait for days, their digests are
 * of their bytes, and nodes are upgraded after their monitor.
 */
export const olderCoverageReportSchema = coverageReportSchema.extend({
  minutes: z.array(minuteRowsSchema).max(MOST_ROWS_A_REPORT),
});

/** GET /v1/coverage/reports: the reports after a number, oldest first, signed now. */
export const coverageReportsSchema = z
  .strictObject({
    reports: z.array(z.string().max(MAX_COVERAGE_REPORT_LENGTH)).max(MOST_REPORTS_A_REPLY),
  })
  .meta({ id: 'CoverageReports' });
export type CoverageReports = z.infer<typeof coverageReportsSchema>;
