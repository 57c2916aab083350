import { z } from 'zod';
import { type Status, statusSchema } from '../../schemas/status.ts';

const payloadSchema = z.object({ status: statusSchema });

/**
 * The status that a signed statement says, or null where it is not one. Nothing is verified here: the kit holds no
 * trust anchor, and only asks whether two things that came together agree.
 */
export function statementStatus(statement: string): Status | null {
  const [, payload = ''] = statement.split('~')[0]?.split('.') ?? [];
  try {
    return payloadSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).status;
  } catch {
    return null;
  }
}
