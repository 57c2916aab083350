import { hash } from 'node:crypto';
import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { instantOf } from '../../schemas/instant.ts';
import type { RegistryEventKind } from '../../schemas/registry-event.ts';
import { type Cli, printable } from './cli.ts';
import { digestGroups } from './digest-groups.ts';
import type { ReadEvent } from './signed-events.ts';
import { tableLines } from './table.ts';

const KIND_TEXTS: Record<RegistryEventKind, LocalisedText> = {
  registry_created: { zh: '创建注册表', en: 'creates the registry' },
  log_key_added: { zh: '加入一个日志签名密钥', en: "lets another key sign the log's checkpoints" },
  log_key_retired: { zh: '停用一个日志签名密钥', en: 'retires a key of the log for good' },
  entity_enrolled: { zh: '登记一个主体', en: 'enrols an entity' },
  entity_removed: { zh: '移除一个主体', en: 'removes an entity' },
  subordinate_admitted: { zh: '接纳一个下级主体', en: 'admits an entity below its signer' },
  subordinate_keys_changed: { zh: '下级主体更换密钥', en: 'takes the new keys of an entity below its signer' },
  subordinate_venues_changed: {
    zh: '更改授权服务器可担保的场所',
    en: 'changes which venues an authorization server may vouch for',
  },
  subordinate_removed: { zh: '移除一个下级主体', en: 'removes an entity below its signer' },
  key_announced: { zh: '公布下一把密钥', en: 'announces a key' },
  key_activated: { zh: '启用一把密钥', en: 'puts a key to use' },
  key_retired: { zh: '停用一把密钥', en: 'retires a key' },
  key_revoked: { zh: '吊销一把密钥', en: 'revokes a key' },
  adapter_submitted: { zh: '提交适配器版本', en: "submits a version of a province's adapter" },
  adapter_checked: { zh: '记录符合性检查结果', en: 'records a conformance check' },
  adapter_approved: { zh: '批准适配器版本', en: "approves a version of a province's adapter" },
  adapter_activated: { zh: '启用适配器版本', en: "puts a version of a province's adapter to use" },
  adapter_suspended: { zh: '暂停某省适配器', en: "stops a province's adapter" },
  adapter_resumed: { zh: '恢复某省适配器', en: "lets a province's adapter answer again" },
  adapter_rolled_back: { zh: '回退适配器版本', en: "takes a province's adapter back to an earlier version" },
  policy_published: { zh: '公布目的地决策表', en: "puts a destination's table in force" },
  policy_withdrawn: { zh: '撤回目的地决策表', en: "withdraws a destination's table" },
  mandate_issued: { zh: '签发查验授权', en: 'issues a mandate' },
  mandate_revoked: { zh: '撤销查验授权', en: 'ends a mandate' },
};
/** A document within a body (a manifest, a report) is named by its digest: nobody compares 40,000 characters by eye. */
const LONGEST_SHOWN = 200;

/** What an event says, for a person to read before it is sent. Its signature is for the registry to check. */
export function printEvent(cli: Cli, { jws, kid, alg, event }: ReadEvent): void {
  const { say, print } = cli;
  const { kind, iss, seq, prev, iat, body } = event;
  print(`${kind} · ${say(KIND_TEXTS[kind])}`);
  const rows = [
    [say({ zh: '签名者', en: 'signed by' }), iss],
    [
      say({ zh: '密钥', en: 'key' }),
      `${kid} · ${alg} · ${say({ zh: '签名未核对', en: 'signature not checked here' })}`,
    ],
    [say({ zh: '序号', en: 'seq' }), `${seq} · prev ${prev ?? '-'}`],
    [say({ zh: '时间', en: 'time' }), instantOf(iat)],
    ...leaves(body, '').map(({ at, text }) => [at, text]),
    ['SHA-256', digestGroups(jws)],
  ];
  for (const line of tableLines(rows.map((row) => row.map((text) => printable(text))))) print(`  ${line}`);
}

interface Leaf {
  readonly at: string;
  readonly text: string;
}

function leaves(value: unknown, at: string): Leaf[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, member]) => leaves(member, `${at}/${name}`));
  }
  const text = String(value);
  if (text.length <= LONGEST_SHOWN) return [{ at, text }];
  return [{ at, text: `${Buffer.byteLength(text)} bytes · SHA-256 ${hash('sha256', text, 'base64url')}` }];
}
