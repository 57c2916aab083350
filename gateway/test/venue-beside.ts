import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import type { Venue } from '../access/venue-tokens.ts';
import type { RunningNode } from '../compose/node.ts';
import { verify } from '../verification/verify.ts';

/**
 * Scans a code at a hospital of that province, at a node of it in this process: as a venue does whose token was good. Throws
 * ProblemError.
 */
export async function scanBeside(
  { node }: RunningNode,
  province: ProvinceCode,
  code: string,
  more: { readonly nonce?: string } = {},
): Promise<VerificationReply> {
  if (node.destination === null) throw new Error('the node answers no venues');
  const hospital: Venue = {
    issuer: 'https://venues.example',
    clientId: 'a-venue',
    kind: 'hospital',
    region: `${province.slice(0, 2)}0105`,
    destination: province,
  };
  return await verify(node.destination.verification, hospital, { code, purpose: 'medical_visit', ...more });
}
