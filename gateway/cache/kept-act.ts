import type { Approval, Assignment, StatusClaims } from '../../schemas/statement.ts';
import { apart } from './text-apart.ts';

/** One step, with the header of its signature where it is signed: the same for all that an agency signs. */
interface SharedApproval extends Omit<Approval, 'signature'> {
  readonly head: string | null;
}

/** Who assigned a status, without what is of one case alone. */
export interface SharedAct extends Omit<Assignment, 'batch_size' | 'instrument' | 'origin' | 'approvals'> {
  readonly approvals: readonly SharedApproval[];
  readonly origin: Pick<NonNullable<Assignment['origin']>, 'province'> | null;
}

/**
 * An act as memory keeps it. `own`: what is of one case alone, as JSON, a letter for each octet; `signatures`: those of the
 * signed steps, one behind the other, likewise. Null where there is no such thing. Without `shared` all of an act is in
 * `own`, or there is none.
 */
export interface KeptAct {
  readonly shared: SharedAct | null;
  readonly own: string | null;
  readonly signatures: string | null;
}

/** What an act is about; a signed step names it. */
export type ActOf = Pick<StatusClaims, 'status' | 'handle'>;

/** The batch's size, the instrument, and the reference at the origin. */
type Own = readonly [number | null, string | null, string | null];

const NO_ACT: KeptAct = { shared: null, own: null, signatures: null };
const NOTHING_OWN: Own = [null, null, null];
/** Of each algorithm that an agency may sign with. */
const SIGNATURE_OCTETS = 64;

/** Parts what many acts of a province have in common from what one alone has. */
export function packAct(act: Assignment | null, of: ActOf): KeptAct {
  if (act === null) return NO_ACT;
  const { batch_size, instrument, origin, approvals, ...more } = act;
  const steps = approvals.map((approval) => partSignature(approval, of));
  if (!steps.every((step) => step !== null)) return { shared: null, own: octetsOf(act), signatures: null };
  const own: Own = [batch_size, instrument, origin?.reference ?? null];
  const signatures = steps.map(({ signature }) => signature).join('');
  return {
    shared: {
      ...more,
      approvals: steps.map(({ shared }) => shared),
      origin: origin === null ? null : { province: origin.province },
    },
    own: own.every((one) => one === null) ? null : octetsOf(own),
    signatures: signatures === '' ? null : apart(signatures),
  };
}

/** The act again, to the letter. */
export function unpackAct({ shared, own, signatures }: KeptAct, of: ActOf): Assignment | null {
  if (shared === null) return own === null ? null : JSON.parse(textOf(own));
  const [batch_size, instrument, reference]: Own = own === null ? NOTHING_OWN : JSON.parse(textOf(own));
  const { origin, approvals, ...more } = shared;
  let taken = 0;
  return {
    ...more,
    batch_size,
    instrument,
    approvals: approvals.map(({ head, ...step }) => {
      if (head === null) return step;
      const octets = Buffer.from((signatures ?? '').slice(taken, taken + SIGNATURE_OCTETS), 'latin1');
      taken += SIGNATURE_OCTETS;
      return { ...step, signature: signatureOf(step, head, octets, of) };
    }),
    origin: origin === null ? null : { ...origin, reference },
  };
}

/** What a signed step says follows from the act that it is a step of. Null where it is not written so. */
function partSignature(
  { signature, ...step }: Approval,
  of: ActOf,
): { readonly shared: SharedApproval; readonly signature: string } | null {
  if (signature === undefined) return { shared: { ...step, head: null }, signature: '' };
  const head = apart(signature.slice(0, signature.indexOf('.')));
  const octets = Buffer.from(signature.slice(signature.lastIndexOf('.') + 1), 'base64url');
  const isSame = octets.length === SIGNATURE_OCTETS && signatureOf(step, head, octets, of) === signature;
  return isSame ? { shared: { ...step, head }, signature: octets.toString('latin1') } : null;
}

function signatureOf(
  { level, role, action }: Omit<SharedApproval, 'head'>,
  head: string,
  octets: Buffer,
  { handle, status }: ActOf,
): string {
  const payload = Buffer.from(JSON.stringify({ level, role, action, handle, status })).toString('base64url');
  return `${head}.${payload}.${octets.toString('base64url')}`;
}

function octetsOf(value: Assignment | Own): string {
  return Buffer.from(JSON.stringify(value)).toString('latin1');
}

function textOf(octets: string): string {
  return Buffer.from(octets, 'latin1').toString();
}
