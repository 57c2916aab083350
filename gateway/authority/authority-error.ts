import { CodedError } from '../../schemas/coded-error.ts';

/**
 * `description_invalid`: an entity's file cannot be used. `request_refused`: what an entity handed in is no configuration
 * that its superior could take.
 */
export type AuthorityErrorCode = 'description_invalid' | 'request_refused';

export class AuthorityError extends CodedError<AuthorityErrorCode> {
  override readonly name = 'AuthorityError';
}
