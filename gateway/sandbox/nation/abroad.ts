import type { SystemReady } from '../../../adapters/sandbox/part-protocol.ts';
import { HurenCommands } from './huren-command.ts';
import type { Abroad, Nation } from './nation.ts';
import { anchorKey } from './national-ceremony.ts';
import { NodeProcess, type Watch } from './node-process.ts';
import { nodeSettings } from './node-settings.ts';
import { Office } from './office.ts';
import { type PartProcess, startSystem } from './part-process.ts';
import type { IssuingPlan, NationPlan } from './plan.ts';
import { admit, grantAccess, provinceKey, registerSystem } from './provincial-ceremony.ts';
import { whenReady } from './questions.ts';

/**
 * Who stands for the issuers abroad (900000): what publishes the trust list and rules, and one node that is authority and
 * issuer, admitted and registered like a province. It is put up while the nation already answers.
 */
export class AbroadParty implements Abroad {
  readonly plan: IssuingPlan;
  readonly node: NodeProcess;
  readonly ready: Promise<PartProcess<SystemReady>>;
  readonly #watch: Watch;
  readonly #halted = new AbortController();
  readonly #putUp = Promise.withResolvers<PartProcess<SystemReady>>();
  #system: PartProcess<SystemReady> | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(plan: NationPlan, { stopped, onEnded }: Watch) {
    this.plan = plan.abroad;
    this.#watch = { stopped: AbortSignal.any([stopped, this.#halted.signal]), onEnded };
    this.node = new NodeProcess(plan.abroad.authority, nodeSettings(plan, plan.abroad.authority), this.#watch);
    this.ready = this.#putUp.promise;
    // Whoever needs it waits for it; until then a fault is nobody's.
    this.ready.catch(() => undefined);
  }

  get system(): PartProcess<SystemReady> | null {
    return this.#system;
  }

  /** Puts it up: what comes of that is in `ready`. */
  begin(nation: Omit<Nation, 'abroad'>): void {
    this.#work = this.#start(nation).then(this.#putUp.resolve, this.#putUp.reject);
  }

  async stop(): Promise<void> {
    this.#halted.abort();
    await this.#work;
    await Promise.allSettled([this.node.stop(), this.#system?.stop()]);
  }

  async #start({ plan, offices }: Omit<Nation, 'abroad'>): Promise<PartProcess<SystemReady>> {
    const { code, authority, issuer } = this.plan;
    const { stopped } = this.#watch;
    const office = new Office(authority, plan.registry, new HurenCommands(stopped));
    const init = ['authority', 'init', '--province', code];
    const starting = startSystem(this.plan, this.#watch);
    const [system] = await Promise.all([
      starting.then((started) => {
        this.#system = started;
        return started;
      }),
      office.step(...init, '--kind', 'province', '--entity', authority.url, '--superior', plan.authority.url),
      office.step(...init, '--kind', 'issuer', '--entity', issuer.url, '--superior', authority.url),
    ]);
    grantAccess(this.plan, system.ready);
    await this.node.start();
    await admit(office, 'province', { by: offices.anchor, key: anchorKey(plan) });
    await admit(office, 'issuer', { by: office, key: provinceKey(this.plan) });
    await registerSystem(plan, this.plan, { authority: office }, { national: offices, ready: system.ready });
    await whenReady(authority, stopped);
    return system;
  }
}
