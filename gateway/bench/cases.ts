import { EVERY_FORM, type TokenForm } from '../../schemas/token-form.ts';
import type { Child } from './child.ts';
import { type LoadJob, loadResultSchema, requireRight } from './load-job.ts';
import { offlineResultSchema } from './offline-job.ts';
import { clocks, usedUs } from './process-time.ts';
import { HUNG_PROVINCE, MIX } from './sandbox-seed.ts';
import type { Stage, StagedFederation, StagedGateway } from './stage.ts';

export const CASES = [
  'bare-http',
  'handwritten',
  'cold',
  'federated-cold',
  'federated-cold-batched',
  'federated-cold-singly',
  'repeat',
  'repeat-with-one-province-hung',
  'repeat-two-instances',
  'batch',
  'verify-offline',
] as const;
export type CaseName = (typeof CASES)[number];

export const BATCH_ITEMS = 20;
/** From here on questions to one node find others to travel with. */
export const LEAST_CROWD = 32;
const REPEATED_CODES = 100;
const HUNG_PER_SECOND = 20;
const FIRST_GUESS_PER_SECOND = 2_000;
/** Below what one sandbox keeps, with room for the other cases' codes. */
const MAX_NEW_CODES = 12_000;

/** One turn of one case. An operation is a verification. */
export interface Turn {
  readonly operations: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all servers under test together. */
  readonly cpuUs: number;
  /** The issuer's part of it, where a node is asked. */
  readonly issuerCpuUs: number | null;
  readonly upstreamCpuUs: number | null;
  readonly wrong: number;
  readonly shed: number;
}

interface Run {
  readonly targets: LoadJob['targets'];
  readonly servers: readonly Child<unknown>[];
  /** The node that the servers ask, counted with them. */
  readonly issuer?: Child<unknown>;
  /** Clients at the same time, where it is not what the command line says. */
  readonly connections?: number;
  /** Whose simulated provinces are asked. */
  readonly upstreamsOf: readonly StagedGateway[];
  readonly order: LoadJob['order'];
  readonly itemsPerRequest?: number;
  readonly arrivals?: LoadJob['arrivals'];
}

/** How a node is asked: by how many clients at a time, which federation, and in which forms they take the evidence. */
interface Federated {
  readonly connections: number;
  readonly federation?: StagedFederation;
  readonly forms?: readonly TokenForm[];
}

/** Plays the cases on a stage, one turn at a time. */
export class Cases {
  readonly #stage: Stage;
  readonly #connections: number;
  /** The highest rate seen of each case that uses codes up. */
  readonly #perSecond = new Map<CaseName, number>();
  #repeated: readonly (readonly string[])[] = [];

  constructor(stage: Stage, connections: number) {
    this.#stage = stage;
    this.#connections = connections;
  }

