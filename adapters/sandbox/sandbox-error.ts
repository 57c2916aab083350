import type { ControlError } from './protocol.ts';

export type SandboxErrorCode = ControlError['code'];

/** The control API refuses a request. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: SandboxErrorCode;
  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
