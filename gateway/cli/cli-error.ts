import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import type { Problem, ProblemCode } from '../../schemas/problem.ts';
import { REJECTIONS, type RejectionCode } from '../../schemas/registry-rejections.ts';
import { isRejectionCode } from '../registry/registry-error.ts';

interface FailureKind {
  /** 2: the command was used wrongly and would fail again unchanged. 1: everything else. */
  readonly exit: 1 | 2;
  readonly next: LocalisedText;
}

const FAILURES = {
  usage_invalid: { exit: 2, next: { zh: '加 --help 查看用法', en: 'see the usage with --help' } },
  config_invalid: {
    exit: 2,
    next: {
      zh: '改正该设置后重试；huren config check 逐项检查',
      en: 'correct that setting and try again; huren config check tries all of them',
    },
  },
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
  policy_invalid: {
    exit: 1,
    next: { zh: '按所指位置改正该决策表', en: 'correct the table at the place named' },
  },
  policy_refused: {
    exit: 1,
    next: {
      zh: '改正所列各行；更严的规定须注明依据、报告日期和截止日期',
      en: 'correct the rows listed; a stricter one needs a basis, a report date and an end date',
    },
  },
  signer_missing: {
    exit: 2,
    next: {
      zh: '用 --key 指定密钥文件；在沙箱中也可用 --as anchor|operator-a|operator-b|province:120000',
      en: 'name a key file with --key, or in the sandbox --as anchor|operator-a|operator-b|province:120000',
    },
  },
  not_enrolled: {
    exit: 1,
    next: {
      zh: '请先由国家锚点登记；在沙箱中：huren registry enrol province:120000',
      en: 'have the national anchor enrol it first; in the sandbox: huren registry enrol province:120000',
    },
  },
  bytes_differ: {
    exit: 1,
    next: {
      zh: '请重新审阅网关所存的内容，不要签名',
      en: 'do not sign; review what the gateway really holds',
    },
  },
  receipt_forged: {
    exit: 1,
    next: {
      zh: '请勿信任该网关的答复；用 huren log verify 核对日志',
      en: 'do not rely on that gateway; check its log with huren log verify',
    },
  },
  registry_unpinned: {
    exit: 2,
    next: {
      zh: '用 --anchor 指定带有 registry 的信任锚文件',
      en: 'name an anchor file that has a registry member with --anchor',
    },
  },
  log_unreadable: {
    exit: 2,
    next: { zh: '核对 --store 与文件权限', en: 'check --store, and who may read it' },
  },
  log_invalid: {
    exit: 1,
    next: {
      zh: '停止使用此日志，从备份或其他实例恢复',
      en: 'stop using this log; restore it from a backup or another instance',
    },
  },
  checkpoint_refused: {
    exit: 1,
    next: {
      zh: '保留已存的检查点作为证据，并告知国家锚点',
      en: 'keep the saved checkpoint as evidence, and tell the national anchor',
    },
  },
  mandate_invalid: {
    exit: 2,
    next: { zh: '按所指位置改正该授权', en: 'correct the mandate at the place named' },
  },
  enrolment_invalid: {
    exit: 2,
    next: { zh: '按所指位置改正登记文件', en: 'correct the enrolment file at the place named' },
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
  readonly code: FailureCode | ProblemCode | RejectionCode;
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
