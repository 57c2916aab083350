import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { setFault } from '../venue-client.ts';
import type { FaultProxy, NetworkFault } from './fault-proxy.ts';
import type { RedisKind, Stage } from './stage.ts';

/** Something that goes wrong for a while. `begin` resolves with what mends it. */
export interface Fault {
  readonly name: string;
  readonly begin: (stage: Stage, random: () => number) => Promise<() => Promise<void>>;
  /** Instances may be cut off from one another's invalidations while it lasts. */
  readonly cutsOff?: true;
  /** A gateway takes seconds to start: the next faults begin meanwhile, but none that takes a second gateway away. */
  readonly mendsSlowly?: true;
}

const SIGNED: ProvinceCode = '410000';
const PLAIN: ProvinceCode = '420000';
/** Signs, and withdraws nothing during a run: its earlier answers are there to stand in. */
const UNDISTURBED: ProvinceCode = '440000';

function provinceFault(name: string, fault: object, province: ProvinceCode, more: object = {}): Fault {
  return {
    name: `province ${name}`,
    begin: async ({ url }) => {
      await retried(() => setFault(url, province, fault, more));
      return () => retried(() => setFault(url, province, null, more));
    },
  };
}

function linkFault(
  name: string,
  fault: NetworkFault,
  links: (stage: Stage, random: () => number) => FaultProxy[],
): Fault {
  return {
    name,
    begin: async (stage, random) => {
      const hit = links(stage, random);
      for (const link of hit) link.set(fault);
      return async () => {
        for (const link of hit) link.set(null);
      };
    },
  };
}

const toProvince = (province: ProvinceCode) => (stage: Stage) => {
  const link = stage.provinceLinks.get(province);
  return link === undefined ? [] : [link];
};
const toDatabase = ({ databaseLink }: Stage) => [databaseLink];
const toRedis = ({ redisLinks }: Stage) => [...redisLinks];
const oneToRedis = ({ redisLinks }: Stage, random: () => number) => pick(redisLinks, random);

function pick<T>(members: readonly T[], random: () => number): T[] {
  const member = members[Math.floor(random() * members.length)];
  return member === undefined ? [] : [member];
}

const PROVINCE_FAULTS: readonly Fault[] = [
  provinceFault('answers 503', { status: 503 }, PLAIN),
  provinceFault('answers 503, cache kept', { status: 503 }, UNDISTURBED, { keep_cache: true }),
  provinceFault('hangs', { hang: true }, SIGNED),
  provinceFault('hangs, cache kept', { hang: true }, UNDISTURBED, { keep_cache: true }),
  provinceFault('sends garbage', { garbage: true }, PLAIN),
  provinceFault('signs wrongly', { bad_signature: true }, SIGNED),
  provinceFault('resets', { reset: true }, '330000'),
  provinceFault('flaps', { flap: 3 }, '440000'),
  provinceFault('is slow', { latencyMs: 400 }, '140000'),
  linkFault('link to a province: reset', { reset: true }, toProvince('440000')),
  linkFault('link to a province: blackhole', { blackhole: true }, toProvince('330000')),
  linkFault('link to a province: trickle', { trickle: true }, toProvince(PLAIN)),
  // Only where the province signs: over plain HTTP nobody could tell an altered colour from a true one.
  linkFault('link to a province: corruption', { corruptOneIn: 400 }, toProvince(SIGNED)),
];

const PROVINCE_KILLED: Fault = {
  name: 'province killed',
  begin: async ({ provinceLinks }) => {
    const link = provinceLinks.get(PLAIN);
    await link?.kill();
    return async () => await link?.listen();
  },
};

const STORE_FAULTS: readonly Fault[] = [
  {
    name: 'PostgreSQL killed',
    begin: async ({ postgres }) => {
      await postgres.shutDown();
      return () => postgres.start();
    },
  },
  linkFault('link to PostgreSQL: blackhole', { blackhole: true }, toDatabase),
  linkFault('link to PostgreSQL: reset', { reset: true }, toDatabase),
  {
    name: 'gateway killed',
    mendsSlowly: true,
    begin: async ({ gateways }, random) => {
      const [victim] = pick(gateways, random);
      await victim?.kill();
      return async () => await victim?.start();
    },
  },
  {
    name: 'gateway restarted in order',
    mendsSlowly: true,
    begin: async ({ gateways }, random) => {
      const [victim] = pick(gateways, random);
      await victim?.end();
      return async () => await victim?.start();
    },
  },
];

const redisNodeFaults = (node: string): readonly Fault[] => [
  {
    name: `${node} killed`,
    cutsOff: true,
    begin: async ({ redis }, random) => {
      const [victim] = pick(redis.nodes, random);
      await victim?.kill();
      return async () => await victim?.start();
    },
  },
  {
    name: `${node} frozen`,
    cutsOff: true,
    begin: async ({ redis }, random) => {
      const [victim] = pick(redis.nodes, random);
      victim?.freeze();
      return async () => victim?.resume();
    },
  },
];

const REDIS_LINK_FAULTS: readonly Fault[] = [
  { ...linkFault('link to Redis: reset', { reset: true }, toRedis), cutsOff: true },
  { ...linkFault('link to Redis: latency', { latencyMs: 60 }, toRedis), cutsOff: true },
  { ...linkFault('link to Redis: trickle', { trickle: true }, toRedis), cutsOff: true },
  { ...linkFault('link to Redis: corruption', { corruptOneIn: 2_000 }, toRedis), cutsOff: true },
  { ...linkFault('one gateway cut off from Redis', { blackhole: true }, oneToRedis), cutsOff: true },
];

/** Every fault there is for a stage with that kind of Redis. */
export function faultsFor(kind: RedisKind): Fault[] {
  const shared = [...PROVINCE_FAULTS, PROVINCE_KILLED, ...STORE_FAULTS];
  return kind === 'single'
    ? [...shared, ...redisNodeFaults('Redis'), ...REDIS_LINK_FAULTS]
    : [...shared, ...redisNodeFaults('Redis Cluster master')];
}

async function retried(work: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
