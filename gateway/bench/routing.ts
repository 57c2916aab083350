import { loadProvinces } from '../../adapters/provinces/index.ts';
import { compileRecognisers, type Recognise } from '../../adapters/recogniser.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Recogniser } from '../../schemas/recogniser.ts';
import type { RoutingResult } from './offline-job.ts';
import { median } from './statistics.ts';

/** Today's number of provincial systems, ten times that, and a hundred times: every city its own. */
const FEW = 34;
const MORE = 340;
const MANY = 3_400;
const LOOKUPS_PER_ROUND = 20_000;
/** As many in either table, so that the systems are what there is more of, and not texts for a processor's cache. */
const CODES = 3_400;

interface Table {
  readonly recognise: Recognise;
  readonly codes: readonly string[];
}

/**
 * Nanoseconds of processor time to find a code's system among few, more and many, by turns: medians, and the ratio of many
 * to few in each turn. What the many take longer is their colder memory: of the few, all lies in the processor's cache.
 */
export function measureRouting(rounds: number): RoutingResult {
  const [few, more, many] = [tableOf(FEW), tableOf(MORE), tableOf(MANY)];
  for (const table of [few, more, many]) lookUp(table);
  const taken: { few: number; more: number; many: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    taken.push({ few: lookUp(few), more: lookUp(more), many: lookUp(many) });
  }
  return {
    ns_34: median(taken.map((turn) => turn.few)),
    ns_340: median(taken.map((turn) => turn.more)),
    ns_3400: median(taken.map((turn) => turn.many)),
    ratios: taken.map((turn) => turn.many / turn.few),
  };
}

function lookUp({ recognise, codes }: Table): number {
  const before = process.cpuUsage();
  for (let at = 0; at < LOOKUPS_PER_ROUND; at += 1) {
    // 7919 is prime to both sizes: every system has its turn, and none twice in a row.
    const found = recognise(codes[(at * 7919) % codes.length] ?? '');
    if (found === null) throw new Error('a code of the routing benchmark was not recognised');
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / LOOKUPS_PER_ROUND;
}

/** The real manifests over and over, each copy with literals of its own. */
function tableOf(size: number): Table {
  const real = loadProvinces().map(({ manifest }) => manifest);
  const manifests = Array.from({ length: size }, (_, at) => copyOf(real, at));
  const codes = Array.from({ length: CODES }, (_, serial) => codeOf(manifests[serial % size], serial));
  return { recognise: compileRecognisers(manifests), codes };
}

function codeOf(manifest: Manifest | undefined, serial: number): string {
  const [first] = manifest?.recognise ?? [];
  if (first === undefined) throw new Error('a system without codes');
  return sampleCode(first, serial);
}

function copyOf(real: readonly Manifest[], at: number): Manifest {
  const manifest = real[at % real.length];
  if (manifest === undefined) throw new Error('there are no provinces to copy');
  const tag = at.toString(36).padStart(4, '0');
  const system = { ...manifest.system, id: `${manifest.system.id}-${tag}` };
  return { ...manifest, system, recognise: manifest.recognise.map((one) => tagged(one, tag)) };
}

function tagged(recogniser: Recogniser, tag: string): Recogniser {
  const { min, max } = recogniser.length;
  switch (recogniser.kind) {
    case 'prefix':
      return { ...recogniser, prefix: `${recogniser.prefix}${tag}`, length: { min: min + 4, max: max + 4 } };
    case 'url':
    case 'url_path':
    case 'whole_url':
      return { ...recogniser, host: `${tag}.${recogniser.host}` };
    case 'json':
      return { ...recogniser, equals: `${recogniser.equals}${tag}` };
    case 'binary':
      return { ...recogniser, marker: `${recogniser.marker}${tag}` };
    case 'jws':
      return { ...recogniser, issuer: `${recogniser.issuer}-${tag}` };
  }
}

/** A code that only this recogniser takes, another one for each serial number below ten thousand. */
function sampleCode(recogniser: Recogniser, serial: number): string {
  const { min } = recogniser.length;
  const filled = (start: string) => start + String(serial).padStart(Math.max(4, min - start.length), '0');
  switch (recogniser.kind) {
    case 'prefix':
      return filled(recogniser.prefix);
    case 'url': {
      const { host, path, route, parameter, value_prefix } = recogniser;
      const place = route === undefined ? `${host}${path}` : `${host}${path}#${route}`;
      return `https://${place}?${parameter}=${filled(value_prefix)}`;
    }
    case 'url_path':
      return `https://${recogniser.host}${recogniser.path.replace('{token}', filled(''))}`;
    case 'whole_url':
      return filled(`${recogniser.scheme}://${recogniser.host}${recogniser.path}?`);
    case 'json':
      return JSON.stringify({ [recogniser.member]: recogniser.equals, [recogniser.take]: filled('') });
    case 'binary': {
      const octets = (min / 4) * 3 - recogniser.marker.length;
      return Buffer.from(recogniser.marker + String(serial).padStart(octets, '0'), 'latin1').toString('base64');
    }
    case 'jws': {
      const payload = Buffer.from(JSON.stringify({ iss: recogniser.issuer })).toString('base64url');
      return filled(`e30.${payload}.`);
    }
  }
}
