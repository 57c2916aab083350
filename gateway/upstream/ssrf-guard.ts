import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { isCertificateFault } from './certificate-fault.ts';
import { isAllowedAddress, type Networks } from './networks.ts';

/** A host that is not talked to and why, for the operator: a closed code alone would be a riddle. */
export interface RefusedHost {
  readonly host: string;
  readonly reason: 'address' | 'plain_http' | 'certificate';
}

export interface Guard {
  readonly networks: Networks;
  readonly onRefused: (refused: RefusedHost) => void;
  /** Stands in for DNS in tests. */
  readonly resolve?: ResolveAll;
}

/** Refuses an origin that may not be talked to at all. Throws UpstreamError `address_refused`. */
export function checkOrigin({ protocol, hostname }: URL, guard: Guard): void {
  const { networks } = guard;
  if (protocol !== 'https:' && !(protocol === 'http:' && networks.plainHttp))
    throw refuse(guard, hostname, 'plain_http');
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowedAddress(host, protocol, networks)) throw refuse(guard, hostname, 'address');
}

/** What a connection proves itself with; undefined: nothing. Asked for at every connection, and compared by identity. */
export type ClientIdentity = () => SecureContext | undefined;

/**
 * Connects only to addresses that are allowed, looked at after the name was resolved and again on the connected socket:
 * a name that changes its mind between two look-ups gains nothing.
 */
export function guardedConnector(guard: Guard, timeoutMs: number, identity?: ClientIdentity): buildConnector.connector {
  const plain = buildConnector({ timeout: timeoutMs, lookup: guardedLookup(guard, 'http:') });
  let secure = secureConnector(guard, timeoutMs, identity?.());
  return (options, callback) => {
    const context = identity?.();
    // A session that is resumed proves what it proved when it began: whoever is somebody else now begins anew.
    if (context !== secure.context) secure = secureConnector(guard, timeoutMs, context);
    const connect = options.protocol === 'https:' ? secure.connect : plain;
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error !== null) {
        if (isCertificateFault(error)) guard.onRefused({ host: options.hostname, reason: 'certificate' });
        callback(error, null);
        return;
      }
      const address = socket.remoteAddress;
      if (address === undefined || !isAllowedAddress(address, options.protocol, guard.networks)) {
        socket.destroy();
        callback(refuse(guard, options.hostname, 'address'), null);
        return;
      }
      callback(null, socket);
    });
  };
}

function secureConnector(guard: Guard, timeoutMs: number, context: SecureContext | undefined) {
  const lookUp = guardedLookup(guard, 'https:');
  const identity = context === undefined ? {} : { secureContext: context };
  return { context, connect: buildConnector({ timeout: timeoutMs, lookup: lookUp, ...identity }) };
}

export type ResolveAll = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/** `dns.lookup`, with only the allowed addresses in its answer. */
export function guardedLookup(guard: Guard, protocol: string): LookupFunction {
  const { networks, resolve = lookup } = guard;
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const allowed = found.filter(({ address }) => isAllowedAddress(address, protocol, networks));
      const [first] = allowed;
      if (first === undefined) callback(refuse(guard, hostname, 'address'), '');
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, isIPv6(first.address) ? 6 : 4);
    });
  };
}

function refuse({ onRefused }: Guard, host: string, reason: 'address' | 'plain_http'): UpstreamError {
  onRefused({ host, reason });
  return new UpstreamError(
    'address_refused',
    reason === 'plain_http' ? 'a host is reached over https alone' : 'that address is in no network that is allowed',
  );
}
