import type { ServerReady, SystemReady } from '../../../adapters/sandbox/part-protocol.ts';
import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { HurenCommands } from './huren-command.ts';
import type { NationalOffices } from './national-ceremony.ts';
import type { NodeProcess } from './node-process.ts';
import type { PartProcess } from './part-process.ts';
import type { IssuingPlan, NationPlan, ProvincePlan, Seat } from './plan.ts';
import type { ProvincialOffices } from './provincial-ceremony.ts';
import type { Scanner } from './scan.ts';

/** A province while it runs. */
export interface RunningProvince {
  readonly plan: ProvincePlan;
  readonly offices: ProvincialOffices;
  readonly authority: NodeProcess;
  readonly issuer: NodeProcess;
  readonly destination: NodeProcess;
  readonly system: PartProcess<SystemReady>;
}

/** Who stands for the issuers abroad: put up once the nation runs, since no province waits for that. */
export interface Abroad {
  readonly plan: IssuingPlan;
  /** Not running before `ready`. */
  readonly node: NodeProcess;
  /** What publishes the lists; null until it runs. */
  readonly system: PartProcess<SystemReady> | null;
  /** The same, once certificates are answered. Rejects with a NationError where that cannot be. */
  readonly ready: Promise<PartProcess<SystemReady>>;
  /** Stops what has been started, in the middle of it as well. */
  readonly stop: () => Promise<void>;
}

/** A nation while it runs: every process, and everybody who may act. */
export interface Nation {
  readonly plan: NationPlan;
  readonly authority: NodeProcess;
  readonly registry: NodeProcess;
  readonly monitor: NodeProcess;
  /** Not running, but in the drill that plays an evil registry. */
  readonly twin: NodeProcess;
  readonly server: PartProcess<ServerReady>;
  readonly provinces: ReadonlyMap<ProvinceCode, RunningProvince>;
  readonly abroad: Abroad;
  readonly offices: NationalOffices;
  readonly commands: HurenCommands;
  readonly scanner: Scanner;
}

/** The nodes, in the order in which they are shown; the one for what is abroad while it runs. */
export function nodesOf({ authority, registry, monitor, provinces, abroad }: Nation): NodeProcess[] {
  const provincial = [...provinces.values()].flatMap((one) => [one.authority, one.issuer, one.destination]);
  const late = abroad.node.pid === null ? [] : [abroad.node];
  return [authority, registry, monitor, ...provincial, ...late];
}

/** Every process with its seat; null where it does not run just now. */
export function processesOf(nation: Nation): { readonly seat: Seat; readonly pid: number | null }[] {
  const systems = [...nation.provinces.values(), nation.abroad].flatMap(({ system }) => system ?? []);
  return [...nodesOf(nation), nation.server, ...systems].map(({ seat, pid }) => ({ seat, pid }));
}

/** Two different provinces of the nation, for what needs no particular ones. */
export function someOf({ provinces }: Nation): readonly [RunningProvince, RunningProvince] {
  const [first, second] = provinces.values();
  if (first === undefined || second === undefined) throw new Error('a nation has at least two provinces');
  return [first, second];
}
