import { AuthorityError } from '../../authority/authority-error.ts';
import { readDescriptions } from '../../authority/entity-description.ts';
import { KeyError } from '../../keys/key-error.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import { buildChain } from '../../trust/chain-builder.ts';
import { peekEntityStatement, verifySuperiorStatement } from '../../trust/entity-statement.ts';
import { keysNamed } from '../../trust/published-keys.ts';
import { openRemoteStatements } from '../../trust/remote-statements.ts';
import type { TrustAnchor } from '../../trust/trust-chain.ts';
import { TrustError } from '../../trust/trust-error.ts';
import type { Config } from '../config.ts';
import { anchorBundle } from './anchor-bundle.ts';
import type { AskNode } from './ask-node.ts';
import { faultWords } from './fault-words.ts';
import { bad, type Finding, good, type Subject, same, unused } from './finding.ts';

const CHAIN = ['chain', 'HUREN_DATA_DIR'] as const;

/** An entity of this node whose superior is elsewhere, and the owner of its rings. */
interface Ours {
  readonly entityId: string;
  readonly superior: string;
  readonly owner: string;
}

/**
 * The chains of our own entities: that the superior's leads to the anchor, that it has admitted us, and that it states the
 * key that we sign with. Without our own configuration, which nobody serves before the start, and without entities
 * whose superior is this node too.
 */
export async function checkChains(subject: Subject, ask: AskNode): Promise<Finding[]> {
  if (subject.sandbox) return [unused(CHAIN, { zh: '沙箱自带上级', en: 'a sandbox brings its own superiors' })];
  const anchor = anchorBundle(subject.config.anchorFile);
  if (anchor === null) return [unused(CHAIN, { zh: '没有可用的信任锚文件', en: 'there is no usable anchor file' })];
  const ours = ourEntities(subject.config);
  if (ours === null) {
    const found = { zh: '数据目录中的主体描述无法读取', en: 'an entity of the data directory cannot be read' };
    return [bad(['chain', 'HUREN_DATA_DIR'], found, { zh: '改正 entities 中的文件', en: 'mend the file in entities' })];
  }
  if (ours.length === 0) {
    const found = { zh: '没有上级在他处的主体', en: 'there is no entity here whose superior is elsewhere' };
    return [unused(CHAIN, found)];
  }
  return await Promise.all(ours.map((one) => checkChain(subject, anchor, one, ask)));
}

/** What the data directory describes; null where a description cannot be read. */
function ourEntities({ dataDir }: Config): Ours[] | null {
  try {
    const described = readDescriptions(dataDir);
    const here = new Set(described.map(({ entity_id }) => entity_id));
    return described.flatMap(({ entity_id, superior: above, owner }) =>
      above === null || here.has(above) ? [] : [{ entityId: entity_id, superior: above, owner }],
    );
  } catch (error) {
    if (error instanceof AuthorityError) return null;
    throw error;
  }
}

async function checkChain(subject: Subject, anchor: TrustAnchor, ours: Ours, ask: AskNode): Promise<Finding> {
  const { entityId, superior } = ours;
  const atS = Math.floor(subject.nowMs() / 1000);
  try {
    const remote = openRemoteStatements(ask);
    const { statements, resolved } = await buildChain(superior, anchor, { ...remote, atS });
    const above = peekEntityStatement(statements[0] ?? '');
    const token =
      above.kind === 'configuration' ? await remote.fetchSubordinateStatement(above.claims, entityId) : null;
    if (token === null) {
      const found = { zh: `${superior} 未接纳 ${entityId}`, en: `${superior} has not admitted ${entityId}` };
      return bad(CHAIN, found, {
        zh: '用 huren authority request 生成申请，交其接纳',
        en: 'write a request with huren authority request, and have it admitted',
      });
    }
    const { claims } = await verifySuperiorStatement(token, resolved.jwks, atS);
    if (claims.sub !== entityId || claims.iss !== superior) throw new TrustError('subject_mismatch', 'of another');
    const signsWith = Object.keys(claims.metadata ?? {}).flatMap((type) => keysNamed(claims.metadata, type));
    const stated = new Set([...claims.jwks.keys, ...signsWith].map(({ kid }) => kid));
    return keysFinding(subject.config, ours, stated, resolved.path.length + 1);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return brokenFinding(error, superior);
  }
}

function brokenFinding(error: TrustError, superior: string): Finding {
  const link = error.link ?? superior;
  const reason = error.code === 'fetch_failed' ? faultWords(error.cause) : same(error.code);
  return bad(
    CHAIN,
    { zh: `信任链断在 ${link}：${reason.zh}`, en: `the chain breaks at ${link}: ${reason.en}` },
    {
      zh: '确认该主体可达、其上级为其作证，且信任锚文件是最新的',
      en: 'see that this entity answers, that its superior vouches for it, and that the anchor file is the present one',
    },
  );
}

function keysFinding(config: Config, ours: Ours, stated: ReadonlySet<string | undefined>, links: number): Finding {
  const { entityId, superior, owner } = ours;
  const active = activeKids(config, owner).find((kid) => !stated.has(kid));
  if (active !== undefined) {
    const found = {
      zh: `${superior} 声明的密钥中没有 ${entityId} 正在使用的 ${active}`,
      en: `${superior} does not state ${active}, which ${entityId} uses`,
    };
    return bad(CHAIN, found, { zh: '让上级刷新该主体的密钥', en: 'have the superior refresh the keys of that entity' });
  }
  return good(CHAIN, {
    zh: `${entityId}：${links} 级，直至信任锚均有效`,
    en: `${entityId}: ${links} links up to the anchor, all valid`,
  });
}

/** What the entity signs with now, as far as there are rings. A ring that cannot be read has been told as a file. */
function activeKids({ keys, dataDir }: Config, owner: string): string[] {
  try {
    const store = openKeyStore({ setting: keys, dataDir });
    const held = (['federation', 'attestation', 'statement'] as const).flatMap((use) => store.list(owner, use));
    store.close();
    return held.flatMap(({ kid, state }) => (state === 'active' ? [kid] : []));
  } catch (error) {
    if (error instanceof KeyError) return [];
    throw error;
  }
}
