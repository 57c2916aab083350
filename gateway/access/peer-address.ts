import type { IncomingMessage } from 'node:http';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
/** A subscriber has as many addresses of IPv6 as it likes, all of them within these groups. */
const GROUPS_OF_NETWORK = 4;

/**
 * What a stranger is counted by: the address that a request came from, and of IPv6 its network. Behind a load balancer all
 * are one.
 */
export function peerOf({ socket }: Pick<IncomingMessage, 'socket'>): string {
  return networkOf(socket.remoteAddress ?? '');
}

/** An address of IPv4 as it is, also where it is written as one of IPv6; of any other the first 64 bits. */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%', 1).join('').split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')];
  const between = tail === undefined ? 0 : Math.max(0, GROUPS - first.length - last.length);
  const all = [...first, ...Array<string>(between).fill('0'), ...last];
  return all.slice(0, GROUPS_OF_NETWORK).join(':');
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
