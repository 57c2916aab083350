import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askControl } from '../../../adapters/sandbox/control-client.ts';
import type { ServerReady, StartPart, SystemReady } from '../../../adapters/sandbox/part-protocol.ts';
import { readyMessageSchema, sandboxCodesSchema } from '../../../adapters/sandbox/protocol.ts';
import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { readPrivateFile, writePrivateFile } from '../../keys/private-file.ts';
import { trustCaFile } from '../../upstream/ca-file.ts';
import { requireSandboxPackages } from '../optional-packages.ts';
import { copyAdapter, writeAccess } from './hand-over.ts';
import { NationError } from './nation-error.ts';
import { filesIn } from './places.ts';
import { adapterFolder } from './plan.ts';
import { venueOf } from './provinces.ts';

/** Where a part that is played in this process listens; its directory holds its certificate and all that it keeps. */
export interface PartPlace {
  readonly address: string;
  readonly port: number;
  readonly dir: string;
}

/** What a province and the gateways that ask its system are handed, each a path. */
export interface SystemHandOver {
  readonly url: string;
  /** Holds its access file, as a gateway's HUREN_UPSTREAM_DIR does. */
  readonly upstreamDir: string;
  readonly adapterDir: string;
  /** Null where the system signs nothing. */
  readonly statementKeyFile: string | null;
}

/** A venue with the file of its client's secret. */
export interface PlayedVenue {
  readonly venue: string;
  readonly secretFile: string;
}

/** An authorization server with what its province has to publish of it: the keys of its tokens. */
export interface PlayedServer {
  readonly province: ProvinceCode;
  readonly issuer: string;
  readonly keysFile: string;
  readonly venues: readonly PlayedVenue[];
}

const controlSchema = readyMessageSchema.shape.control;

/** Whose system is played: `issuer` is in whose name it signs, `node` the issuer node that others have to ask, if any. */
export interface PlayedSystem {
  readonly province: ProvinceCode;
  readonly issuer: string;
  readonly node: string | null;
}

/** Plays the system of a province here until this process ends. Throws NationError `process_failed`. */
export async function playSystem({ province, issuer, node }: PlayedSystem, place: PartPlace): Promise<SystemHandOver> {
  const { dir } = place;
  const ready = await played({ type: 'start', part: 'system', province, issuer, ...settingsOf(place) });
  if (ready.part !== 'system') throw new Error('another part was started');
  const { upstream, control } = ready;
  const [upstreamDir, adapterDir] = [join(dir, 'upstream'), join(dir, 'adapter')];
  writePrivateFile(controlFile(dir), JSON.stringify(control));
  writeAccess(join(upstreamDir, `${province}.json`), ready);
  copyAdapter(adapterFolder(province), adapterDir, upstream.origin, node);
  const { statementKey } = upstream;
  const statementKeyFile = statementKey === null ? null : join(dir, 'statement-key.json');
  if (statementKey !== null && statementKeyFile !== null)
    writeFileSync(statementKeyFile, `${JSON.stringify(statementKey.jwk)}\n`);
  return { url: upstream.origin, upstreamDir, adapterDir, statementKeyFile };
}

/**
 * Plays the authorization server of each province, with one venue of its gateway. The node of the gateway keeps the
 * server's federation keys, and is asked for its configuration. Throws NationError `process_failed`.
 */
export async function playServers(
  gateways: ReadonlyMap<ProvinceCode, string>,
  place: PartPlace,
): Promise<readonly PlayedServer[]> {
  const servers = [...gateways].map(([province, resource]) => {
    const venue = venueOf(province);
    return { province, node: resource, venues: [{ ...venue, purposes: [...venue.purposes], resource }] };
  });
  const settings = settingsOf(place);
  trustCaFile(filesIn(place.dir).caFile);
  const ready = await played({ type: 'start', part: 'authorization-server', servers, ...settings });
  if (ready.part !== 'authorization-server') throw new Error('another part was started');
  return ready.servers.map(({ province, issuer, jwk }) => {
    const keysFile = join(place.dir, province, 'token-keys.json');
    writeFileSync(keysFile, `${JSON.stringify({ keys: [jwk] })}\n`);
    const own = ready.venues.filter(({ destination }) => destination === province);
    return {
      province,
      issuer,
      keysFile,
      venues: own.map(({ venue, client_secret }) => secretOf(venue, client_secret)),
    };
  });

  function secretOf(venue: string, secret: string): PlayedVenue {
    const secretFile = join(place.dir, `${venue}.secret`);
    writePrivateFile(secretFile, `${secret}\n`);
    return { venue, secretFile };
  }
}

/** The code of a scenario, fresh from a system that is played out of a directory. Throws NationError `no_such_code`. */
export async function playedCode(dir: string, scenario: string): Promise<string> {
  const control = controlSchema.safeParse(jsonOrUndefined(readPrivateFile(controlFile(dir)) ?? ''));
  if (!control.success) throw new NationError('no_such_code', `no system is played out of ${dir}`);
  const codes = await askControl(control.data, sandboxCodesSchema, 'GET', '/codes').catch(() => null);
  if (codes === null) throw new NationError('no_such_code', `the system that was played out of ${dir} does not answer`);
  const found = codes.find((one) => one.scenario === scenario);
  if (found !== undefined) return found.code;
  const known = codes.map((one) => one.scenario).join(', ');
  throw new NationError('no_such_code', `${scenario} is none of its scenarios: ${known}`);
}

function controlFile(dir: string): string {
  return join(dir, 'control.json');
}

function settingsOf({ address, port, dir }: PartPlace) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { certFile, keyFile } = filesIn(dir);
  return { dataDir: dir, listening: { address, port, certFile, keyFile } };
}

async function played(start: StartPart): Promise<SystemReady | ServerReady> {
  requireSandboxPackages();
  try {
    // Loaded here, since who asks for a code needs no provider; and its notices are silenced before it is loaded.
    await import('../../../adapters/sandbox/quiet-notices.ts');
    const { startPart } = await import('../../../adapters/sandbox/part.ts');
    return await startPart(start, Date.now);
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new NationError('process_failed', reason);
  }
}
