import { type AdapterPlace, adapterIdOf } from '../schemas/adapter-id.ts';
import type { Manifest } from '../schemas/manifest.ts';
import type { Recogniser, RecogniserOf } from '../schemas/recogniser.ts';
import { isWrittenIn } from './alphabets.ts';
import { issuerIn } from './recogniser.ts';
import { type WebRule, webRuleOf } from './recogniser-web.ts';

interface Claim extends AdapterPlace {
  readonly system: string;
  readonly recogniser: Recogniser;
}

/** Two systems that could both claim one code. */
export interface Overlap {
  readonly a: Claim;
  readonly b: Claim;
}

/**
 * Pairs of recognisers of different systems that could match one and the same code that either of them would issue.
 * In doubt a pair is reported: a registry refuses it, and the province picks a clearer mark. Not reported is a forgery
 * that wears two systems' marks at once in two members; the recogniser gives such a code to neither.
 */
export function findOverlaps(manifests: readonly Manifest[]): Overlap[] {
  const claims = manifests.flatMap(({ province, division, system, recognise }) =>
    recognise.map((recogniser): Claim => ({ province, division, system: system.id, recogniser })),
  );
  return claims.flatMap((a, index) =>
    claims
      .slice(index + 1)
      .filter((b) => a.system !== b.system || adapterIdOf(a) !== adapterIdOf(b))
      .filter((b) => overlap(a.recogniser, b.recogniser) || overlap(b.recogniser, a.recogniser))
      .map((b) => ({ a, b })),
  );
}

/**
 * The first of some manifests that could claim a code of `manifest`, or null. With thousands of them most are told apart by
 * their marks' beginnings, before any pair of recognisers is looked at.
 */
export function firstOverlap(manifest: Manifest, others: readonly Manifest[]): Manifest | null {
  const beginnings = beginningsOf(manifest);
  const meets = (other: Manifest) =>
    manifest.recognise.some((a) => other.recognise.some((b) => overlap(a, b) || overlap(b, a)));
  const couldMeet = (other: Manifest) => {
    for (const beginning of beginningsOf(other)) if (beginnings.has(beginning)) return true;
    return false;
  };
  return others.find((other) => couldMeet(other) && meets(other)) ?? null;
}

/** Once for each manifest: whoever is registered is looked at for each newcomer. */
const beginnings = new WeakMap<Manifest, ReadonlySet<string>>();

function beginningsOf(manifest: Manifest): ReadonlySet<string> {
  const known = beginnings.get(manifest);
  if (known !== undefined) return known;
  const made = new Set(manifest.recognise.flatMap(beginningsOfOne));
  beginnings.set(manifest, made);
  return made;
}

/** Two recognisers that overlap have one of these in common. Literals have two characters or more. */
function beginningsOfOne(recogniser: Recogniser): string[] {
  const web = webRuleOf(recogniser);
  if (web !== null) return [`host ${web.host}`];
  switch (recogniser.kind) {
    case 'prefix': {
      const { prefix } = recogniser;
      const issuer = issuerIn(prefix.split('.')[1] ?? '');
      return [
        `text ${prefix.slice(0, 2)}`,
        ...(prefix.startsWith('{') ? ['object'] : []),
        ...(issuer === null ? [] : [`issuer ${issuer}`]),
      ];
    }
    case 'url':
    case 'url_path':
    case 'whole_url':
      return [];
    case 'json':
      return ['object', `member ${recogniser.member} ${recogniser.equals}`];
    case 'binary':
      return [`octets ${recogniser.marker.slice(0, 2)}`, `text ${certainBase64(recogniser.marker).slice(0, 2)}`];
    case 'jws':
      return [`issuer ${recogniser.issuer}`];
  }
}

