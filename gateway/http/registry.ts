import type { IncomingMessage } from 'node:http';
import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { type AdapterId, adapterIdOf } from '../../schemas/adapter-id.ts';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import type { EventOf } from '../../schemas/registry-event.ts';
import { REJECTIONS } from '../../schemas/registry-rejections.ts';
import type { IncomingBodies } from '../access/incoming-bodies.ts';
import type { Metrics } from '../coverage/metrics.ts';
import { LogError } from '../log/log-error.ts';
import type { LogReader } from '../log/store.ts';
import { ProblemError, problemOf } from '../problem-error.ts';
import { publishedDeviations } from '../registry/compile-state.ts';
import type { AdapterRecord, FoldState, VersionRecord } from '../registry/fold-state.ts';
import { isRejectionCode, RegistryError } from '../registry/registry-error.ts';
import {
  viewOfAdapter,
  viewOfEntity,
  viewOfMandate,
  viewOfPolicy,
  viewOfSubordinate,
  viewOfVersion,
} from '../registry/registry-views.ts';
import { type Submission, type SubmissionParts, submitEvent } from '../registry/submit-event.ts';
import type { Receipt } from '../registry/writable-registry.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { receiveFromAnybody } from './admission.ts';
import { listInSlices } from './in-slices.ts';
import { jsonBodyReader } from './json-body.ts';
import { allowOnly, queryText } from './query.ts';
import { mediaTypeOf, receiveText } from './receive-body.ts';
import { notesOf } from './reply.ts';
import { resource } from './route.ts';

const MAX_BODY_BYTES = 524_288;
const JOSE = 'application/jose';
const submissionSchema = z.strictObject({
  event: z.string().min(1).max(65_535),
  scenarios: z.string().max(400_000).exactOptional(),
});

interface Parts {
  readonly registry: { readonly folded: () => FoldState };
  /** Null: the registry is written elsewhere, and this node follows it. */
  readonly submission: SubmissionParts | null;
  readonly store: Pick<LogReader, 'read'>;
  readonly metrics: Metrics;
  readonly bodies: IncomingBodies;
  readonly nowMs: () => number;
}

/** The registry: events go in, signed; everything that follows from them can be read by anybody. */
export function mountRegistry(router: Router, parts: Parts): void {
  mountEvents(router, parts);
  mountAdapters(router, parts);
  mountPolicies(router, parts);
  mountSubordinates(router, parts);
  const { registry, nowMs } = parts;
  resource(router, '/v1/registry/mandates', {
    GET: (_request, response) => {
      const mandates = [...registry.folded().mandates.values()];
      response.json({ mandates: mandates.map((record) => viewOfMandate(record, nowMs())) });
    },
  });
  resource(router, '/v1/registry/entities', {
    GET: (request, response) => {
      allowOnly(request, ['entity_id']);
      const wanted = queryText(request, 'entity_id');
      const { size, time_s, anchor, log, entities } = registry.folded();
      const shown = [...entities.values()].filter(({ entity_id }) => wanted === null || entity_id === wanted);
      response.json({ anchor, log, size, time_s, entities: shown.map(viewOfEntity) });
    },
  });
}

/** Who vouches for whom in the federation, as the log has it. */
function mountSubordinates(router: Router, { registry }: Parts): void {
  resource(router, '/v1/registry/subordinates', {
    GET: (request, response) => {
      allowOnly(request, ['superior', 'entity_id']);
      const superior = queryText(request, 'superior');
      const entity = queryText(request, 'entity_id');
      const state = registry.folded();
      const shown = [...state.subordinates.values()].filter(
        (record) =>
          (superior === null || record.superior === superior) && (entity === null || record.entity_id === entity),
      );
      response.json({ subordinates: shown.map((record) => viewOfSubordinate(state, record)) });
    },
  });
}

function mountEvents(router: Router, { submission, metrics, bodies }: Parts): void {
  const readBody = submissionReader();
  resource(router, '/v1/registry/events', {
    POST: async (request, response) => {
      if (submission === null)
        throw new ProblemError('not_found', 'events go to the registry itself, not to who follows it');
      const posted = await receiveFromAnybody(bodies, request, MAX_BODY_BYTES, readBody);
      try {
        response.status(201).json(receiptOf(await submitEvent(submission, posted)));
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        sendRefusal(response, error, metrics);
      }
    },
  });
}

function submissionReader(): (request: IncomingMessage) => Promise<Submission> {
  const readJson = jsonBodyReader(submissionSchema, MAX_BODY_BYTES);
  return async (request) => {
    if (mediaTypeOf(request) !== JOSE) {
      const { event, scenarios } = await readJson(request);
      return { event, scenarios: scenarios ?? null };
    }
    const event = await receiveText(request, MAX_BODY_BYTES, 'signed event');
    if (event === '') throw new ProblemError('body_invalid', 'the body is no signed event');
    return { event: event.trim(), scenarios: null };
  };
}

