import type { IncomingHttpHeaders } from 'node:http';

const SEALED = /^[A-Za-z0-9_-]+$/;

/** A cookie of ours, or null. Anything that cannot be a sealed one is no cookie of ours. */
export function cookieOf({ cookie = '' }: IncomingHttpHeaders, name: string): string | null {
  const pairs = cookie.split(';').map((pair) => pair.trim().split('='));
  const value = pairs.find(([key]) => key === name)?.[1];
  return value !== undefined && SEALED.test(value) ? value : null;
}
