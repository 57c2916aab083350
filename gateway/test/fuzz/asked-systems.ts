import { AsyncLocalStorage } from 'node:async_hooks';
import { type ReadScenario, readScenarios } from '../../../adapters/conformance/scenario-reading.ts';
import type { DriverContext, UpstreamReply, UpstreamRequest } from '../../../adapters/drivers/driver.ts';
import { openDriver } from '../../../adapters/drivers/index.ts';
import type { ProvinceFolder } from '../../../adapters/provinces/index.ts';
import { makeKey } from '../../../adapters/sandbox/keys.ts';
import { NonceBook } from '../../../adapters/sandbox/nonce-book.ts';
import { openTokenOf } from '../../../adapters/sandbox/token-of.ts';
import type { Wire } from '../../../adapters/sandbox/wire.ts';
import { openWire } from '../../../adapters/sandbox/wires.ts';
import { compileTranslator, type Translation } from '../../../adapters/translate.ts';
import { UpstreamError } from '../../../adapters/upstream-error.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import { loadSystems } from './systems.ts';

export const NOW_MS = Date.parse('2022-03-10T00:00:00Z');

/** One system, asked through its own driver; whatever it replies to a question is the caller's. */
export interface AskedSystem {
  readonly manifest: Manifest;
  /** Its scenarios' records that are read to the end. */
  readonly records: readonly ReadScenario[];
  /** The translated record, or why there is none. Throws UpstreamError. */
  readonly answer: (reply: UpstreamReply) => Promise<Translation | 'expired' | 'unknown'>;
}

/** Opens every system as it is, and once more with all that a manifest may declare about replies. */
export function openSystems(): AskedSystem[] {
  // A certificate's record is in no reply: what is asked for there is a list.
  const asked = loadSystems().filter(({ manifest }) => manifest.driver.name !== 'certificate');
  return asked.flatMap((system) => [open(system), open({ ...system, manifest: withAllDeclared(system.manifest) })]);
}

function withAllDeclared(manifest: Manifest): Manifest {
  const { driver } = manifest;
  const outcome = {
    ...driver.outcome,
    busy: ['B-1'],
    by_status: [
      { status: 404, means: 'unknown' as const },
      { status: 500, means: 'expired' as const, at: driver.outcome.at, codes: ['E-1'] },
    ],
  };
  return { ...manifest, driver: { ...driver, outcome, charset: 'GBK' } };
}

function open({ manifest, scenarios }: ProvinceFolder): AskedSystem {
  const { driver } = manifest;
  const statementAt = manifest.statement?.at ?? null;
  // The library behind this driver has a clock of its own.
  const nowMs = driver.name === 'oauth2' ? Date.now : () => NOW_MS;
  const wire = openWire(driver, {
    statementAt,
    codeCurve: 'P-256',
    publishingKey: () => makeKey('P-256'),
    nowMs,
    nonces: new NonceBook(nowMs),
    refusing: () => false,
    answer: async () => ({ kind: 'unknown' }),
  });
  // Many questions are under way at once: each of them gets its own reply.
  const replies = new AsyncLocalStorage<UpstreamReply>();
  const fetch = async (request: UpstreamRequest): Promise<UpstreamReply> => {
    const reply = request.path.split('?')[0] === driver.path ? replies.getStore() : await lend(wire, request);
    if (reply === undefined) throw new Error('a question that nobody asked');
    return reply;
  };
  const token = openTokenOf(manifest)(wire.mint(scenarios.code_template, false));
  const ask = openDriver(driver, statementAt, contextWith(fetch, wire));
  const translate = compileTranslator(manifest);
  return {
    manifest,
    records: readScenarios(manifest, scenarios, NOW_MS).filter(({ translation }) => translation.unmapped.length === 0),
    answer: async (reply) => {
      const answered = await replies.run(reply, async () => await ask(token));
      return answered.kind === 'found' ? translate(answered.record, token, NOW_MS) : answered.why;
    },
  };
}

/** What a driver is lent before it may ask (secrets, tokens) comes from the simulated system itself. */
async function lend(wire: Wire, { method, path, headers, body = '' }: UpstreamRequest): Promise<UpstreamReply> {
  const query = new URLSearchParams(path.split('?')[1]);
  const reply = await wire.handle({ method, path: path.split('?')[0] ?? '', query, headers, body });
  const bytes = typeof reply.body === 'string' ? new TextEncoder().encode(reply.body) : reply.body;
  return { status: reply.status, headers: { 'content-type': reply.contentType }, body: bytes };
}

function contextWith(fetch: DriverContext['fetch'], { secrets }: Wire): DriverContext {
  let nonces = 0;
  return {
    fetch,
    nowMs: () => NOW_MS,
    nonce: () => `nonce-${++nonces}`,
    secret: (name) => {
      const value = secrets[name];
      if (value === undefined) throw new UpstreamError('credentials', `no secret ${name}`);
      return value;
    },
  };
}
