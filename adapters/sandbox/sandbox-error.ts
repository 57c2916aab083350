import { CodedError } from '../../schemas/coded-error.ts';
import type { ControlError } from './protocol.ts';

export type SandboxErrorCode = ControlError['code'];

/** The control API refuses a request. */
export class SandboxError extends CodedError<SandboxErrorCode> {
  override readonly name = 'SandboxError';
}
