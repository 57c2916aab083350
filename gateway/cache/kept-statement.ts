import { endsCanonically } from '../../schemas/base64url.ts';
import { apart } from './text-apart.ts';

/**
 * A statement as memory keeps it. `head`: its header, which is the same for all that a key signs; null where there is no
 * statement. `rest`: what follows, as octets with a letter for each, of which the first `bodyOctets` are the payload and
 * the others the signature; 0 where it is not written so, and is kept as it came.
 */
export interface KeptStatement {
  readonly head: string | null;
  readonly rest: string;
  readonly bodyOctets: number;
}

const NONE: KeptStatement = { head: null, rest: '', bodyOctets: 0 };
/** A statement that a venue gets: nothing of it is disclosed. */
const UNDISCLOSED = /^\.([\w-]+)\.([\w-]+)~$/;
/** Octets on their way between the two forms; larger statements are kept as they came. */
const between = Buffer.alloc(8_192);

/** The two texts of base64url in a statement's rest are a third longer than what they say. */
export function packStatement(statement: string | null): KeptStatement {
  if (statement === null) return NONE;
  const bodyAt = statement.indexOf('.');
  const head = statement.slice(0, bodyAt);
  const rest = statement.slice(bodyAt);
  const [, body = '', signature = ''] = UNDISCLOSED.exec(rest) ?? [];
  const bodyOctets = between.write(body, 0, 'base64url');
  const end = bodyOctets + between.write(signature, bodyOctets, 'base64url');
  // What has stray bits behind its last octet, or no room, would come back as another text.
  const isSame = isAllKept(body, bodyOctets) && isAllKept(signature, end - bodyOctets);
  if (isSame) return { head, rest: between.toString('latin1', 0, end), bodyOctets };
  return { head, rest: apart(rest), bodyOctets: 0 };
}

function isAllKept(text: string, octets: number): boolean {
  return endsCanonically(text) && octets === Math.floor((text.length * 3) / 4);
}

/** The statement again, to the letter. */
export function unpackStatement({ head, rest, bodyOctets }: KeptStatement): string | null {
  if (head === null) return null;
  return head + (bodyOctets === 0 ? rest : textOf(bodyOctets, between.write(rest, 0, 'latin1')));
}

function textOf(bodyOctets: number, end: number): string {
  return `.${between.toString('base64url', 0, bodyOctets)}.${between.toString('base64url', bodyOctets, end)}~`;
}
