import { isGlued } from '../../adapters/glued-codes.ts';
import { looksLikePersonalIdentifier } from '../../adapters/personal-identifier.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { unframed } from '../../schemas/scanned-text.ts';
import { codeUnrecognised, ProblemError } from '../problem-error.ts';
import type { RegisteredAdapter, RegistryState } from '../registry/registry-state.ts';
import { isPass } from '../trust/recognition-pass.ts';
import type { Question } from '../upstream/question.ts';

/** A code that some registered system issued, and the part of it that its province is asked about. */
export interface RecognisedCode {
  readonly adapter: RegisteredAdapter;
  readonly token: string;
  readonly code: string;
}

/** `adapter_suspended`, and whose adapter it is. */
export class SuspendedAdapter extends ProblemError {
  readonly issuer: ProvinceCode;

  constructor(issuer: ProvinceCode) {
    super('adapter_suspended');
    this.issuer = issuer;
  }
}

/** What a province is asked, and which version of its adapter asks. */
export interface Subject extends Question {
  readonly adapter: RegisteredAdapter;
}

/**
 * Step 3: which province issued the code in what was scanned? The one door by which codes come in, whichever route they
 * take. Only what is taken of a code is looked at for a personal number, and only that is handed on; a text that is no
 * code is refused whole. Throws ProblemError `personal_identifier_refused`, `code_unrecognised`, `adapter_suspended`;
 * none repeats the code.
 */
export function recogniseCode(state: RegistryState, scanned: string): RecognisedCode {
  const text = unframed(scanned);
  const recognised = state.recognise(text);
  if (recognised === null && isPass(text)) throw codeUnrecognised('own_pass');
  if (looksLikePersonalIdentifier(recognised?.token ?? text)) throw new ProblemError('personal_identifier_refused');
  const adapter = recognised === null ? undefined : state.adapterOf(recognised);
  if (recognised === null || adapter === undefined) {
    throw codeUnrecognised(isGlued(text, state.recognise) ? 'two_codes' : 'not_a_code');
  }
  if (adapter.stage === 'suspended') throw new SuspendedAdapter(recognised.province);
  return { adapter, token: recognised.token, code: recognised.code };
}
