import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { CodedError } from '../../schemas/coded-error.ts';
import type { Problem, ProblemCode } from '../../schemas/problem.ts';
import { REJECTIONS, type RejectionCode } from '../../schemas/registry-rejections.ts';
import { isRejectionCode } from '../registry/registry-error.ts';
import { FAILURES, type FailureCode, type FailureKind } from './failures.ts';

/** A command that could not do its work: what is wrong, what to do next, and the exit code. Never about a person. */
export class CliError extends CodedError<FailureCode | ProblemCode | RejectionCode> {
  override readonly name = 'CliError';
  readonly text: LocalisedText;
  readonly next: LocalisedText;
  readonly exit: 1 | 2;
  private constructor(code: CliError['code'], text: LocalisedText, kind: FailureKind) {
    super(code, text.en);
    this.text = text;
    this.next = kind.next;
    this.exit = kind.exit;
  }

  /** `next`: where what to do depends on more than the code. */
  static of(code: FailureCode, text: LocalisedText, next?: LocalisedText): CliError {
    const kind = FAILURES[code];
    return new CliError(code, text, next === undefined ? kind : { ...kind, next });
  }

  /** What the registry would refuse for sure, before anything is signed. */
  static rejected(code: RejectionCode): CliError {
    const { zh, en, next } = REJECTIONS[code];
    return new CliError(code, { zh, en }, { exit: 1, next });
  }

  /** The gateway said no. The registry's own closed code, at the start of the detail, says more than the problem's. */
  static refused(problem: Problem): CliError {
    const { zh, en } = problem.text;
    const [, rejection = '', why = ''] = /^([a-z_]+)(?:$|: (.*))/s.exec(problem.detail ?? '') ?? [];
    if (isRejectionCode(rejection)) {
      const more = why === '' ? '' : ` (${why})`;
      return new CliError(rejection, { zh: zh + more, en: en + more }, { exit: 1, next: problem.next });
    }
    const detail = problem.detail === undefined ? '' : ` (${problem.detail})`;
    return new CliError(problem.code, { zh: zh + detail, en: en + detail }, { exit: 1, next: problem.next });
  }
}
