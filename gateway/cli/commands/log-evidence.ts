import type { Command } from 'commander';
import { type CheckpointTrust, parseCheckpoint, signedCheckpoint } from '../../log/checkpoint.ts';
import { sameBytes } from '../../log/merkle.ts';
import { treeRoot } from '../../log/merkle-proof.ts';
import type { LogReader } from '../../log/store.ts';
import { type KeptEvidence, readEvidence } from '../../registry/fork-evidence.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { trustOffline } from '../log-trust.ts';
import { requireRegistryPin } from '../registry-pin.ts';
import { reportError } from '../report.ts';
import { dataDirOf } from '../sandbox-parts.ts';
import { described } from './command.ts';
import { anchored, defaultStore, openStore, unreadable } from './log-verify.ts';

interface Side {
  readonly size: number;
  readonly root: string;
  /** Whether a key of this log signed it. */
  readonly signed: boolean;
  readonly note: string;
}

/** One file of evidence, looked at anew. `contradict`: null where only the other side's entries could tell. */
interface Shown {
  readonly file: string;
  readonly shown_by: string | null;
  readonly ours: Side | null;
  readonly theirs: Side | null;
  readonly contradict: boolean | null;
}

/** `log evidence`: the forks that this node has found, each with both signed checkpoints. */
export function addLogEvidence(group: Command, cli: Cli): void {
  anchored(
    cli,
    described(cli, group.command('evidence'), {
      zh: '显示本节点留存的分叉证据：两份签名的检查点',
      en: 'show the evidence of forks that this node has kept: both signed checkpoints',
      example: 'log evidence',
    }),
  ).action(async ({ anchor, json }: { readonly anchor?: string; readonly json?: boolean }) => {
    const pinned = requireRegistryPin(anchor, cli.env);
    const store = await openStore(defaultStore(cli));
    try {
      const trust = await trustOffline(pinned, store, undefined);
      const kept = readEvidence(dataDirOf(cli.env));
      const evidence: Shown[] = [];
      for (const one of kept) evidence.push(await shownOf(one, trust, store));
      if (json === true) cli.printJson({ evidence });
      else for (const one of evidence) printEvidence(cli, one);
      process.exitCode = reportForks(cli, evidence, json === true);
    } catch (error) {
      throw unreadable(error);
    } finally {
      await store.close();
    }
  });
}

async function shownOf({ file, evidence }: KeptEvidence, trust: CheckpointTrust, store: LogReader): Promise<Shown> {
  if (evidence === null) return { file, shown_by: null, ours: null, theirs: null, contradict: null };
  const [ours, theirs] = [sideOf(evidence.ours, trust), sideOf(evidence.theirs, trust)];
  return { file, shown_by: evidence.shownBy, ours, theirs, contradict: await contradictionOf(evidence.theirs, store) };
}

/** Against this node's own entries, which are those of its own checkpoint or more. */
async function contradictionOf(theirs: string, store: LogReader): Promise<boolean | null> {
  const { size, root } = parseCheckpoint(theirs);
  if (size > (await store.head()).size) return null;
  return !sameBytes(await treeRoot(size, (nodes) => store.hashes(nodes)), root);
}

function sideOf(note: string, trust: CheckpointTrust): Side {
  const { size, root } = parseCheckpoint(note);
  return { size, root: Buffer.from(root).toString('base64'), signed: signedCheckpoint(note, trust) !== null, note };
}

function printEvidence(cli: Cli, { file, shown_by, ours, theirs }: Shown): void {
  if (ours === null || theirs === null) {
    cli.print(`${cli.paint('red', '✗')} ${file}  ${cli.say({ zh: '无法读取', en: 'cannot be read' })}`);
    return;
  }
  const line = (who: string, { size, root, signed }: Side) => {
    const key = signed
      ? cli.say({ zh: '由该日志的密钥签名', en: 'signed by a key of the log' })
      : cli.say({ zh: '签名不成立', en: 'not signed by a key of the log' });
    cli.print(`  ${size}  ${root}  ${key}  ${who}`);
  };
  cli.print(file);
  line(cli.say({ zh: '本节点所知', en: 'known here' }), ours);
  line(cli.say({ zh: `${printable(shown_by ?? '')} 所示`, en: `shown by ${printable(shown_by ?? '')}` }), theirs);
}

function reportForks(cli: Cli, evidence: readonly Shown[], json: boolean): 0 | 1 {
  if (evidence.length === 0) {
    if (!json) cli.print(cli.say({ zh: '未留存任何分叉证据', en: 'no evidence of a fork is kept here' }));
    return 0;
  }
  const proven = evidence.filter(({ ours, theirs }) => ours?.signed === true && theirs?.signed === true).length;
  const said = {
    zh: `记录在案的分叉 ${evidence.length} 起，其中 ${proven} 起两侧均由该日志的密钥签名`,
    en: `forks on record: ${evidence.length}, of which ${proven} with both sides signed by keys of this log`,
  };
  reportError(cli, CliError.of('log_forked', said));
  return 1;
}
