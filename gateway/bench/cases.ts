import type { TokenForm } from '../../schemas/token-form.ts';
import { CASE_PLANS, type CaseName, type CasePlan } from './case-plans.ts';
import type { Child } from './child.ts';
import type { LoadJob, LoadTarget } from './load-job.ts';
import { offlineResultSchema } from './offline-job.ts';
import { HUNG_PROVINCE, PLAIN, SIGNED } from './sandbox-seed.ts';
import type { Stage, StagedGateway } from './stage.ts';
import { type Turn, takeTurn } from './turn.ts';

const REPEATED_CODES = 100;
const PEERS_CODES = 1_000;
const HUNG_PER_SECOND = 20;
const FIRST_GUESS_PER_SECOND = 2_000;
const MAX_NEW_CODES = 30_000;
const GREEN = '"status":"green"';

/** How long a turn may last, and after how many operations it ends as well. */
export interface Length {
  readonly durationMs: number;
  readonly operations: number | null;
}

/** Plays the cases on a stage, one turn at a time. */
export class Cases {
  readonly #stage: Stage;
  readonly #connections: number;
  /** The highest rate seen of each case that uses codes up. */
  readonly #perSecond = new Map<CaseName, number>();
  #peers: readonly string[] = [];
  #repeated: readonly (readonly string[])[] = [];

  constructor(stage: Stage, connections: number) {
    this.#stage = stage;
    this.#connections = connections;
  }

