import { loadProvinces } from '../../adapters/provinces/index.ts';
import { compileRecognisers, type Recognise } from '../../adapters/recogniser.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Recogniser } from '../../schemas/recogniser.ts';
import type { RoutingResult } from './offline-job.ts';
import { median } from './statistics.ts';

/** Today's number of provincial systems, and a hundred times that: every city its own. */
const FEW = 34;
const MANY = 3_400;
const LOOKUPS_PER_ROUND = 20_000;

interface Table {
  readonly recognise: Recognise;
  readonly codes: readonly string[];
}

/** Nanoseconds to find a code's system among few and among many, by turns: medians, and the ratio of each pair. */
export function measureRouting(rounds: number): RoutingResult {
  const [few, many] = [openTable(FEW), openTable(MANY)];
  lookUp(few);
  lookUp(many);
  const taken: { few: number; many: number }[] = [];
  for (let round = 0; round < rounds; round += 1) taken.push({ few: lookUp(few), many: lookUp(many) });
  return {
    ns_34: median(taken.map(({ few: one }) => one)),
    ns_3400: median(taken.map(({ many: one }) => one)),
    ratios: taken.map((pair) => pair.many / pair.few),
  };
}

function lookUp({ recognise, codes }: Table): number {
  const started = process.hrtime.bigint();
  for (let at = 0; at < LOOKUPS_PER_ROUND; at += 1) {
    // 7919 is prime to both sizes: every system has its turn, and none twice in a row.
    const found = recognise(codes[(at * 7919) % codes.length] ?? '');
    if (found === null) throw new Error('a code of the routing benchmark was not recognised');
  }
  return Number(process.hrtime.bigint() - started) / LOOKUPS_PER_ROUND;
}

/** The real manifests over and over, each copy with literals of its own. */
function openTable(size: number): Table {
  const real = loadProvinces().map(({ manifest }) => manifest);
  const manifests = Array.from({ length: size }, (_, at) => copyOf(real, at));
  const codes = manifests.flatMap(({ recognise: [first] }) => (first === undefined ? [] : [sampleCode(first)]));
  return { recognise: compileRecognisers(manifests), codes };
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

/** A code that only this recogniser takes. */
function sampleCode(recogniser: Recogniser): string {
  const { min } = recogniser.length;
  switch (recogniser.kind) {
    case 'prefix':
      return recogniser.prefix.padEnd(min, '0');
    case 'url': {
      const { host, path, route, parameter, value_prefix } = recogniser;
      const place = route === undefined ? `${host}${path}` : `${host}${path}#${route}`;
      return `https://${place}?${parameter}=${value_prefix.padEnd(min, '0')}`;
    }
    case 'url_path':
      return `https://${recogniser.host}${recogniser.path.replace('{token}', '0'.repeat(min))}`;
    case 'whole_url':
      return `${recogniser.scheme}://${recogniser.host}${recogniser.path}?`.padEnd(min, '0');
    case 'json':
      return JSON.stringify({ [recogniser.member]: recogniser.equals, [recogniser.take]: '0'.repeat(min) });
    case 'binary':
      return Buffer.from(recogniser.marker.padEnd((min / 4) * 3, '0'), 'latin1').toString('base64');
    case 'jws': {
      const payload = Buffer.from(JSON.stringify({ iss: recogniser.issuer })).toString('base64url');
      return `e30.${payload}.`.padEnd(min, '0');
    }
  }
}
