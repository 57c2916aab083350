import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import type { Problem, ProblemCode } from '../../schemas/problem.ts';

interface FailureKind {
  /** 2: the command was used wrongly and would fail again unchanged. 1: everything else. */
  readonly exit: 1 | 2;
  readonly next: LocalisedText;
}

const FAILURES = {
  usage_invalid: { exit: 2, next: { zh: '加 --help 查看用法', en: 'see the usage with --help' } },
  config_invalid: { exit: 2, next: { zh: '改正该设置后重新启动', en: 'correct that setting, then start again' } },
  start_failed: {
    exit: 1,
    next: { zh: '按上文所述原因处理后重新启动', en: 'mend what it names, then start again' },
  },
  gateway_unreachable: {
    exit: 1,
    next: {
      zh: '用 npm start 启动网关，或将 HUREN_URL 设为其地址',
      en: 'start a gateway with npm start, or set HUREN_URL to where it runs',
    },
  },
  reply_unreadable: {
    exit: 1,
    next: { zh: '请确认 HUREN_URL 指向互认网关', en: 'check that HUREN_URL is the address of a Huren gateway' },
  },
  sandbox_only: {
    exit: 2,
    next: { zh: '用 serve --sandbox 启动沙箱网关', en: 'start a sandbox gateway with serve --sandbox' },
  },
  credentials_missing: {
    exit: 2,
    next: {
      zh: '设置 HUREN_CLIENT_ID、HUREN_CLIENT_SECRET 和 HUREN_TOKEN_ENDPOINT',
      en: 'set HUREN_CLIENT_ID, HUREN_CLIENT_SECRET and HUREN_TOKEN_ENDPOINT',
    },
  },
  token_refused: {
    exit: 1,
    next: { zh: '核对凭据后重试', en: 'check the credentials, then try again' },
  },
  venue_unknown: { exit: 2, next: { zh: '请从所列场所中选择', en: 'choose one of the venues listed' } },
  file_unreadable: { exit: 2, next: { zh: '核对文件路径和内容', en: 'check the path and what the file holds' } },
  key_file_damaged: {
    exit: 1,
    next: { zh: '请从备份恢复该文件', en: 'restore that file from a backup' },
  },
  internal: {
    exit: 1,
    next: { zh: '请附上所用命令报告此问题', en: 'report this together with the command that led to it' },
  },
} as const satisfies Record<string, FailureKind>;

type FailureCode = keyof typeof FAILURES;

/** A command that could not do its work: what is wrong, what to do next, and the exit code. Never about a person. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: FailureCode | ProblemCode;
  readonly text: LocalisedText;
  readonly next: LocalisedText;
  readonly exit: 1 | 2;
  private constructor(code: CliError['code'], text: LocalisedText, kind: FailureKind) {
    super(text.en);
    this.code = code;
    this.text = text;
    this.next = kind.next;
    this.exit = kind.exit;
  }

  static of(code: FailureCode, text: LocalisedText): CliError {
    return new CliError(code, text, FAILURES[code]);
  }

  /** The gateway said no. */
  static refused(problem: Problem): CliError {
    const { zh, en } = problem.text;
    const detail = problem.detail === undefined ? '' : ` (${problem.detail})`;
    return new CliError(problem.code, { zh: zh + detail, en: en + detail }, { exit: 1, next: problem.next });
  }
}
