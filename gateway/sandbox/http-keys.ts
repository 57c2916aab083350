import type { Router } from 'express';
import { z } from 'zod';
import { askControl } from '../../adapters/sandbox/control-client.ts';
import { keyStepReplySchema, type keyStepSchema, type ReadyMessage } from '../../adapters/sandbox/protocol.ts';
import { SandboxError } from '../../adapters/sandbox/sandbox-error.ts';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { jsonBodyReader } from '../http/json-body.ts';
import { resource } from '../http/route.ts';
import type { Actor } from '../keys/actor.ts';
import { ProblemError } from '../problem-error.ts';
import type { RegistryDoor } from '../registry/registry-door.ts';
import { logStatementKeys } from './statement-keys.ts';

const MAX_BODY_BYTES = 1024;
const rotateRequestSchema = z.strictObject({ province: provinceCodeSchema, compromised: z.boolean().default(false) });

interface Parts {
  readonly control: ReadyMessage['control'];
  /** A province, as it signs now what the log learns of its keys: its registry key may have changed since the start. */
  readonly actorOf: (province: ProvinceCode) => Promise<Actor | null>;
  readonly door: RegistryDoor;
}

/**
 * POST /sandbox/keys/rotate: a simulated province changes its statement key as a real one has to: announce, publish,
 * then use. With `compromised` the key before is revoked, and what leans on it fails from now on. Sandbox mode alone.
 */
export function mountSandboxKeys(router: Router, { control, actorOf, door }: Parts): void {
  const readBody = jsonBodyReader(rotateRequestSchema, MAX_BODY_BYTES);

  async function step(body: z.input<typeof keyStepSchema>) {
    const { province, keys } = await askControl(control, keyStepReplySchema, 'POST', '/keys', body).catch(refused);
    const actor = await actorOf(province);
    if (actor !== null) await logStatementKeys(door, actor, keys);
    return keys.map(({ state, jwk }) => ({ kid: jwk.kid, state }));
  }

  resource(router, '/sandbox/keys/rotate', {
    POST: async (request, response) => {
      const { province, compromised } = await readBody(request);
      await step({ province, step: 'announce' });
      const keys = await step({ province, step: compromised ? 'revoke' : 'activate' });
      response.json({ province, keys });
    },
  });
}

function refused(error: unknown): never {
  if (error instanceof SandboxError) throw new ProblemError(error.code, error.message);
  throw error;
}
