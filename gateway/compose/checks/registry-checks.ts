import { verifyCheckpoint } from '../../log/checkpoint.ts';
import { LogError } from '../../log/log-error.ts';
import { parseVerifierKey } from '../../log/note.ts';
import { CLOCK_BOUND_MS } from '../clock-watch.ts';
import { anchorBundle } from './anchor-bundle.ts';
import type { AskNode } from './ask-node.ts';
import { faultWords } from './fault-words.ts';
import { bad, type Finding, good, type Subject, unused } from './finding.ts';

/** The registry to follow: that it answers with a checkpoint that a pinned log key signed. */
export async function checkRegistry({ config }: Subject, ask: AskNode): Promise<Finding> {
  const about = ['registry', 'HUREN_LOG_URL'] as const;
  if (config.logUrl === null)
    return unused(about, { zh: '本进程自己保管日志', en: 'this process keeps the log itself' });
  const logKeys = anchorBundle(config.anchorFile)?.registry?.log_keys ?? [];
  if (logKeys.length === 0) {
    const found = { zh: '信任锚文件未固定日志公钥', en: 'the anchor file pins no key of its log' };
    return bad(about, found, {
      zh: '向国家锚点索取含 registry 的文件',
      en: 'get a file with a registry member from the anchor',
    });
  }
  try {
    const { status, body } = await ask(`${config.logUrl}/v1/log/checkpoint`);
    if (status !== 200) {
      const found = { zh: `以 ${status} 答复，不是日志`, en: `it answers ${status}, and is no log` };
      return bad(about, found, { zh: '核对该地址', en: 'check the address' });
    }
    const keys = logKeys.map(parseVerifierKey);
    const { size } = verifyCheckpoint(body, { origin: keys[0]?.name ?? '', logKeys: keys, witnesses: [] });
    return good(about, {
      zh: `日志有 ${size} 条，检查点的签名有效`,
      en: `${size} entries, and a pinned key signed the checkpoint`,
    });
  } catch (error) {
    if (!(error instanceof LogError))
      return bad(about, faultWords(error), { zh: '核对地址与网络', en: 'check address and network' });
    const found = { zh: `检查点不可信（${error.code}）`, en: `its checkpoint is not to be believed (${error.code})` };
    return bad(about, found, {
      zh: '核对信任锚文件与该地址属于同一注册表',
      en: 'see that anchor file and address are of one registry',
    });
  }
}

/** Our clock against whoever we ask anyway. */
export async function checkClock({ config, sandbox }: Subject, ask: AskNode): Promise<Finding> {
  const about = ['clock', 'HUREN_LOG_URL'] as const;
  const reference = referenceUrl(config.logUrl, sandbox ? null : (anchorBundle(config.anchorFile)?.entity_id ?? null));
  if (reference === null) return unused(about, { zh: '没有可对照的节点', en: 'there is no node to compare with' });
  const { origin } = new URL(reference);
  const reply = await ask(reference).catch(() => null);
  if (reply?.aheadMs === undefined || reply.aheadMs === null) {
    return unused(about, { zh: `${origin} 未给出时间`, en: `${origin} gives no time` });
  }
  const aheadS = Math.round(reply.aheadMs / 1000);
  const found = { zh: `与 ${origin} 相差 ${Math.abs(aheadS)} 秒`, en: `${Math.abs(aheadS)} s off ${origin}` };
  if (Math.abs(reply.aheadMs) <= CLOCK_BOUND_MS) return good(about, found);
  return bad(about, found, { zh: '修复时间同步', en: 'mend time synchronisation' });
}

function referenceUrl(logUrl: string | null, superior: string | null): string | null {
  if (logUrl !== null) return `${logUrl}/v1/log/checkpoint`;
  return superior === null ? null : `${superior}/.well-known/openid-federation`;
}
