import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { instantOf } from '../../../schemas/instant.ts';
import type { KeyInfo } from '../../keys/key-ring.ts';
import { type KeyStore, openKeyStore, type RingName } from '../../keys/key-store.ts';
import { KEY_USES, type KeyUse } from '../../keys/key-use.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { keySettingOf, withKeys } from '../key-failure.ts';
import { tableLines } from '../table.ts';
import { described, describedGroup, jsonOption, reading } from './command.ts';

/** How many owners one line names. */
const MOST_NAMED = 40;

interface RingOptions {
  readonly owner: string;
  readonly use: KeyUse;
  readonly json?: boolean;
}

/**
 * `keys list|new|rotate|revoke`: the key rings of this node, never the keys themselves. A running gateway
 * picks every change up within a second.
 */
export function addKeys(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('keys'), {
    zh: '本节点的密钥',
    en: 'the keys of this node',
    example: 'keys list',
  });
  described(cli, group.command('list'), {
    zh: '列出密钥的归属、用途、状态和有效期',
    en: 'list whose the keys are, their use, state and expiry',
    example: 'keys list --json',
  })
    .option(...jsonOption(cli))
    .action(async ({ json }: { json?: boolean }) => {
      const store = storeOf(cli);
      const keys = await withKeys(() => store.rings().flatMap(({ owner, use }) => store.list(owner, use)));
      if (json === true) return cli.printJson({ keys: keys.map(documentOf) });
      print(cli, keys);
    });
  addChanges(group, cli);
}

function addChanges(group: Command, cli: Cli): void {
  ringCommand(cli, group.command('new'), {
    zh: '公布下一把密钥，暂不使用',
    en: 'announce the next key, without using it yet',
    example: 'keys new --owner gateway --use attestation',
  }).action(async ({ owner, use, json }: RingOptions) => {
    const store = storeOf(cli);
    await withKeys(() => requireOwner(store, { owner, use }));
    const kid = await withKeys(() => store.announce(owner, use, nowS()));
    if (json === true) cli.printJson({ owner, use, kid });
    else cli.print(cli.say({ zh: `已公布 ${kid}`, en: `announced ${kid}` }));
  });
  ringCommand(cli, group.command('rotate'), {
    zh: '启用已公布的密钥，原密钥转为退役',
    en: 'use the announced key and retire the one before',
    example: 'keys rotate --owner gateway --use attestation',
  })
    .option(
      '--wait <seconds>',
      cli.say({
        zh: '等待运行中的节点启用新密钥的最长时间',
        en: 'how long to wait for the running node to put the key to use, where that is its decision',
      }),
      reading(secondsOf, cli.say({ zh: '应为整秒数', en: 'whole seconds' })),
      60,
    )
    .action(async ({ owner, use, json, wait }: RingOptions & { readonly wait: number }) => {
      const keys = storeOf(cli);
      const { kid, state, wasAnnounced } = await withKeys(() => keys.rotate(owner, use, nowS()));
      if (state === 'announced') await withKeys(() => waitForActivation(cli, keys, { owner, use, kid }, wait));
      if (json === true) return cli.printJson({ owner, use, kid, was_announced: wasAnnounced });
      cli.print(cli.say({ zh: `已启用 ${kid}`, en: `in use: ${kid}` }));
      // A key that had to wait for its superior is in everybody's chains by now.
      if (wasAnnounced || state === 'announced') return;
      const text = {
        zh: '该密钥此前未公布：持有旧信任链的验证方须重新获取信任链',
        en: 'it was not announced before: whoever verifies with an older bundle has to fetch a new one',
      };
      cli.print(cli.say(text));
    });
  ringCommand(cli, group.command('revoke'), {
    zh: '吊销一把密钥；若正在使用则立即更换',
    en: 'revoke a key; one in use is replaced at once',
    example: 'keys revoke KID --owner gateway --use attestation --reason compromised',
  })
    .argument('<kid>', cli.say({ zh: '密钥标识', en: 'which key' }))
    .option('--reason <text>', cli.say({ zh: '原因', en: 'why' }), 'unspecified')
    .action(async (kid: string, { owner, use, json, reason }: RingOptions & { readonly reason: string }) => {
      const revocation = { kid, nowS: nowS(), reason: reason.slice(0, 64) };
      await withKeys(() => storeOf(cli).revoke(owner, use, revocation));
      if (json === true) cli.printJson({ owner, use, kid, state: 'revoked' });
      else cli.print(cli.say({ zh: `已吊销 ${kid}`, en: `revoked ${kid}` }));
    });
}

