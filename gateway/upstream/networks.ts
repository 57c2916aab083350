import { BlockList, isIP } from 'node:net';
import { ConfigError } from '../compose/config.ts';

/**
 * Where the hosts that others name may be: provinces' systems, federation hosts, authorization servers. Public addresses
 * over https, unless this machine is all there is; and the ranges that the operator lists, so that nobody who registers
 * an adapter or an entity can have a gateway call into its operator's own network.
 */
export interface Networks {
  /** Whether public addresses are reached at all. */
  readonly reachesPublic: boolean;
  /** Whether an address lies in a range that the operator lists. */
  readonly lists: (address: string) => boolean;
  /** Whether plain http is spoken with loopback addresses: simulated hosts on this machine, and nothing else. */
  readonly plainHttp: boolean;
}

/** Special-purpose ranges of the IANA registries (RFC 6890 and its successors), cloud metadata services among them. */
const NOT_PUBLIC_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Inside 2000::/3, the only part of IPv6 that is public at all. */
const NOT_PUBLIC_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];
export const NOT_PUBLIC: readonly string[] = [...NOT_PUBLIC_V4, ...NOT_PUBLIC_V6];

/**
 * Where clouds hand out their machines' credentials to whoever asks from inside. A wide range never covers these: an
 * operator who lists 100.64.0.0/10 for a carrier's network has not listed Alibaba Cloud's metadata service in it.
 */
export const METADATA_SERVICES: readonly string[] = [
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fe80::/10',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
];

/** A range wider than the widest private ones is a mistake: it would turn the guard off. */
const LEAST_PREFIX = { 4: 8, 6: 7 };
const MAX_RANGES = 100;

interface Range {
  readonly address: string;
  readonly prefix: number;
  readonly version: 4 | 6;
  readonly has: (address: string) => boolean;
}

const PUBLIC_V6 = rangeOf('2000::/3');
const SPECIAL = NOT_PUBLIC.map(rangeOf);
const METADATA = METADATA_SERVICES.map(rangeOf);
const LOOPBACK = ['127.0.0.0/8', '::1/128'].map(rangeOf);

/** Public addresses, over https. */
export const PUBLIC_ONLY: Networks = { reachesPublic: true, lists: () => false, plainHttp: false };
/** This machine and nothing else, over http too: the sandbox, where everything is simulated. */
export const LOOPBACK_ONLY: Networks = { ...networksOf('127.0.0.0/8'), reachesPublic: false, plainHttp: true };

/** Public addresses and the ranges of HUREN_NETWORKS (CIDR, comma list; null: none). Throws ConfigError. */
export function networksOf(text: string | null): Networks {
  const entries = (text ?? '').split(',').map((entry) => entry.trim());
  if (entries.length > MAX_RANGES) throw refusedSetting(`holds more than ${MAX_RANGES} ranges`);
  if (entries.every((entry) => entry === '')) return PUBLIC_ONLY;
  const ranges = entries.map((entry, n) => {
    const range = parseRange(entry);
    if (range === null) throw refusedSetting(`range ${n + 1} is not an address range such as 10.0.0.0/8 or fd00::/8`);
    if (range.prefix < LEAST_PREFIX[range.version]) throw refusedSetting(`range ${n + 1} is wider than any network`);
    return range;
  });
  return { reachesPublic: true, lists: (address) => isListed(address, ranges), plainHttp: false };
}

/** Whether a host may be talked to at an address. Anything that cannot be told is not. */
export function isAllowedAddress(address: string, protocol: string, networks: Networks): boolean {
  if (isIP(address) === 0) return false;
  if (protocol === 'http:') return networks.plainHttp && isIn(address, LOOPBACK) && networks.lists(address);
  return protocol === 'https:' && (networks.lists(address) || (networks.reachesPublic && isPublic(address)));
}

function isPublic(address: string): boolean {
  if (isIn(address, SPECIAL) || isIn(address, METADATA)) return false;
  return isIP(address) === 4 || PUBLIC_V6.has(address);
}

function isListed(address: string, ranges: readonly Range[]): boolean {
  const metadata = METADATA.find((range) => range.has(address));
  return ranges.some((range) => range.has(address) && (metadata === undefined || liesInside(range, metadata)));
}

function isIn(address: string, ranges: readonly Range[]): boolean {
  return ranges.some((range) => range.has(address));
}

function liesInside(inner: Range, outer: Range): boolean {
  return inner.prefix >= outer.prefix && outer.has(inner.address);
}

/** `<address>/<prefix>`, strictly; null where it is something else. */
function parseRange(text: string): Range | null {
  const [, address = '', digits = ''] = /^([0-9A-Fa-f.:]+)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  const version = isIP(address);
  const prefix = Number(digits);
  if ((version !== 4 && version !== 6) || prefix > (version === 4 ? 32 : 128)) return null;
  const list = new BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, prefix, family);
  // An address of the other kind is in no range, however it is written: ::ffff:10.0.0.1 is not 10.0.0.1.
  return { address, prefix, version, has: (other) => isIP(other) === version && list.check(other, family) };
}

function rangeOf(text: string): Range {
  const range = parseRange(text);
  if (range === null) throw new Error(`${text} is no range`);
  return range;
}

function refusedSetting(why: string): ConfigError {
  return new ConfigError(`HUREN_NETWORKS: ${why}`);
}
