import { z } from 'zod';
import type { Approval, StatusClaims } from '../../schemas/statement.ts';
import type { Agency } from './entity-resolver.ts';
import { keysOf, parseCompact, verifyCompact } from './strict-jws.ts';
import { nullIfUntrusted } from './trust-error.ts';

/** JWS `typ` of one agency's sign-off on one assignment. */
export const APPROVAL_TYP = 'assignment-approval+jwt';
const OPTIONS = { maxBytes: 4096, typ: APPROVAL_TYP } as const;

/** What an agency signs: its part in the procedure, bound to one status of one handle so that it fits no other. */
export const approvalClaimsSchema = z.strictObject({
  level: z.string(),
  role: z.string(),
  action: z.string(),
  handle: z.string(),
  status: z.string(),
});

/** An agency for whom nobody answers now: its part in the procedure, and the keys that the log has of it; null: none is known. */
export interface AgencyOutOfReach extends Pick<Agency, 'level' | 'role'> {
  readonly kids: ReadonlySet<string> | null;
}

/** What became of an approval's signature, and which agency made it where it stands. */
export interface VerifiedSignature {
  readonly verified: 'valid' | 'invalid' | 'unsigned';
  readonly agency: string | null;
}
const INVALID: VerifiedSignature = { verified: 'invalid', agency: null };

/**
 * Whether an approval's own signature stands: over this very assignment, by an agency below the province whose chain
 * gives it the level and role that the approval claims.
 *
 * The agency's link is in the statement's disclosures, so a venue never sees it: `huren scan` shows no agency, and
 * `huren audit` shows each approval with its chain.
 */
export async function verifyApproval(
  approval: Approval,
  about: Pick<StatusClaims, 'handle' | 'status'>,
  agencies: readonly Agency[],
  atS: number,
): Promise<VerifiedSignature> {
  if (approval.signature === undefined) return { verified: 'unsigned', agency: null };
  const { level, role, action } = approval;
  const expected = JSON.stringify({ level, role, action, handle: about.handle, status: about.status });
  const kid = kidIn(approval.signature);
  const named = agencies.filter((agency) => isPartOf(agency, approval) && agency.keys.some((key) => key.kid === kid));
  // Each with its own keys: an agency names its keys as it likes, and by the name of another one's could have that one's
  // approvals count for nothing.
  for (const { entityId, keys } of named) {
    const said = await signedWith(approval.signature, keys, atS);
    if (said !== null) return JSON.stringify(said) === expected ? { verified: 'valid', agency: entityId } : INVALID;
  }
  return INVALID;
}

/**
 * Whether an approval whose signature does not stand may be one of an agency that is out of reach: by its part, and by a key
 * of its. Any other one stays what it is, or a province would have to leave but one agency unreachable to forge in peace.
 */
export function mayBeBy(approval: Approval, agencies: readonly AgencyOutOfReach[]): boolean {
  const kid = approval.signature === undefined ? null : kidIn(approval.signature);
  return agencies.some((one) => kid !== null && isPartOf(one, approval) && one.kids?.has(kid) !== false);
}

function isPartOf({ level, role }: Pick<Agency, 'level' | 'role'>, approval: Approval): boolean {
  return level === approval.level && role === approval.role;
}

/** By which name an approval says that it was signed; null where it is none. */
function kidIn(signature: string): string | null {
  try {
    return parseCompact(signature, OPTIONS).header.kid;
  } catch (error) {
    return nullIfUntrusted(error);
  }
}

/** What an agency signed with one of these keys; null where it did not. */
async function signedWith(signature: string, keys: Agency['keys'], atS: number): Promise<unknown> {
  const token = await verifyCompact(signature, keysOf({ keys }, atS), OPTIONS).catch(nullIfUntrusted);
  return token === null ? null : (approvalClaimsSchema.safeParse(token.payload).data ?? {});
}
