import type { CredentialCode } from '../../schemas/code-lists/credential-codes.ts';
import { CodedError } from '../../schemas/coded-error.ts';

/** Why a certificate is not accepted. Its message never holds what the certificate says. */
export class CredentialError extends CodedError<Exclude<CredentialCode, 'ok'>> {}
