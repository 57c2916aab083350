import type { ProvinceCode } from '../schemas/code-lists/index.ts';
import type { Manifest, Recogniser } from '../schemas/manifest.ts';
import { ALPHABETS } from './recogniser.ts';

interface Claim {
  readonly province: ProvinceCode;
  readonly system: string;
  readonly recogniser: Recogniser;
}

/** Two systems that could both claim one code. */
export interface Overlap {
  readonly a: Claim;
  readonly b: Claim;
}

type Of<K extends Recogniser['kind']> = Extract<Recogniser, { kind: K }>;

/**
 * Pairs of recognisers of different systems that could match one and the same code that either of them would issue.
 * In doubt a pair is reported: a registry refuses it, and the province picks a clearer mark. Not reported is a forgery
 * that wears two systems' marks at once in two members; the recogniser gives such a code to neither.
 */
export function findOverlaps(manifests: readonly Manifest[]): Overlap[] {
  const claims = manifests.flatMap(({ province, system, recognise }) =>
    recognise.map((recogniser): Claim => ({ province, system: system.id, recogniser })),
  );
  return claims.flatMap((a, index) =>
    claims
      .slice(index + 1)
      .filter((b) => a.province !== b.province || a.system !== b.system)
      .filter((b) => overlap(a.recogniser, b.recogniser) || overlap(b.recogniser, a.recogniser))
      .map((b) => ({ a, b })),
  );
}

/** Judges the pair in this order; a mixed pair that starts with the other kind is judged when the caller turns it. */
function overlap(a: Recogniser, b: Recogniser): boolean {
  switch (a.kind) {
    case 'prefix':
      return prefixMeets(a, b);
    case 'url':
      return b.kind === 'url' && urlsMeet(a, b);
    case 'json':
      return b.kind === 'json' && a.member === b.member && a.equals === b.equals && lengthsMeet(a, b);
    case 'binary':
      return b.kind === 'binary' && oneLeads(a.marker, b.marker) && lengthsMeet(a, b);
    case 'jws':
      return b.kind === 'jws' && a.issuer === b.issuer && lengthsMeet(a, b);
  }
}

function prefixMeets(a: Of<'prefix'>, b: Recogniser): boolean {
  switch (b.kind) {
    case 'prefix':
      return b.prefix.startsWith(a.prefix) && canFollow(a, b.prefix.slice(a.prefix.length)) && lengthsMeet(a, b);
    case 'url':
      return (
        /^https?:\/\//i.test(a.prefix) && oneLeads(a.prefix.toLowerCase().split('://')[1] ?? '', b.host.toLowerCase())
      );
    case 'json':
      return a.prefix.startsWith('{');
    case 'binary': {
      const head = certainBase64(b.marker);
      const rest = head.slice(a.prefix.length);
      return oneLeads(a.prefix, head) && canFollow(a, rest) && ALPHABETS.base64.test(a.prefix) && lengthsMeet(a, b);
    }
    case 'jws':
      // No alphabet has a dot, so both of a JWS would have to stand in the prefix.
      return a.prefix.split('.').length === 3;
  }
}

/** One host and path is one system's door: which parameter it reads cannot tell two systems apart. */
function urlsMeet(a: Of<'url'>, b: Of<'url'>): boolean {
  if (a.host.toLowerCase() !== b.host.toLowerCase() || a.path !== b.path) return false;
  return a.parameter !== b.parameter || (oneLeads(a.value_prefix, b.value_prefix) && lengthsMeet(a, b));
}

function canFollow({ alphabet }: Of<'prefix'>, rest: string): boolean {
  return ALPHABETS[alphabet].test(rest);
}

function oneLeads(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function lengthsMeet(a: Recogniser, b: Recogniser): boolean {
  return a.length.min <= b.length.max && b.length.min <= a.length.max;
}

/** The characters that base64 of a text with this beginning surely starts with. */
function certainBase64(marker: string): string {
  return Buffer.from(marker, 'latin1')
    .toString('base64')
    .slice(0, Math.floor((marker.length * 8) / 6));
}