/**
 * Beside owners who use keys of that kind, another name is a misspelt one: nobody would use its key, and whoever made it would
 * wait for it. Where there is none yet, a ring may be prepared before who uses it starts. Throws CliError `usage_invalid`.
 */
function requireOwner(store: KeyStore, { owner, use }: RingName): void {
  const owners = store.rings().flatMap((ring) => (ring.use === use ? [ring.owner] : []));
  if (use === 'witness' || owners.length === 0 || owners.includes(owner)) return;
  const more = owners.length > MOST_NAMED ? ' …' : '';
  const named = `${owners.slice(0, MOST_NAMED).join(', ')}${more}`;
  throw CliError.of('usage_invalid', {
    zh: `本节点没有归属为 '${owner}'、用途为 ${use} 的密钥环；此用途的归属有：${named}`,
    en: `nobody here uses keys of '${owner}' for ${use}; owners of keys for that: ${named}`,
  });
}

/** A command about one ring: whose it is and what for. */
function ringCommand(cli: Cli, command: Command, description: Parameters<typeof described>[2]): Command {
  const use = new Option('--use <use>', cli.say({ zh: '用途', en: 'what it is for' }));
  return described(cli, command, description)
    .option('--owner <owner>', cli.say({ zh: '归属', en: 'whose it is' }), 'gateway')
    .addOption(use.choices(KEY_USES).default('attestation'))
    .option(...jsonOption(cli));
}

function storeOf(cli: Cli): KeyStore {
  return openKeyStore(keySettingOf(cli.env));
}

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}

/** How often a ring is looked at whose node has to act. */
const LOOK_EVERY_MS = 500;

/**
 * Waits until the running node has put an announced key to use: it does so once its superior, or the log, has taken the
 * key, so that no answer is signed by a key that nobody knows. Throws CliError `superior_pending`.
 */
async function waitForActivation(
  cli: Cli,
  keys: KeyStore,
  { owner, use, kid }: { readonly owner: string; readonly use: KeyUse; readonly kid: string },
  waitS: number,
): Promise<void> {
  const untilMs = performance.now() + waitS * 1000;
  const isActive = () => keys.list(owner, use).some((key) => key.kid === kid && key.state === 'active');
  try {
    while (!isActive()) {
      const leftS = Math.ceil((untilMs - performance.now()) / 1000);
      if (leftS <= 0) {
        const text = { zh: `${kid} 已公布，尚未启用`, en: `${kid} is announced and not in use yet` };
        throw CliError.of('superior_pending', text);
      }
      const waiting = {
        zh: `等待节点启用 ${kid}，还剩 ${leftS} 秒`,
        en: `the node has yet to use ${kid}: ${leftS} s left`,
      };
      cli.progress(cli.say(waiting));
      await delay(LOOK_EVERY_MS);
    }
  } finally {
    cli.progress('');
  }
}

function secondsOf(text: string): number | null {
  return /^\d{1,4}$/.test(text) ? Number(text) : null;
}

function documentOf({ owner, use, kid, state, createdS, expiresS }: KeyInfo) {
  return {
    owner,
    use,
    kid,
    state,
    created: instantOf(createdS),
    expires: expiresS === null ? null : instantOf(expiresS),
  };
}

function print(cli: Cli, keys: readonly KeyInfo[]): void {
  const titles = [
    { zh: '归属', en: 'owner' },
    { zh: '用途', en: 'use' },
    { zh: '状态', en: 'state' },
    { zh: '有效期至', en: 'expires' },
  ].map(cli.say);
  const rows = keys.map((key) => [
    key.owner,
    key.use,
    key.state,
    key.expiresS === null ? '-' : instantOf(key.expiresS),
    key.kid,
  ]);
  for (const line of tableLines([[...titles, 'kid'], ...rows])) cli.print(line);
}