/** Judges the pair in this order; a mixed pair that starts with the other kind is judged when the caller turns it. */
function overlap(a: Recogniser, b: Recogniser): boolean {
  const [webA, webB] = [webRuleOf(a), webRuleOf(b)];
  // Only a web address begins with a scheme: a prefix with a colon there is one itself, no prefix in base45 begins one, and
  // no other alphabet has a colon.
  if (webA !== null || webB !== null) return webA !== null && webB !== null && webRulesMeet(webA, webB);
  switch (a.kind) {
    case 'prefix':
      return prefixMeets(a, b);
    case 'url':
    case 'url_path':
    case 'whole_url':
      return false;
    case 'json':
      return b.kind === 'json' && a.member === b.member && a.equals === b.equals && lengthsMeet(a, b);
    case 'binary':
      return b.kind === 'binary' && oneLeads(a.marker, b.marker) && lengthsMeet(a, b);
    case 'jws':
      return b.kind === 'jws' && a.issuer === b.issuer && lengthsMeet(a, b);
  }
}

function prefixMeets(a: RecogniserOf<'prefix'>, b: Recogniser): boolean {
  switch (b.kind) {
    case 'prefix':
      return b.prefix.startsWith(a.prefix) && canFollow(a, b.prefix.slice(a.prefix.length)) && lengthsMeet(a, b);
    case 'url':
    case 'url_path':
    case 'whole_url':
      return false;
    case 'json':
      return a.prefix.startsWith('{');
    case 'binary': {
      const head = certainBase64(b.marker);
      const rest = head.slice(a.prefix.length);
      return oneLeads(a.prefix, head) && canFollow(a, rest) && isWrittenIn('base64', a.prefix) && lengthsMeet(a, b);
    }
    case 'jws': {
      // No alphabet that a JWS is written in has a dot, so both of it, and the payload between them, would have to stand in
      // the prefix.
      const [, payload = '', ...tail] = a.prefix.split('.');
      return tail.length === 1 && issuerIn(payload) === b.issuer;
    }
  }
}

/**
 * In any case of letters, since what was typed with caps lock on is turned round. Two parameters of one place are two
 * systems at one door: which of them it reads cannot tell them apart.
 */
function webRulesMeet(a: WebRule, b: WebRule): boolean {
  if (a.host !== b.host || a.segments.length !== b.segments.length) return false;
  if (a.route !== null && b.route !== null && a.route.toLowerCase() !== b.route.toLowerCase()) return false;
  if (!a.segments.every((segment, at) => segmentsMeet(a, b, segment, b.segments[at] ?? ''))) return false;
  const sameParameter =
    typeof a.token === 'object' && typeof b.token === 'object' && a.token.parameter === b.token.parameter;
  if (!sameParameter || a.route !== b.route) return true;
  return oneLeads(a.start.toLowerCase(), b.start.toLowerCase()) && valueLengthsMeet(a, b);
}

const TOKEN = '{token}';

function segmentsMeet(a: WebRule, b: WebRule, ofA: string, ofB: string): boolean {
  if (ofA === TOKEN && ofB === TOKEN) {
    return oneLeads(a.start.toLowerCase(), b.start.toLowerCase()) && valueLengthsMeet(a, b);
  }
  if (ofA === TOKEN) return couldBeToken(a, ofB);
  if (ofB === TOKEN) return couldBeToken(b, ofA);
  return ofA.toLowerCase() === ofB.toLowerCase();
}

function couldBeToken({ start, alphabet, length, before }: WebRule, segment: string): boolean {
  if (segment.includes('%')) return true;
  const taken = before.length + segment.length;
  if (taken < length.min || taken > length.max) return false;
  const rest = segment.slice(start.length);
  return segment.toLowerCase().startsWith(start.toLowerCase()) && (alphabet === null || isWrittenIn(alphabet, rest));
}

/** What is taken from an address, without what is set before it. */
function valueLengthsMeet(a: WebRule, b: WebRule): boolean {
  const [beforeA, beforeB] = [a.before.length, b.before.length];
  return a.length.min - beforeA <= b.length.max - beforeB && b.length.min - beforeB <= a.length.max - beforeA;
}

function canFollow({ alphabet }: RecogniserOf<'prefix'>, rest: string): boolean {
  return isWrittenIn(alphabet, rest);
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
