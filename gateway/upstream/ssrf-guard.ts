import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { UpstreamError } from '../../adapters/upstream-error.ts';

/**
 * Where a province may be: `loopback` in the sandbox, where everything is simulated on this machine; `public`
 * everywhere else, so that nobody who registers an adapter can have a gateway call into its operator's own network.
 */
export type Network = 'loopback' | 'public';

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

const PUBLIC_V6 = listOf(['2000::/3'], 'ipv6');
const SPECIAL_V6 = listOf(NOT_PUBLIC_V6, 'ipv6');
const SPECIAL_V4 = listOf(NOT_PUBLIC_V4, 'ipv4');

/** Whether a province may be talked to at an address. Anything that cannot be told is not. */
export function isAllowedAddress(address: string, network: Network): boolean {
  if (network === 'loopback') return address === '127.0.0.1';
  switch (isIP(address)) {
    case 4:
      return !SPECIAL_V4.check(address, 'ipv4');
    case 6:
      return PUBLIC_V6.check(address, 'ipv6') && !SPECIAL_V6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Refuses an origin that may not be talked to at all. Throws UpstreamError `address_refused`. */
export function checkOrigin(origin: URL, network: Network): void {
  if (network === 'public' && origin.protocol !== 'https:') throw refused('a province is reached over https alone');
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowedAddress(host, network)) throw refused('that address is no place for a province');
}

/**
 * Connects only to addresses that are allowed, looked at after the name was resolved and again on the connected socket:
 * a name that changes its mind between two look-ups gains nothing.
 */
export function guardedConnector(network: Network, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, lookup: guardedLookup(network) });
  return (options, callback) => {
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error !== null) {
        callback(error, null);
        return;
      }
      if (socket.remoteAddress === undefined || !isAllowedAddress(socket.remoteAddress, network)) {
        socket.destroy();
        callback(refused('the connection led to an address that is no place for a province'), null);
        return;
      }
      callback(null, socket);
    });
  };
}

type ResolveAll = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/** `dns.lookup`, with only the allowed addresses in its answer. `resolve` stands in for DNS in tests. */
export function guardedLookup(network: Network, resolve: ResolveAll = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const allowed = found.filter(({ address }) => isAllowedAddress(address, network));
      const [first] = allowed;
      if (first === undefined) callback(refused('the name leads to no address that is allowed'), '');
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, isIPv6(first.address) ? 6 : 4);
    });
  };
}

function refused(message: string): UpstreamError {
  return new UpstreamError('address_refused', message);
}

function listOf(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
