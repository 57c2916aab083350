import type { LocalisedText, ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { trustCaFile } from '../../upstream/ca-file.ts';
import { AbroadParty } from './abroad.ts';
import { HurenCommands } from './huren-command.ts';
import { inTurns } from './in-turns.ts';
import { type Nation, nodesOf, type RunningProvince } from './nation.ts';
import { createRegistry, foundRegistry, issueMandate, nationalOffices } from './national-ceremony.ts';
import { NodeProcess, type Watch } from './node-process.ts';
import { nodeSettings, twinSettings } from './node-settings.ts';
import { startServer, startSystem } from './part-process.ts';
import { filesIn, makePlaces } from './places.ts';
import type { NationPlan, Seat } from './plan.ts';
import {
  admitProvince,
  grantAccess,
  initProvince,
  initServer,
  provincialOffices,
  publishPolicy,
  registerSystem,
} from './provincial-ceremony.ts';
import { whenReady } from './questions.ts';
import type { Scanner } from './scan.ts';

const NODES_AT_ONCE = 3;

export interface NationParts extends Watch {
  readonly plan: NationPlan;
  readonly scanner: Scanner;
  readonly onStep: (step: LocalisedText) => void;
}

/**
 * Starts a nation from nothing: directories, keys, ceremony, processes. On a fault everything that was started is stopped
 * again. Throws NationError.
 */
export async function startNation(parts: NationParts): Promise<Nation> {
  const started: Stoppable[] = [];
  const given = new AbortController();
  const stopped = AbortSignal.any([parts.stopped, given.signal]);
  try {
    return await start({ ...parts, stopped }, started);
  } catch (error) {
    given.abort();
    await stopAll(started);
    throw error;
  }
}

/** Stops every process of a nation, whatever state it is in. */
export async function stopNation(nation: Nation): Promise<void> {
  const systems = [...nation.provinces.values()].map(({ system }) => system);
  await stopAll([nation.abroad, ...nodesOf(nation), nation.twin, nation.server, ...systems]);
}

interface Stoppable {
  readonly stop: () => Promise<void>;
}

async function stopAll(started: readonly Stoppable[]): Promise<void> {
  await Promise.allSettled(started.map((one) => one.stop()));
}

async function start(parts: NationParts, started: Stoppable[]): Promise<Nation> {
  const { plan, stopped, onStep } = parts;
  onStep({ zh: '目录、证书', en: 'directories and certificates' });
  await makePlaces(plan);
  trustCaFile(filesIn(plan.dir).caFile);
  const nation = await found(parts, started);
  onStep({ zh: '注册表：第 0 条、运营者', en: 'registry: entry 0 and operators' });
  await nation.registry.start();
  await createRegistry(plan, nation.offices);
  onStep({
    zh: '节点启动；各省准入、适配器检查与批准',
    en: 'nodes start; provinces are admitted, adapters checked and approved',
  });
  const others = nodesOf(nation).filter((node) => node !== nation.registry);
  await allDone([inTurns(others, NODES_AT_ONCE, (node) => node.start()), ...ceremonies(nation)]);
  onStep({ zh: '等待各节点就绪', en: 'waiting until every node is ready' });
  await Promise.all(nodesOf(nation).map(({ seat }) => whenReady(seat, stopped)));
  nation.abroad.begin(nation);
  return nation;
}

/** Keys, entry 0 and the anchor file; the systems that are no nodes start meanwhile. */
async function found(parts: NationParts, started: Stoppable[]): Promise<Nation & { readonly abroad: AbroadParty }> {
  const { plan, scanner, stopped, onStep } = parts;
  onStep({ zh: '密钥、第 0 条与信任锚文件', en: 'keys, entry 0 and the anchor file' });
  const commands = new HurenCommands(stopped);
  const offices = nationalOffices(plan, commands);
  const kept = <P extends Stoppable>(process: P): P => {
    started.push(process);
    return process;
  };
  const node = (seat: Seat) => kept(new NodeProcess(seat, nodeSettings(plan, seat), parts));
  const provincial = plan.provinces.map((one) => ({ plan: one, offices: provincialOffices(plan, one, commands) }));
  const starting = startServer(plan, parts).then(kept);
  const [server, systems] = await allDone([
    starting,
    inTurns(plan.provinces, NODES_AT_ONCE, async (one) => kept(await startSystem(one, parts))),
    foundRegistry(plan, offices),
    ...provincial.map(async (one) => {
      await initProvince(plan, one.plan, one.offices);
      await initServer(one.plan, one.offices, (await starting).ready);
    }),
  ]);
  const provinces = new Map<ProvinceCode, RunningProvince>();
  for (const [at, one] of provincial.entries()) {
    const system = systems[at];
    if (system === undefined) throw new Error(`${one.plan.code} has no system`);
    grantAccess(one.plan, system.ready);
    const { authority, issuer, destination, code } = one.plan;
    const nodes = { authority: node(authority), issuer: node(issuer), destination: node(destination) };
    provinces.set(code, { ...one, ...nodes, system });
  }
  const { authority, registry, monitor } = plan;
  const twin = kept(new NodeProcess(plan.twin, twinSettings(plan), parts));
  const national = { authority: node(authority), registry: node(registry), monitor: node(monitor), twin };
  const abroad = new AbroadParty(plan, parts);
  started.push(abroad);
  return { plan, ...national, server, provinces, abroad, offices, commands, scanner };
}

function ceremonies({ plan, offices, provinces }: Nation): Promise<void>[] {
  const [first] = provinces.values();
  return [
    ...[...provinces.values()].map(async (province) => {
      await admitProvince(plan, province.plan, province.offices, offices);
      const { ready } = province.system;
      await registerSystem(plan, province.plan, province.offices, { national: offices, ready });
      if (province === first) await publishPolicy(province.plan, province.offices);
    }),
    issueMandate(plan, offices),
  ];
}

/** Waits for all of them, so that nothing is still being started when the first fault is passed on. */
async function allDone<T extends readonly unknown[]>(
  work: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