function receiptOf({ index, checkpoint, inclusion_proof }: Receipt) {
  return { index, checkpoint, inclusion_proof: inclusion_proof.map((hash) => Buffer.from(hash).toString('base64')) };
}

/** A refusal in its own words: `detail` is the closed rejection code, alone or before what is wrong. */
function sendRefusal(response: Response, error: RegistryError, metrics: Metrics): void {
  if (!isRejectionCode(error.code)) throw new ProblemError('unavailable', error.message, { 'retry-after': '1' });
  const { problem, zh, en, next } = REJECTIONS[error.code];
  metrics.problems.inc({ code: problem });
  const detail = error.message === en ? error.code : `${error.code}: ${error.message}`;
  const body = { ...problemOf(problem, detail, notesOf(response).requestId), text: { zh, en }, next };
  response.status(body.status).type('application/problem+json').send(JSON.stringify(body));
}

function mountAdapters(router: Router, { registry, store }: Parts): void {
  resource(router, '/v1/registry/adapters', {
    GET: async (request, response) => {
      allowOnly(request, ['province']);
      const wanted = queryText(request, 'province');
      const state = registry.folded();
      // Where each county has a system, all of them are megabytes.
      const shown = [...state.adapters.values()].filter(({ province }) => wanted === null || province === wanted);
      const adapters = await listInSlices(shown, (adapter) => JSON.stringify(viewOfAdapter(state, adapter)));
      response.type('application/json').send(`{"adapters":${adapters}}`);
    },
  });
  const adapterOf = (request: Request): AdapterRecord => {
    const adapter = registry.folded().adapters.get(idOf(request));
    if (adapter === undefined) throw new ProblemError('not_found', 'that province has no such adapter here');
    return adapter;
  };
  const versionOf = (request: Request): VersionRecord => {
    const version = adapterOf(request).versions.find((known) => known.version === request.params['version']);
    if (version === undefined) throw new ProblemError('not_found', 'no such version has been submitted');
    return version;
  };
  resource(router, '/v1/registry/adapters/:province', {
    GET: (request, response) => {
      response.json(viewOfAdapter(registry.folded(), adapterOf(request)));
    },
  });
  resource(router, '/v1/registry/adapters/:province/versions/:version', {
    GET: (request, response) => {
      const version = versionOf(request);
      const adapter = adapterOf(request);
      const { province, division } = adapter;
      const view = viewOfVersion(registry.folded(), adapter, version);
      response.json({
        province,
        ...(division === undefined ? {} : { division }),
        ...view,
        manifest: version.manifest,
      });
    },
  });
  resource(router, '/v1/registry/adapters/:province/versions/:version/report', {
    GET: async (request, response) => {
      const { check } = versionOf(request);
      if (check === null) throw new ProblemError('not_found', 'the version has not been checked yet');
      // The text as it was signed, so that its digest can be compared.
      response.type('application/json').send(await reportAt(store, check.index));
    },
  });
}

async function reportAt(store: Parts['store'], index: number): Promise<string> {
  const [entry] = await store.read(index, index + 1).catch(unreadable);
  const { payload } = parseCompact(Buffer.from(entry ?? []).toString('utf8'), {
    maxBytes: 65_535,
    typ: 'registry-event+jwt',
  });
  const body = z.object({ report: z.string() }).parse(payload['body']) satisfies Pick<
    EventOf<'adapter_checked'>['body'],
    'report'
  >;
  return body.report;
}

function unreadable(error: unknown): never {
  if (!(error instanceof LogError)) throw error;
  throw new ProblemError('unavailable', `the log cannot be read: ${error.code}`, { 'retry-after': '1' });
}

function mountPolicies(router: Router, { registry, nowMs }: Parts): void {
  resource(router, '/v1/registry/policies', {
    GET: (_request, response) => {
      const policies = [...registry.folded().policies];
      response.json({ policies: policies.map(([province, record]) => viewOfPolicy(province, record, nowMs())) });
    },
  });
  resource(router, '/v1/registry/policies/:province', {
    GET: (request, response) => {
      const province = provinceOf(request);
      response.json(viewOfPolicy(province, registry.folded().policies.get(province), nowMs()));
    },
  });
  resource(router, '/v1/registry/policies/:province/deviations', {
    GET: (request, response) => {
      const province = provinceOf(request);
      const policy = registry.folded().policies.get(province)?.policy ?? null;
      const deviations = policy === null ? [] : publishedDeviations(policy, nowMs());
      response.json({ province, policy: policy === null ? null : `${policy.id}@${policy.version}`, deviations });
    },
  });
}

/** Which of a province's systems is asked about: its own unless the query names a division. */
function idOf(request: Request): AdapterId {
  allowOnly(request, ['division']);
  const province = provinceOf(request);
  return adapterIdOf({ province, division: queryText(request, 'division') ?? undefined });
}

function provinceOf(request: Request): ProvinceCode {
  const parsed = provinceCodeSchema.safeParse(request.params['province']);
  if (!parsed.success) throw new ProblemError('not_found', 'no such province in GB/T 2260');
  return parsed.data;
}
