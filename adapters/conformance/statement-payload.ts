import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { type Status, statusSchema } from '../../schemas/status.ts';

const payloadSchema = z.object({ status: statusSchema });

/**
 * The status that a signed statement says, or null where it is not one. Nothing is verified here: the kit holds no
 * trust anchor, and only asks whether two things that came together agree.
 */
export function statementStatus(statement: string): Status | null {
  const [, payload = ''] = statement.split('~')[0]?.split('.') ?? [];
  const said = jsonOrUndefined(Buffer.from(payload, 'base64url').toString('utf8'));
  return payloadSchema.safeParse(said).data?.status ?? null;
}
