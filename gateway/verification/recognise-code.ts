import { looksLikePersonalIdentifier } from '../../adapters/personal-identifier.ts';
import { ProblemError } from '../problem-error.ts';
import type { RegisteredAdapter, RegistryState } from '../registry/registry-state.ts';
import type { Question } from '../upstream/question.ts';

/** A code that some registered system issued, and the part of it that its province is asked about. */
export interface RecognisedCode {
  readonly adapter: RegisteredAdapter;
  readonly token: string;
  readonly code: string;
}

/** What a province is asked, and which version of its adapter asks. */
export interface Subject extends Question {
  readonly adapter: RegisteredAdapter;
}

/**
 * Step 3: which province issued this code? A personal number is refused before anything else looks at it. Throws
 * ProblemError `personal_identifier_refused`, `code_unrecognised`, `adapter_suspended`; none repeats the code.
 */
export function recogniseCode(state: RegistryState, code: string): RecognisedCode {
  if (looksLikePersonalIdentifier(code)) throw new ProblemError('personal_identifier_refused');
  const recognised = state.recognise(code);
  const adapter = recognised === null ? undefined : state.adapterFor(recognised.province, recognised.token);
  if (recognised === null || adapter === undefined) throw new ProblemError('code_unrecognised');
  if (adapter.stage === 'suspended') throw new ProblemError('adapter_suspended');
  return { adapter, token: recognised.token, code };
}