  /** Before each round, outside any measurement: the codes that come again, asked once already. */
  async prepareRound(durationMs: number): Promise<void> {
    const { gateway, second } = this.#stage;
    this.#repeated = await Promise.all([gateway, second].map(({ seed }) => seed.mint(MIX, REPEATED_CODES)));
    for (const [at, one] of [gateway, second].entries()) {
      await this.#load('repeat', durationMs + 5_000, {
        ...this.#asking([one], [this.#repeated[at] ?? []]),
        order: 'once',
      });
    }
  }

  async play(name: CaseName, durationMs: number): Promise<Turn> {
    const { gateway, second, handwritten, bare } = this.#stage;
    const [repeated = [], repeatedAtSecond = []] = this.#repeated;
    switch (name) {
      case 'bare-http':
        return this.#load(name, durationMs, {
          targets: [
            this.#target(
              gateway,
              repeated.map((code) => question(code)),
              bare.ready.url,
            ),
          ],
          servers: [bare],
          upstreamsOf: [],
          order: 'round',
        });
      case 'handwritten':
        return this.#load(name, durationMs, {
          targets: [
            this.#target(
              gateway,
              (await this.#newCodes(name, durationMs)).map((code) => question(code)),
              handwritten.ready.url,
            ),
          ],
          servers: [handwritten],
          upstreamsOf: [gateway],
          order: 'once',
        });
      case 'cold':
        return this.#load(name, durationMs, {
          ...this.#asking([gateway], [await this.#newCodes(name, durationMs)]),
          order: 'once',
        });
      case 'federated-cold':
        return this.#load(
          name,
          durationMs,
          await this.#federated(name, durationMs, { connections: this.#connections }),
        );
      case 'federated-cold-batched':
        return this.#load(
          name,
          durationMs,
          await this.#federated(name, durationMs, { connections: this.#crowd, forms: EVERY_FORM }),
        );
      case 'federated-cold-singly':
        return this.#load(
          name,
          durationMs,
          await this.#federated(name, durationMs, { connections: this.#crowd, federation: this.#stage.singly }),
        );
      case 'repeat':
        return this.#load(name, durationMs, { ...this.#asking([gateway], [repeated]), order: 'round' });
      case 'repeat-two-instances':
        return this.#load(name, durationMs, {
          ...this.#asking([gateway, second], [repeated, repeatedAtSecond]),
          order: 'round',
        });
      case 'repeat-with-one-province-hung':
        return this.#whileOneHangs(name, durationMs, repeated);
      case 'batch':
        return this.#load(name, durationMs, {
          targets: [this.#target(gateway, batches(await this.#newCodes(name, durationMs)))],
          servers: [gateway.server],
          upstreamsOf: [gateway],
          order: 'once',
          itemsPerRequest: BATCH_ITEMS,
        });
      case 'verify-offline':
        return this.#verifyOffline(durationMs);
    }
  }

  async #whileOneHangs(name: CaseName, durationMs: number, repeated: readonly string[]): Promise<Turn> {
    const { seed } = this.#stage.gateway;
    const travellers = Math.ceil((HUNG_PER_SECOND * durationMs) / 1000);
    const bodies = (await seed.mint([HUNG_PROVINCE], travellers)).map((code) => question(code));
    await seed.setHanging(HUNG_PROVINCE, true);
    try {
      return await this.#load(name, durationMs, {
        ...this.#asking([this.#stage.gateway], [repeated]),
        order: 'round',
        arrivals: { bodies, perSecond: HUNG_PER_SECOND },
      });
    } finally {
      await seed.setHanging(HUNG_PROVINCE, false);
    }
  }

  async #verifyOffline(durationMs: number): Promise<Turn> {
    const done = await this.#stage.verifier.run({ kind: 'verify', durationMs }, offlineResultSchema);
    return { ...done, issuerCpuUs: null, upstreamCpuUs: null, wrong: 0, shed: 0 };
  }

  /** New codes at a gateway that asks a node; that node's work counts as well. */
  async #federated(
    name: CaseName,
    durationMs: number,
    { connections, federation = this.#stage.federation, forms }: Federated,
  ): Promise<Run> {
    const { destination, issuer } = federation;
    const codes = await this.#newCodes(name, durationMs, destination);
    const bodies = codes.map((code) => question(code, forms));
    const { servers, upstreamsOf } = this.#asking([destination], []);
    return { targets: [this.#target(destination, bodies)], servers, upstreamsOf, issuer, connections, order: 'once' };
  }

  /** As many scans under way as it takes for some to wait for each other. */
  get #crowd(): number {
    return Math.max(this.#connections, LEAST_CROWD);
  }

  #asking(gateways: readonly StagedGateway[], codes: readonly (readonly string[])[]): Omit<Run, 'order'> {
    return {
      targets: gateways.map((gateway, at) =>
        this.#target(
          gateway,
          (codes[at] ?? []).map((code) => question(code)),
        ),
      ),
      servers: gateways.map(({ server }) => server),
      upstreamsOf: gateways,
    };
  }

  #target(gateway: StagedGateway, bodies: string[], origin = gateway.server.ready.url): LoadJob['targets'][number] {
    return {
      origin,
      bodies,
      headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
    };
  }

  /** As many codes as the case could use up in that time, made before the clock starts. */
  async #newCodes(name: CaseName, durationMs: number, { seed } = this.#stage.gateway): Promise<string[]> {
    const perSecond = this.#perSecond.get(name) ?? FIRST_GUESS_PER_SECOND;
    const wanted = Math.ceil((perSecond * 1.3 * durationMs) / 1000) + BATCH_ITEMS * this.#crowd;
    return await seed.mint(MIX, Math.min(wanted, MAX_NEW_CODES));
  }

  async #load(name: CaseName, durationMs: number, run: Run): Promise<Turn> {
    const items = run.itemsPerRequest ?? 1;
    const connections = run.connections ?? this.#connections;
    const job: LoadJob = {
      targets: run.targets,
      path: items === 1 ? '/v1/verifications' : '/v1/verifications/batch',
      order: run.order,
      // A batch holds many verifications at a time already.
      connections: items === 1 ? connections : Math.max(1, Math.round(connections / 4)),
      durationMs,
      expect: { text: '"status":"green"', times: items },
      arrivals: run.arrivals ?? null,
    };
    const parents = run.upstreamsOf.map(({ server }) => server);
    const clocked = { servers: run.servers, issuer: run.issuer ?? null, parents };
    const before = await clocks(clocked);
    const result = await this.#stage.client.run(job, loadResultSchema);
    const after = await clocks(clocked);
    requireRight(name, result);
    const operations = result.requests * items;
    this.#perSecond.set(name, Math.max(this.#perSecond.get(name) ?? 0, (operations * 1000) / result.elapsedMs));
    const { elapsedMs, p50Ms, p99Ms, wrong, shed } = result;
    return {
      ...{ operations, elapsedMs, p50Ms, p99Ms, wrong, shed },
      cpuUs: after.servers - before.servers,
      issuerCpuUs: usedUs(before, after, 'issuer'),
      upstreamCpuUs: usedUs(before, after, 'upstreams'),
    };
  }
}

function question(code: string, forms?: readonly TokenForm[]): string {
  return JSON.stringify({ code, purpose: 'medical_visit', ...(forms === undefined ? {} : { forms }) });
}

function batches(codes: readonly string[]): string[] {
  const count = Math.floor(codes.length / BATCH_ITEMS);
  return Array.from({ length: count }, (_, at) => {
    const items = codes.slice(at * BATCH_ITEMS, (at + 1) * BATCH_ITEMS);
    return JSON.stringify({ items: items.map((code) => ({ code, purpose: 'medical_visit' })) });
  });
}
