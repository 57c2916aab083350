import type { SandboxCode } from '../../../schemas/sandbox.ts';
import type { SandboxGateway } from '../sandbox-gateway.ts';
import type { DoorOptions } from './options.ts';

/** What each part of a long run stands on, and where it says what it saw. */
export interface DoorRun {
  readonly gateway: SandboxGateway;
  readonly codes: readonly SandboxCode[];
  readonly options: DoorOptions;
  readonly note: (line: string) => void;
  /** Something that must not be. */
  readonly fault: (line: string) => void;
}
