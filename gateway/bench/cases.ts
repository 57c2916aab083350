import type { TokenForm } from '../../schemas/token-form.ts';
import { type CaseName, type CasePlan, planOf } from './case-plans.ts';
import type { Child } from './child.ts';
import type { LoadJob, LoadTarget } from './load-job.ts';
import { offlineResultSchema, type Verified } from './offline-job.ts';
import { HUNG_PROVINCE, PLAIN, SIGNED } from './sandbox-seed.ts';
import type { Stage, StagedGateway } from './stage.ts';
import { type Run, type Turn, takeTurn } from './turn.ts';

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

interface WhomAsked extends Pick<Run, 'servers' | 'issuer'> {
  /** Whose venue asks about whose codes, and where, if not the gateway itself. */
  readonly asked: readonly { readonly gateway: StagedGateway; readonly origin?: string }[];
}

/** Plays the cases on a stage, one turn at a time. */
export class Cases {
  readonly #stage: Stage;
  readonly #connections: number;
  /** The highest rate seen of each case that uses codes up. */
  readonly #perSecond = new Map<CaseName, number>();
  /** Made when first wanted in a round. */
  #peersCodes: readonly string[] | null = null;
  readonly #repeated = new Map<StagedGateway, readonly string[]>();

  constructor(stage: Stage, connections: number) {
    this.#stage = stage;
    this.#connections = connections;
  }

  /** Before each round: what was signed for the one before is too old by now. */
  async beginRound(): Promise<void> {
    await this.#stage.replay.forget();
    this.#peersCodes = null;
    this.#repeated.clear();
  }

  /** Whom a case measures, the node that they ask last. */
  async serversOf(name: CaseName): Promise<readonly Child<unknown>[]> {
    const plan = planOf(name);
    if (plan.asks === 'verifier') return [await this.#stage.verifier()];
    const { servers, issuer } = await this.#asked(plan);
    return issuer === null ? servers : [...servers, issuer];
  }

  /** One turn of a case: what it asks about is made before the clock starts. */
  async play(name: CaseName, length: Length): Promise<Turn> {
    const plan = planOf(name);
    if (plan.verifies !== undefined) return await this.#verifyOffline(plan.verifies, length);
    if (plan.whileOneHangs === undefined) return await this.#load(name, plan, length, null);
    const { seed } = await this.#stage.gateway();
    const travellers = Math.ceil((HUNG_PER_SECOND * length.durationMs) / 1000);
    const bodies = (await seed.mint(HUNG_PROVINCE, travellers)).map(questionOf(undefined));
    await seed.setHanging(HUNG_PROVINCE, true);
    try {
      return await this.#load(name, plan, length, { bodies, perSecond: HUNG_PER_SECOND });
    } finally {
      await seed.setHanging(HUNG_PROVINCE, false);
    }
  }

  async #verifyOffline(what: Verified, { durationMs, operations }: Length): Promise<Turn> {
    const job = { kind: 'verify', what, durationMs, most: operations };
    const verifier = await this.#stage.verifier();
    const done = await verifier.run(job, offlineResultSchema);
    return { ...done, issuerCpuUs: null, upstreamCpuUs: null, wrong: 0, shed: 0 };
  }

  async #load(name: CaseName, plan: CasePlan, length: Length, arrivals: LoadJob['arrivals']): Promise<Turn> {
    const { client, replay } = this.#stage;
    const { servers, issuer, asked } = await this.#asked(plan);
    const targets: LoadTarget[] = [];
    for (const { gateway, origin } of asked) {
      targets.push(target(gateway, await this.#bodies(name, plan, length, gateway), origin));
    }
    const job = { ...this.#job(plan, length, targets), arrivals };
    const upstream = plan.codes === 'repeated' || plan.asks === 'bare' ? null : replay.child;
    const turn = await takeTurn(name, client, { job, items: plan.items ?? 1, servers, issuer, upstream });
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

  async #asked({ asks }: CasePlan): Promise<WhomAsked> {
    const gateway = await this.#stage.gateway();
    switch (asks) {
      case 'gateway':
        return { servers: [gateway.server], issuer: null, asked: [{ gateway }] };
      case 'both': {
        const second = await this.#stage.second();
        const asked = [{ gateway }, { gateway: second }];
        return { servers: [gateway.server, second.server], issuer: null, asked };
      }
      case 'federation': {
        const { destination, issuer } = await this.#stage.federation();
        return { servers: [destination.server], issuer, asked: [{ gateway: destination }] };
      }
      case 'verifier':
        return { servers: [], issuer: null, asked: [] };
      default: {
        const peer = await this.#stage.peer(asks);
        return { servers: [peer], issuer: null, asked: [{ gateway, origin: peer.ready.url }] };
      }
    }
  }

  async #bodies(name: CaseName, plan: CasePlan, length: Length, asked: StagedGateway): Promise<string[]> {
    const question = questionOf(plan.forms);
    const codes = await this.#codes(name, plan, length, asked);
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
    asked: StagedGateway,
  ): Promise<readonly string[]> {
    switch (codes) {
      case 'peers':
        this.#peersCodes ??= await asked.mint(SIGNED, PEERS_CODES);
        return this.#peersCodes;
      case 'repeated':
        return this.#repeated.get(asked) ?? (await this.#askedOnce(asked));
      default: {
        const perSecond = this.#perSecond.get(name) ?? FIRST_GUESS_PER_SECOND;
        const underWay = items * Math.max(this.#connections, crowd);
        const wanted = (operations ?? Math.ceil((perSecond * 1.3 * durationMs) / 1000)) + underWay;
        return await asked.mint(codes === 'new' ? SIGNED : PLAIN, Math.min(wanted, MAX_NEW_CODES));
      }
    }
  }

  /** Codes that the gateway knows from now on. */
  async #askedOnce(asked: StagedGateway): Promise<readonly string[]> {
    const codes = await asked.mint(SIGNED, REPEATED_CODES);
    this.#repeated.set(asked, codes);
    const targets = [target(asked, codes.map(questionOf(undefined)))];
    const job = this.#job({ asks: 'gateway', codes: 'new' }, { durationMs: 10_000, operations: null }, targets);
    await takeTurn('repeat', this.#stage.client, { job, items: 1, servers: [], issuer: null, upstream: null });
    return codes;
  }
}

function target({ server, token }: StagedGateway, bodies: string[], origin = server.ready.url): LoadTarget {
  return { origin, bodies, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } };
}

function questionOf(forms: readonly TokenForm[] | undefined): (code: string) => string {
  return (code) => JSON.stringify({ code, purpose: 'medical_visit', ...(forms === undefined ? {} : { forms }) });
}
