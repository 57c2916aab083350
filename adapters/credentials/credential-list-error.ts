import type { CredentialListFault } from '../../schemas/code-lists/credential-list-faults.ts';
import { CodedError } from '../../schemas/coded-error.ts';

/** Why a list is not taken. */
export class CredentialListError extends CodedError<CredentialListFault> {}
