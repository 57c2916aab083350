import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { type StatementBatchLine, statementBatchLineSchema } from '../../schemas/statement-exchange.ts';
import { IncomingBodies } from '../access/incoming-bodies.ts';
import { LoadGauge } from '../access/load-gauge.ts';
import { openRateLimit } from '../access/rate-limit.ts';
import { openSeenOnce } from '../access/seen-once.ts';
import { CoverageCounter } from '../coverage/coverage-counter.ts';
import { createMetrics } from '../coverage/metrics.ts';
import type { Issuer, IssuingContext } from '../issuing/answer-question.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';
import { compilePolicy } from '../policy/decide.ts';
import { createRegistryState, type RegistryState } from '../registry/registry-state.ts';
import { makeTestToken } from '../test/softhsm.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import type { Signer } from '../trust/signer.ts';
import { TurnSigner } from '../trust/turn-signer.ts';
import { AnswerTimes } from '../upstream/answer-times.ts';
import { errorHandler, openFailures } from './errors.ts';
import { HotRoutes } from './hot-routes.ts';
import { openRequestLog } from './request-log.ts';
import { mountStatements } from './statements.ts';

const GATEWAY = 'https://gateway.example';
const PER_SECOND = 3;

class CountingGauge extends LoadGauge {
  now = 0;
  most = 0;
  override enter(client: string, scans = 1): void {
    this.now += scans;
    this.most = Math.max(this.most, this.now);
    super.enter(client, scans);
  }
  override leave(client: string, scans = 1): void {
    this.now -= scans;
    super.leave(client, scans);
  }
}

let server: Server;
let origin: string;
let gauge: CountingGauge;
let registry: () => RegistryState;
let signerInUse: () => Signer;
let logged: string;
let metrics: ReturnType<typeof createMetrics>;

/** The door of an issuer whose registry knows no system: every code is another's, and no system is asked. */
beforeEach(async () => {
  const { signer } = await makeKey('statements');
  signerInUse = () => signer;
  const turns = new TurnSigner(() => signerInUse());
  const issuer: Issuer = {
    entityId: 'https://issuer.example',
    province: '340000',
    signFor: (forms) => turns.signFor(forms),
  };
  const baseline = compilePolicy(NATIONAL_BASELINE);
  const state = createRegistryState({ adapters: [], mandates: [], baseline, policies: new Map() });
  registry = () => state;
  gauge = new CountingGauge(() => {});
  metrics = createMetrics();
  logged = '';
  const write = (line: string) => {
    logged += line;
  };
  const log = pino({ level: 'error' }, { write });
  const unused = () => Promise.reject(new Error('nobody is asked here'));
  const issuing: IssuingContext = {
    registry: () => registry(),
    ask: unused,
    answerTimes: new AnswerTimes(),
    provinceLimit: { take: () => null },
    issuerKeys: unused,
    nodeKeys: unused,
    sm2Verify: () => false,
    nowMs: Date.now,
    metrics,
  };
  const limit = { name: 'asker', perSecond: PER_SECOND, redis: null, isShared: () => false };
  const app = express();
  const hot = new HotRoutes(app);
  mountStatements(hot, {
    issuing,
    issuers: [issuer],
    askers: { authenticate: async () => ({ gateway: GATEWAY, province: '440000', issuer, question: null }) },
    statements: metrics.statements,
    coverage: new CoverageCounter(),
    log,
    shared: {
      askerLimit: openRateLimit(limit),
      load: gauge,
      bodies: new IncomingBodies(),
      seenOnce: (name, lifeMs) => openSeenOnce(name, null, lifeMs),
    },
  });
  app.use(errorHandler(log, metrics));
  server = createServer(hot.before(app, openFailures(log, metrics), openRequestLog(log)));
  origin = await listenOnLoopback(server);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return await fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

const questionOf = (code: string) => ({
  code,
  purpose: 'venue_entry',
  nonce: randomBytes(16).toString('base64url'),
});

async function batch(codes: readonly string[]): Promise<StatementBatchLine[]> {
  const reply = await ask('/v1/statements/batch', { items: codes.map((code) => questionOf(code)) });
  const lines = (await reply.text()).trimEnd().split('\n');
  return lines.map((line) => statementBatchLineSchema.parse(JSON.parse(line))).sort((a, b) => a.index - b.index);
}

const closed = (line: StatementBatchLine) => ('problem' in line ? line.problem.code : 'answered');

describe('a batch of questions', () => {
  test('counts as one against what a gateway may ask a second', async () => {
    const outcomes = (await batch(['a', 'b', 'c', 'd', 'e'])).map(closed);
    expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(PER_SECOND);
    expect(outcomes.filter((outcome) => outcome === 'rate_limited')).toHaveLength(2);
    expect(outcomes[0]).toBe('answered');
  });

  test('counts as one against the load, or is never taken off it', async () => {
    await batch(['a', 'b', 'c']);
    expect(gauge.most).toBe(3);
    while (gauge.now > 0) await new Promise(setImmediate);
  });

  test('fails as a whole where one question meets a fault of ours, or tells what it was about', async () => {
    const sound = registry();
    registry = () => {
      const { recognise, ...rest } = sound;
      return {
        ...rest,
        recognise: (code) => {
          if (code === 'CODE-OF-SOMEBODY') throw new RangeError(`cannot read ${code}`);
          return recognise(code);
        },
      };
    };
    expect((await batch(['a', 'CODE-OF-SOMEBODY', 'c'])).map(closed)).toEqual(['answered', 'internal', 'answered']);
    expect(logged).toContain('RangeError');
    expect(logged).not.toContain('CODE-OF-SOMEBODY');
    const text = await metrics.registry.metrics();
    expect(text).toContain('huren_statements_total{asker="440000",outcome="internal"} 1');
    expect(text).toContain('huren_statements_total{asker="440000",outcome="not_ours"} 2');
  });
});

describe('a token that is pulled out of a running node', () => {
  test('is told as a fault that nobody can wait for, or not to whoever could put it back', async () => {
    const made = makeTestToken();
    onTestFinished(() => made.remove());
    const store = openKeyStore({ setting: made.setting, dataDir: '' });
    const ring = await store.openRing('issuer', 'statement', { nowS: Math.floor(Date.now() / 1000) });
    signerInUse = () => ring.signer;
    expect((await batch(['a'])).map(closed)).toEqual(['answered']);
    renameSync(join(made.folder, 'tokens'), join(made.folder, 'pulled-out'));
    const refused = await ask('/v1/statements', questionOf('b'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ code: 'unavailable' });
    expect((await batch(['c'])).map(closed)).toEqual(['unavailable']);
    expect(logged).toContain('token_unavailable');
    expect(await metrics.registry.metrics()).toContain(
      'huren_statements_total{asker="440000",outcome="unavailable"} 2',
    );
    store.close();
  });
});
