import type { FederationError } from '../../schemas/federation-error.ts';
import { PROBLEMS, type ProblemCode } from '../../schemas/problem.ts';
import { ProblemError } from '../problem-error.ts';

/** Where an entity, of this host or below a path of it, answers as OpenID Federation has it. */
const FEDERATION_PATH = /\/(?:federation\/[^/]+|\.well-known\/openid-federation)$/;

const ERRORS: Partial<Readonly<Record<ProblemCode, FederationError>>> = {
  not_found: 'not_found',
  internal: 'server_error',
  unavailable: 'temporarily_unavailable',
  log_conflict: 'temporarily_unavailable',
  rate_limited: 'temporarily_unavailable',
  event_invalid: 'invalid_metadata',
  event_unauthorised: 'invalid_client',
};

/** A problem whose federation error does not follow from its code. */
export class FederationProblem extends ProblemError {
  readonly error: FederationError;

  constructor(code: ProblemCode, error: FederationError, detail: string) {
    super(code, detail);
    this.error = error;
  }
}

/**
 * What a problem also says on a federation endpoint, whose clients know `error` and `error_description` (OpenID
 * Federation 1.0 section 8.9); nothing anywhere else. `url`: as it was asked, with its query.
 */
export function federationErrorOf(url: string | undefined, problem: ProblemError) {
  const [path = ''] = (url ?? '').split('?', 1);
  if (!FEDERATION_PATH.test(path)) return {};
  const { code, detail } = problem;
  const error = problem instanceof FederationProblem ? problem.error : (ERRORS[code] ?? 'invalid_request');
  return { error, error_description: detail ?? PROBLEMS[code].en };
}
