import { CodedError } from '../../schemas/coded-error.ts';

/**
 * `description_invalid`: an entity's file cannot be used. `request_refused`: what an entity handed in is no configuration
 * that its superior could take. `registry_refused`: the registry did not take the event; the message has its code.
 * `registry_unreachable`: nobody knows whether it did.
 */
export type AuthorityErrorCode =
  | 'description_invalid'
  | 'request_refused'
  | 'registry_refused'
  | 'registry_unreachable';

export class AuthorityError extends CodedError<AuthorityErrorCode> {
  override readonly name = 'AuthorityError';
}
