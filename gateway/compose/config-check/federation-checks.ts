import { readFileSync } from 'node:fs';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { listKeys } from '../../keys/key-ring.ts';
import { verifyCheckpoint } from '../../log/checkpoint.ts';
import { LogError } from '../../log/log-error.ts';
import { parseVerifierKey } from '../../log/note.ts';
import { buildChain } from '../../trust/chain-builder.ts';
import { peekEntityStatement, verifySuperiorStatement } from '../../trust/entity-statement.ts';
import { openRemoteStatements } from '../../trust/remote-statements.ts';
import { type TrustBundle, trustBundleSchema } from '../../trust/trust-bundle.ts';
import { TrustError } from '../../trust/trust-error.ts';
import { CLOCK_BOUND_MS } from '../clock-watch.ts';
import type { AskNode } from './ask-node.ts';
import { faultWords } from './fault-words.ts';
import { bad, type Finding, good, type Subject, same, unused } from './finding.ts';

const NO_ANCHOR = { zh: '没有可用的信任锚文件', en: 'there is no usable anchor file' };

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

/**
 * Our own chain: that the superior's leads to the anchor, that it has admitted us, and that it states the key that we
 * sign with. Without our own configuration, which nobody serves before the start.
 */
export async function checkChain(subject: Subject, ask: AskNode): Promise<Finding> {
  const { config, sandbox, nowMs } = subject;
  const about = ['chain', 'HUREN_SUPERIOR'] as const;
  if (sandbox) return unused(about, { zh: '沙箱自带上级', en: 'a sandbox brings its own superiors' });
  const anchor = anchorBundle(config.anchorFile);
  if (anchor === null) return unused(about, NO_ANCHOR);
  if (config.entityId === anchor.entity_id) return unused(about, { zh: '本实体即信任锚', en: 'this is the anchor' });
  if (config.entityId === null)
    return unused(about, { zh: '未设置 HUREN_ENTITY_ID', en: 'HUREN_ENTITY_ID is not set' });
  const superior = config.superior ?? anchor.entity_id;
  const atS = Math.floor(nowMs() / 1000);
  try {
    const remote = openRemoteStatements(ask);
    const { statements, resolved } = await buildChain(superior, anchor, { ...remote, atS });
    const above = peekEntityStatement(statements[0] ?? '');
    const token =
      above.kind === 'configuration' ? await remote.fetchSubordinateStatement(above.claims, config.entityId) : null;
    if (token === null) {
      const found = {
        zh: `${superior} 未接纳 ${config.entityId}`,
        en: `${superior} has not admitted ${config.entityId}`,
      };
      return bad(about, found, {
        zh: '用 huren authority request 生成申请，交其接纳',
        en: 'write a request with huren authority request, and have it admitted',
      });
    }
    const { claims } = await verifySuperiorStatement(token, resolved.jwks, atS);
    if (claims.sub !== config.entityId || claims.iss !== superior)
      throw new TrustError('subject_mismatch', 'of another');
    return keysFinding(subject, new Set((claims.jwks?.keys ?? []).map(({ kid }) => kid)), resolved.path.length + 1);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const link = error.link ?? superior;
    const reason = error.code === 'fetch_failed' ? faultWords(error.cause) : same(error.code);
    return bad(
      about,
      { zh: `信任链断在 ${link}：${reason.zh}`, en: `the chain breaks at ${link}: ${reason.en}` },
      {
        zh: '确认该实体可达，且其上级为其作证',
        en: 'see that this entity answers and that its superior vouches for it',
      },
    );
  }
}

function keysFinding({ config }: Subject, stated: ReadonlySet<string | undefined>, links: number): Finding {
  const about = ['chain', 'HUREN_SUPERIOR'] as const;
  const active = ownActiveKid(config.dataDir);
  if (active !== null && !stated.has(active)) {
    const found = {
      zh: `上级声明的密钥中没有本实体正在使用的 ${active}`,
      en: `the superior does not state ${active}, which is in use here`,
    };
    return bad(about, found, { zh: '让上级刷新本实体的密钥', en: 'have the superior refresh our keys' });
  }
  return good(about, { zh: `${links} 级，直至信任锚均有效`, en: `${links} links up to the anchor, all valid` });
}

/** Null where there is no ring yet, or it is not of files here. */
function ownActiveKid(dataDir: string): string | null {
  try {
    return listKeys(dataDir, 'gateway', 'federation').find(({ state }) => state === 'active')?.kid ?? null;
  } catch {
    return null;
  }
}

/** Our clock against whoever we ask anyway. */
export async function checkClock({ config, sandbox }: Subject, ask: AskNode): Promise<Finding> {
  const about = ['clock', 'HUREN_LOG_URL'] as const;
  const reference = referenceUrl(
    config.logUrl,
    sandbox ? null : (config.superior ?? anchorBundle(config.anchorFile)?.entity_id ?? null),
  );
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

function anchorBundle(file: string | null): TrustBundle | null {
  try {
    return file === null
      ? null
      : (trustBundleSchema.safeParse(jsonOrUndefined(readFileSync(file, 'utf8'))).data ?? null);
  } catch {
    return null;
  }
}
