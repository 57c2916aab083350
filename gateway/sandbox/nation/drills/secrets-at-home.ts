import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { askControl } from '../../../../adapters/sandbox/control-client.ts';
import { sandboxRequestsSchema } from '../../../../schemas/sandbox.ts';
import { type Nation, nodesOf, processesOf, type RunningProvince } from '../nation.ts';
import { metricsOf } from '../questions.ts';
import { type Drill, must } from './drill.ts';
import { mustScanAll } from './scanning.ts';

/** Shorter ones are found everywhere by chance. */
const LEAST_LENGTH = 8;

/**
 * Whatever a province's system gave out for asking it lies with that province's issuer alone: in no other directory, no
 * other process's environment, no other system's requests and no metric, as it is or encoded.
 */
export const SECRETS_AT_HOME: Drill = {
  name: 'secrets_at_home',
  run: async (nation) => {
    const provinces = [...nation.provinces.values()];
    const scans = await mustScanAll(nation, provinces, 'before the search');
    const places = [
      ...filesOf(nation),
      ...environmentsOf(nation),
      ...(await metricsIn(nation)),
      ...(await trafficOf(nation)),
    ];
    for (const province of provinces) {
      const secrets = secretsOf(province);
      must(secrets.length > 0, `${province.plan.code} has no secret to look for`);
      const found = places.filter(({ bytes }) => secrets.some((secret) => bytes.includes(secret)));
      const abroad = found.filter(({ name }) => !homesOf(province).some((home) => name.startsWith(home)));
      must(abroad.length === 0, `a secret of ${province.plan.code}'s system is in ${abroad[0]?.name}`);
      // A search that finds nothing anywhere has not searched.
      const atHome = found.some(({ name }) => name.startsWith(province.plan.issuer.dir));
      must(atHome, `${province.plan.code}'s issuer was not found to hold what it asks its system with`);
    }
    return `${places.length} places searched after ${scans} scans; each system's secrets are with its own issuer alone`;
  },
};

/** Something that a secret could be found in. */
interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Where a province's secrets belong: its issuer, and the system that gave them out. */
function homesOf({ plan: { issuer, system } }: RunningProvince): readonly string[] {
  return [issuer.dir, system.dir, trafficName(system.name)];
}

function secretsOf({ system }: RunningProvince): readonly Buffer[] {
  const whole = Object.values(system.ready.upstream.secrets).filter(({ length }) => length >= LEAST_LENGTH);
  return whole.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
    return [
      ...new Set([...forms, ...(['base64', 'base64url', 'hex'] as const).map((form) => bytes.toString(form))]),
    ].map((form) => Buffer.from(form.replace(/=+$/, '')));
  });
}

function filesOf({ plan }: Nation): Place[] {
  const names = readdirSync(plan.dir, { recursive: true, encoding: 'utf8' }).map((name) => join(plan.dir, name));
  const files = names.filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile() === true);
  return files.map((name) => ({ name, bytes: readFileSync(name) }));
}

/** Where the system tells: on Linux. */
function environmentsOf(nation: Nation): Place[] {
  return processesOf(nation).flatMap(({ seat, pid }) => {
    const file = `/proc/${pid}/environ`;
    return pid !== null && existsSync(file) ? [{ name: `environment of ${seat.name}`, bytes: readFileSync(file) }] : [];
  });
}

async function metricsIn(nation: Nation): Promise<Place[]> {
  const texts = nodesOf(nation).map(async ({ seat }) => {
    return { name: `metrics of ${seat.name}`, bytes: Buffer.from((await metricsOf(seat)) ?? '') };
  });
  return await Promise.all(texts);
}

/** What each system was asked, as it came in. */
async function trafficOf({ provinces }: Nation): Promise<Place[]> {
  const asked = [...provinces.values()].map(async ({ plan, system }) => {
    const requests = await askControl(system.ready.control, sandboxRequestsSchema, 'GET', '/requests');
    must(requests.length > 0, `${plan.code}'s system was asked nothing`);
    return { name: trafficName(plan.system.name), bytes: Buffer.from(JSON.stringify(requests)) };
  });
  return await Promise.all(asked);
}

function trafficName(system: string): string {
  return `requests to ${system}`;
}
