import type { Request, Router } from 'express';
import { z } from 'zod';
import {
  type ProvinceCode,
  provinceCodeSchema,
  reasonCodeSchema,
  venueKindSchema,
} from '../../schemas/code-lists/index.ts';
import {
  type Coverage,
  type CoverageFormat,
  type CoverageWindow,
  coverageFormatSchema,
  coverageWindowSchema,
} from '../../schemas/coverage.ts';
import { peerOf } from '../access/peer-address.ts';
import { EXPORT_TYPES, exportedCoverage } from '../coverage/coverage-export.ts';
import {
  type CoverageQuery,
  type CoverageSources,
  coverageCells,
  coverageMatrix,
} from '../coverage/coverage-matrix.ts';
import { ProblemError } from '../problem-error.ts';
import { StoreError } from '../stores/store-error.ts';
import { CoverageListeners } from './coverage-listeners.ts';
import { Pace, paced } from './paced.ts';
import { allowOnly, queryText } from './query.ts';
import { resource } from './route.ts';

/** Anybody may ask: a question that differs from no other is answered this often. */
const EVERY_MS = 100;
/** Questions that differ, each kept for that long. Everybody else's wait for a place. */
const MOST_QUESTIONS = 64;

const querySchema = z.object({
  window: coverageWindowSchema.default('24h'),
  series: z.enum(['hour']).optional(),
  issuer: provinceCodeSchema.optional(),
  destination: provinceCodeSchema.optional(),
  venue_kind: venueKindSchema.optional(),
  reason: reasonCodeSchema.optional(),
});
const NAMES = ['window', 'series', 'issuer', 'destination', 'venue_kind', 'reason'] as const;

/** What a page without a question of its own looks at: no scan is younger than its window. */
const WATCHED: CoverageQuery = { window: '24h', series: false };

/**
 * GET /v1/coverage: the recognition matrix, whole or as lines; and the cells of one destination's table. GET /v1/coverage/events: a word
 * whenever the matrix is another; those who listen for it are to be let go before the node stops.
 */
export function mountCoverage(router: Router, sources: CoverageSources): CoverageListeners {
  const pace = new Pace();
  const answerTo = pacedByName(pace, async (query: CoverageQuery) => textsOf(await coverageMatrix(sources, query)));
  const cellsAt = pacedByName(pace, (window: CoverageWindow, destination: ProvinceCode) =>
    coverageCells(sources, window, destination),
  );
  resource(router, '/v1/coverage/cells', {
    GET: async (request, response) => {
      allowOnly(request, ['window', 'destination']);
      const { window, destination } = readQuery(request);
      if (destination === undefined) throw new ProblemError('body_invalid', 'destination: must be given');
      response.json(await cellsAt(`${window} ${destination}`, window, destination)());
    },
  });
  resource(router, '/v1/coverage', {
    GET: async (request, response) => {
      allowOnly(request, ['window', 'series', 'issuer', 'destination', 'venue_kind', 'reason', 'format']);
      const query = readQuery(request);
      const format = readFormat(request);
      const textIn = await answerTo(JSON.stringify(query), query)();
      response.vary('accept');
      if (format !== 'json') response.attachment(`coverage-${query.series ? 'hours-' : ''}${query.window}.${format}`);
      response.set('content-type', CONTENT_TYPES[format]).send(textIn(format));
    },
  });
  const listeners = new CoverageListeners(() => coverageMatrix(sources, WATCHED));
  resource(router, '/v1/coverage/events', {
    GET: (request, response) => listeners.add(response, peerOf(request)),
  });
  return listeners;
}

const CONTENT_TYPES = { json: 'application/json; charset=utf-8', ...EXPORT_TYPES } as const;

/** One answer in any form, each written once however many share it: of a whole country it has hundreds of kilobytes. */
function textsOf(coverage: Coverage): (format: CoverageFormat) => Buffer {
  const texts = new Map<CoverageFormat, Buffer>();
  return (format) => {
    const known = texts.get(format);
    if (known !== undefined) return known;
    const text = Buffer.from(format === 'json' ? JSON.stringify(coverage) : exportedCoverage(coverage, format));
    texts.set(format, text);
    return text;
  };
}

/** Work that many may ask for, each question of it done once in a while however many ask it. */
function pacedByName<Asked extends unknown[], T>(pace: Pace, work: (...asked: Asked) => Promise<T>) {
  const questions = new Map<string, () => Promise<T>>();
  return (name: string, ...asked: Asked): (() => Promise<T>) => {
    const known = questions.get(name);
    if (known !== undefined) return known;
    const [oldest] = questions.keys();
    if (oldest !== undefined && questions.size >= MOST_QUESTIONS) questions.delete(oldest);
    const made = paced(() => work(...asked).catch(unavailable), EVERY_MS, pace);
    questions.set(name, made);
    return made;
  };
}

function readQuery(request: Request): CoverageQuery {
  const given = NAMES.flatMap((name) => {
    const text = queryText(request, name);
    return text === null ? [] : [[name, text] as const];
  });
  const parsed = querySchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ProblemError('body_invalid', `${issue?.path.join('.')}: not one that coverage can be asked for`);
  }
  const { series, venue_kind: venueKind, ...rest } = parsed.data;
  return { ...rest, venueKind, series: series === 'hour' };
}

/** By `format`, else by what is accepted; JSON where neither says anything else. */
function readFormat(request: Request): CoverageFormat {
  const asked = queryText(request, 'format');
  if (asked === null) return ACCEPTED[request.accepts(Object.keys(ACCEPTED)) || 'application/json'] ?? 'json';
  const format = coverageFormatSchema.safeParse(asked);
  if (format.success) return format.data;
  throw new ProblemError('body_invalid', `format: one of ${coverageFormatSchema.options.join(', ')}`);
}

const ACCEPTED: Readonly<Record<string, CoverageFormat>> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'application/jsonl': 'jsonl',
  'application/x-ndjson': 'jsonl',
};

function unavailable(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new ProblemError('unavailable', 'coverage cannot be read at the moment', { 'retry-after': '5' });
}
