import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { problemSchema } from '../../../schemas/problem.ts';
import { KeyError } from '../../keys/key-error.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import type { VerifiedCheckpoint } from '../../log/checkpoint.ts';
import { type Cosigner, cosignCheckpoint } from '../../log/checkpoint-signing.ts';
import { rawPublicKey } from '../../log/note.ts';
import { witnessName } from '../../registry/witnesses.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient, gatewayUrl, parseReply } from '../gateway-client.ts';
import { readText } from '../json-file.ts';
import { keySettingOf, withKeys } from '../key-failure.ts';
import { assertExtends, believeCheckpoint, fetchCheckpoint } from '../log-api.ts';
import { trustOnline } from '../log-trust.ts';
import { type PinnedRegistry, requireRegistryPin } from '../registry-pin.ts';
import { reportError } from '../report.ts';
import { replaceFile } from '../write-file.ts';
import { described, entityReader } from './command.ts';
import { anchored } from './log-verify.ts';

interface WitnessOptions {
  readonly entity: string;
  readonly owner: string;
  readonly seen: string;
  readonly watch?: boolean;
  readonly anchor?: string;
  readonly json?: boolean;
}

/** What a witness works with. `seen`: the file with the last checkpoint that it has cosigned. */
interface Witness {
  readonly gateway: GatewayClient;
  readonly pinned: PinnedRegistry;
  readonly cosigner: Cosigner;
  readonly seen: string;
}

/** The codes after which there is no use in asking again: somebody has to look. */
const FINAL = new Set(['checkpoint_refused', 'event_unauthorised', 'file_unreadable']);
const AGAIN_AFTER_MS = 2_000;

/** `log witness`: signs that the log's newest checkpoint continues the one seen before; with `--watch`, each that follows. */
export function addLogWitness(group: Command, cli: Cli): void {
  anchored(
    cli,
    described(cli, group.command('witness'), {
      zh: '见证：证明最新检查点承接此前所见，并副署；--watch 持续进行',
      en: 'cosign the newest checkpoint once it is proved to continue the one seen before; --watch goes on',
      example: 'log witness --entity https://huren.example.gov.cn/provinces/440000 --seen seen.txt --watch',
    }),
  )
    .requiredOption('--entity <id>', cli.say({ zh: '以哪个主体的名义', en: 'whose word it is' }), entityReader(cli))
    .requiredOption('--seen <file>', cli.say({ zh: '此前所见的检查点', en: 'where the last one is remembered' }))
    .option('--owner <owner>', cli.say({ zh: '密钥归属', en: 'whose key of use witness signs' }), 'witness')
    .option(
      '--watch',
      cli.say({ zh: '持续副署新的检查点，直到 Ctrl-C', en: 'cosign every one that follows, until Ctrl-C' }),
    )
    .action(async ({ entity, owner, seen, watch, anchor, json }: WitnessOptions) => {
      const cosigner = await withKeys(() => openCosigner(cli, owner, entity));
      const pinned = requireRegistryPin(anchor, cli.env);
      const witness = { gateway: new GatewayClient(gatewayUrl(cli.env)), pinned, cosigner, seen };
      let { size } = await cosignNewest(cli, witness, undefined, json === true);
      while (watch === true) size = await cosignNext(cli, witness, size, json === true);
    });
}

async function openCosigner(cli: Cli, owner: string, entityId: string): Promise<Cosigner> {
  const nowS = Math.floor(Date.now() / 1000);
  const ring = await openKeyStore(keySettingOf(cli.env)).openRing(owner, 'witness', { nowS });
  const key = ring.publicKeys.find(({ kid }) => kid === ring.signer.kid);
  if (key === undefined) throw new KeyError('key_unknown', `${owner} has no witness key in use`);
  return {
    name: witnessName(entityId),
    publicKey: rawPublicKey(key),
    sign: (message) => ring.signBytes(message),
  };
}

/** Waits for a checkpoint beyond `size` and cosigns it. A registry that is away is asked again. */
async function cosignNext(cli: Cli, witness: Witness, size: number, json: boolean): Promise<number> {
  try {
    return (await cosignNewest(cli, witness, size, json)).size;
  } catch (error) {
    if (!(error instanceof CliError) || FINAL.has(error.code)) throw error;
    reportError(cli, error);
    await delay(AGAIN_AFTER_MS);
    return size;
  }
}

/**
 * The file is written before the line is sent: a witness that forgot what it has cosigned could cosign another history.
 * Throws CliError `checkpoint_refused` where the log does not continue what was seen.
 */
async function cosignNewest(
  cli: Cli,
  { gateway, pinned, cosigner, seen }: Witness,
  since: number | undefined,
  json: boolean,
): Promise<VerifiedCheckpoint> {
  const note = await fetchCheckpoint(gateway, since);
  const trust = await trustOnline(pinned, gateway, note);
  const checkpoint = believeCheckpoint(note, trust);
  const before = existsSync(seen) ? believeCheckpoint(await readText(seen), trust) : null;
  if (before !== null) await assertExtends(gateway, before, checkpoint);
  if (checkpoint.size === since) return checkpoint;
  replaceFile(seen, note);
  const line = cosignCheckpoint(note, cosigner, Math.floor(Date.now() / 1000));
  const headers = { 'content-type': 'text/plain' };
  const reply = await gateway.send('/v1/log/cosignatures', { method: 'POST', headers, body: line });
  if (reply.status !== 201) throw CliError.refused(parseReply(reply, problemSchema));
  print(cli, cosigner.name, checkpoint, before, json);
  return checkpoint;
}

function print(
  cli: Cli,
  name: string,
  { origin, size }: VerifiedCheckpoint,
  before: VerifiedCheckpoint | null,
  json: boolean,
): void {
  if (json) {
    cli.printJson({ witness: name, origin, size, since: before?.size ?? null });
    return;
  }
  const grew =
    before === null
      ? cli.say({ zh: '首次所见', en: 'the first one seen' })
      : cli.say({ zh: `自 ${before.size} 条起只增未改`, en: `continues the ${before.size} entries seen before` });
  cli.print(`${cli.paint('green', '✓')} ${printable(origin)}  ${size}  ${grew}`);
}
