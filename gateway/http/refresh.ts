import type { IncomingMessage } from 'node:http';
import type { Router } from 'express';
import { MAX_CONFIGURATION_LENGTH } from '../../schemas/registry-event.ts';
import { REJECTIONS } from '../../schemas/registry-rejections.ts';
import type { IncomingBodies } from '../access/incoming-bodies.ts';
import { AuthorityError } from '../authority/authority-error.ts';
import { ProblemError } from '../problem-error.ts';
import { isRejectionCode, RegistryError } from '../registry/registry-error.ts';
import { receiveFromAnybody } from './admission.ts';
import { mediaTypeOf, receiveText } from './receive-body.ts';
import { pathOf, resource } from './route.ts';

const MEDIA_TYPE = 'application/entity-statement+jwt';

interface Parts {
  /** True where the log has other keys now. */
  readonly take: (configuration: string) => Promise<boolean>;
  readonly bodies: IncomingBodies;
}

/**
 * POST /federation/refresh: a subordinate whose keys change hands in its configuration (polling finds it as well). 201:
 * the log has the new keys; 200: it had them already. Whoever sends it, a key from before has to have signed it.
 */
export function mountRefresh(router: Router, superiors: readonly string[], { take, bodies }: Parts): void {
  for (const path of new Set(superiors.map(pathOf))) {
    resource(router, `${path}/federation/refresh`, {
      POST: async (request, response) => {
        if (mediaTypeOf(request) !== MEDIA_TYPE) throw new ProblemError('media_type_unsupported', `send ${MEDIA_TYPE}`);
        const configuration = await receiveFromAnybody(bodies, request, MAX_CONFIGURATION_LENGTH, readConfiguration);
        const taken = await take(configuration.trim()).catch(explain);
        response.status(taken ? 201 : 200).json({ taken });
      },
    });
  }
}

function readConfiguration(request: IncomingMessage): Promise<string> {
  return receiveText(request, MAX_CONFIGURATION_LENGTH, 'signed configuration');
}

function explain(error: unknown): never {
  if (error instanceof AuthorityError) throw new ProblemError('event_unauthorised', error.message);
  if (error instanceof RegistryError && isRejectionCode(error.code)) {
    throw new ProblemError(REJECTIONS[error.code].problem, error.code);
  }
  if (error instanceof RegistryError) throw new ProblemError('unavailable', error.message, { 'retry-after': '5' });
  throw error;
}
