import { z } from 'zod';
import type { Approval, StatusClaims } from '../../schemas/statement.ts';
import type { PublicJwk } from './public-key.ts';
import { keysOf, verifyCompact } from './strict-jws.ts';
import { TrustError } from './trust-error.ts';

/** JWS `typ` of one agency's sign-off on one assignment. */
export const APPROVAL_TYP = 'assignment-approval+jwt';
const MAX_APPROVAL_LENGTH = 4096;

/** What an agency signs: its part in the procedure, bound to one status of one handle so that it fits no other. */
export const approvalClaimsSchema = z.strictObject({
  level: z.string(),
  role: z.string(),
  action: z.string(),
  handle: z.string(),
  status: z.string(),
});

/** Whether an approval's own signature stands: by an agency key below the province, over this very assignment. */
export async function verifyApproval(
  approval: Approval,
  about: Pick<StatusClaims, 'handle' | 'status'>,
  agencyKeys: readonly PublicJwk[],
): Promise<'valid' | 'invalid' | 'unsigned'> {
  if (approval.signature === undefined) return 'unsigned';
  try {
    const options = { maxBytes: MAX_APPROVAL_LENGTH, typ: APPROVAL_TYP };
    const { payload } = await verifyCompact(approval.signature, keysOf({ keys: agencyKeys }), options);
    const signed = approvalClaimsSchema.safeParse(payload);
    const { level, role, action } = approval;
    const expected = { level, role, action, handle: about.handle, status: about.status };
    return signed.success && JSON.stringify(signed.data) === JSON.stringify(expected) ? 'valid' : 'invalid';
  } catch (error) {
    if (error instanceof TrustError) return 'invalid';
    throw error;
  }
}