  /** Before each round, outside any measurement: the codes that come again, asked once already. */
  async prepareRound(): Promise<void> {
    const { gateway, second, replay } = this.#stage;
    await replay.forget();
    this.#peers = await gateway.mint(SIGNED, PEERS_CODES);
    this.#repeated = [await gateway.mint(SIGNED, REPEATED_CODES), await second.mint(SIGNED, REPEATED_CODES)];
    for (const [at, one] of [gateway, second].entries()) {
      const targets = [target(one, (this.#repeated[at] ?? []).map(questionOf(undefined)))];
      const job = this.#job({ asks: 'gateway', codes: 'new' }, { durationMs: 10_000, operations: null }, targets);
      await takeTurn('repeat', this.#stage.client, { job, items: 1, servers: [], issuer: null, upstream: null });
    }
  }

  /** One turn of a case: what it asks about is made before the clock starts. */
  async play(name: CaseName, length: Length): Promise<Turn> {
    const plan: CasePlan | undefined = CASE_PLANS.get(name);
    if (plan === undefined || plan.asks === 'verifier') return await this.#verifyOffline(length);
    if (plan.whileOneHangs === undefined) return await this.#load(name, plan, length, null);
    const { seed } = this.#stage.gateway;
    const travellers = Math.ceil((HUNG_PER_SECOND * length.durationMs) / 1000);
    const bodies = (await seed.mint(HUNG_PROVINCE, travellers)).map(questionOf(undefined));
    await seed.setHanging(HUNG_PROVINCE, true);
    try {
      return await this.#load(name, plan, length, { bodies, perSecond: HUNG_PER_SECOND });
    } finally {
      await seed.setHanging(HUNG_PROVINCE, false);
    }
  }

  async #verifyOffline({ durationMs, operations }: Length): Promise<Turn> {
    const job = { kind: 'verify', durationMs, most: operations };
    const done = await this.#stage.verifier.run(job, offlineResultSchema);
    return { ...done, issuerCpuUs: null, upstreamCpuUs: null, wrong: 0, shed: 0 };
  }

  async #load(name: CaseName, plan: CasePlan, length: Length, arrivals: LoadJob['arrivals']): Promise<Turn> {
    const { client, replay, federation } = this.#stage;
    const job = { ...this.#job(plan, length, await this.#targets(name, plan, length)), arrivals };
    const turn = await takeTurn(name, client, {
      job,
      items: plan.items ?? 1,
      servers: this.#servers(plan),
      issuer: plan.asks === 'federation' ? federation.issuer : null,
      upstream: plan.codes === 'repeated' || plan.asks === 'bare' ? null : replay.child,
    });
    this.#perSecond.set(name, Math.max(this.#perSecond.get(name) ?? 0, (turn.operations * 1000) / turn.elapsedMs));
    return turn;
  }

  #job(plan: CasePlan, { durationMs, operations }: Length, targets: LoadTarget[]): LoadJob {
    const { items = 1, crowd = 1 } = plan;
    const clients = Math.max(this.#connections, crowd);
    return {
      targets,
      path: items === 1 ? '/v1/verifications' : '/v1/verifications/batch',
      order: plan.codes === 'new' || plan.codes === 'new-plain' ? 'once' : 'round',
      // A batch holds many verifications at a time already.
      connections: items === 1 ? clients : Math.max(1, Math.round(clients / 4)),
      durationMs,
      most: operations === null ? null : Math.ceil(operations / items),
      // What a proxy hands on is in the province's own words.
      expect: plan.asks === 'proxy' ? null : { text: GREEN, times: items },
      arrivals: null,
    };
  }

  #servers({ asks }: CasePlan): readonly Child<unknown>[] {
    const { gateway, second, federation, peers } = this.#stage;
    switch (asks) {
      case 'gateway':
        return [gateway.server];
      case 'both':
        return [gateway.server, second.server];
      case 'federation':
        return [federation.destination.server];
      case 'verifier':
        return [];
      default:
        return [peers[asks]];
    }
  }

  async #targets(name: CaseName, plan: CasePlan, length: Length): Promise<LoadTarget[]> {
    const { gateway, second, federation, peers } = this.#stage;
    switch (plan.asks) {
      case 'gateway':
        return [target(gateway, await this.#bodies(name, plan, length, gateway, 0))];
      case 'both':
        return [
          target(gateway, await this.#bodies(name, plan, length, gateway, 0)),
          target(second, await this.#bodies(name, plan, length, second, 1)),
        ];
      case 'federation':
        return [target(federation.destination, await this.#bodies(name, plan, length, federation.destination, 0))];
      case 'verifier':
        return [];
      default:
        return [target(gateway, await this.#bodies(name, plan, length, gateway, 0), peers[plan.asks].ready.url)];
    }
  }

  async #bodies(name: CaseName, plan: CasePlan, length: Length, asked: StagedGateway, instance: number) {
    const question = questionOf(plan.forms);
    const codes = await this.#codes(name, plan, length, asked, instance);
    if (plan.items === undefined) return codes.map(question);
    const { items } = plan;
    return Array.from({ length: Math.floor(codes.length / items) }, (_, at) => {
      return `{"items":[${codes.slice(at * items, (at + 1) * items).map(question)}]}`;
    });
  }

  async #codes(
    name: CaseName,
    { codes, items = 1, crowd = 1 }: CasePlan,
    { durationMs, operations }: Length,
    { mint }: StagedGateway,
    instance: number,
  ): Promise<readonly string[]> {
    if (codes === 'peers') return this.#peers;
    if (codes === 'repeated') return this.#repeated[instance] ?? [];
    const perSecond = this.#perSecond.get(name) ?? FIRST_GUESS_PER_SECOND;
    const under = items * Math.max(this.#connections, crowd);
    const wanted = (operations ?? Math.ceil((perSecond * 1.3 * durationMs) / 1000)) + under;
    return await mint(codes === 'new' ? SIGNED : PLAIN, Math.min(wanted, MAX_NEW_CODES));
  }
}

function target({ server, token }: StagedGateway, bodies: string[], origin = server.ready.url): LoadTarget {
  return { origin, bodies, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } };
}

function questionOf(forms: readonly TokenForm[] | undefined): (code: string) => string {
  return (code) => JSON.stringify({ code, purpose: 'medical_visit', ...(forms === undefined ? {} : { forms }) });
}
