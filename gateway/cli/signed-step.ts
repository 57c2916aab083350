import type { Command } from 'commander';
import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import type { Actor } from '../keys/actor.ts';
import type { Cli } from './cli.ts';
import { CliError } from './cli-error.ts';
import { described, jsonOption } from './commands/command.ts';
import { type Entered, type EventToSign, headOf, postEvent, printEntered, signEvents } from './enter-event.ts';
import { type SandboxPart, signerFlag } from './sandbox-parts.ts';
import { type OfflineOptions, offlineOptions, saveSigned } from './signed-file.ts';
import { chooseSigner, type SignerOptions, signerOptions } from './signer-choice.ts';

/** What came of a step, for a person (zh, en) and for a machine (`about`). */
export interface Said extends LocalisedText {
  readonly about: Readonly<Record<string, unknown>>;
}

/** What is signed, and what is said of it. `scenarios`: the text that goes along with a submission. */
export interface Signable extends Said {
  readonly events: readonly EventToSign[];
  readonly scenarios?: string;
}

/** What only the registry can tell after the step: the command that comes next, and whether the step failed after all. */
export interface Learnt extends Said {
  readonly next: string;
  readonly failed?: boolean;
}

/**
 * One signed step of the registry. `I`: its arguments by name, and its options. `S`: what it is about, read before
 * anybody signs.
 */
export interface SignedStep<I, S> extends LocalisedText {
  readonly name: string;
  /** A command line that works when it is pasted after `huren`; who signs is added to it. */
  readonly example: string;
  /** Who signs in the example, where it is not who signs anyway. */
  readonly exampleBy?: SandboxPart;
  /** The step's own arguments and options. */
  readonly takes?: (cli: Cli, command: Command) => Command;
  readonly read: (input: I, cli: Cli) => S | Promise<S>;
  /** Whose key is taken in a sandbox unless another is named; null: somebody has to be named. */
  readonly by: SandboxPart | null | ((subject: S) => SandboxPart);
  readonly signs: (subject: S, signer: Actor) => Signable;
  readonly learn?: (subject: S, entered: Entered, cli: Cli) => Promise<Learnt>;
}

/** A declared step, ready to become a command of its group. */
export type StepCommand = (group: Command, cli: Cli) => void;

interface StepOptions extends SignerOptions, OfflineOptions {
  readonly json?: boolean;
}

/** For steps that are about nothing but what was typed. */
export function asGiven<I>(input: I): I {
  return input;
}

/** Declares a step: a command that signs, sends (or saves) and says what came of it. */
export function signedStep<I extends object, S>(step: SignedStep<I, S>): StepCommand {
  return (group, cli) => {
    const example = `${step.example}${exampleSigner(cli, step)}`;
    const command = described(cli, group.command(step.name), { zh: step.zh, en: step.en, example });
    step.takes?.(cli, command);
    offlineOptions(cli, signerOptions(cli, command).option(...jsonOption(cli)));
    command.action(async () => {
      const named = command.registeredArguments.map((argument, at) => [argument.name(), command.processedArgs[at]]);
      await run(cli, step, Object.assign(command.opts<I & StepOptions>(), Object.fromEntries(named)));
    });
  };
}

async function run<I, S>(cli: Cli, step: SignedStep<I, S>, input: I & StepOptions): Promise<void> {
  const subject = await step.read(input, cli);
  const signer = await chooseSigner(input, typeof step.by === 'function' ? step.by(subject) : step.by, cli.env);
  const signable = step.signs(subject, signer);
  if (input.out !== undefined) return await saveSigned(cli, signer, signable, { ...input, out: input.out });
  if (input.seq !== undefined || input.prev !== undefined || input.at !== undefined) throw onlyWithOut();
  const entered = await sendSigned(cli, signer, signable);
  const learnt = await step.learn?.(subject, entered, cli);
  if (learnt?.failed === true) process.exitCode = 1;
  if (input.json === true) return cli.printJson({ ...signable.about, ...learnt?.about, ...entered });
  printEntered(cli, cli.say(learnt ?? signable), entered);
  if (learnt !== undefined) cli.print(`  ${cli.say({ zh: '下一步', en: 'next     ' })}  huren ${learnt.next}`);
}

/** Gives the receipt of the last event. */
async function sendSigned(cli: Cli, signer: Actor, { events, scenarios }: Signable): Promise<Entered> {
  const { entityId } = signer;
  const signed = await signEvents(signer, await headOf(cli, entityId), events, Math.floor(Date.now() / 1000));
  // A submission is checked by the registry in the same step, against the upstream too, which takes its time.
  if (scenarios !== undefined) cli.progress(cli.say({ zh: '注册表正在检查……', en: 'the registry is checking it…' }));
  let last: Entered | null = null;
  for (const jws of signed.events) {
    last = await postEvent(cli, jws, { signedBy: entityId, scenarios: scenarios ?? null });
  }
  cli.progress('');
  if (last === null) throw new Error('a step signs at least one event');
  return last;
}

function exampleSigner<I, S>(cli: Cli, { by, exampleBy }: SignedStep<I, S>): string {
  const flag = signerFlag(exampleBy ?? (typeof by === 'string' ? by : ''), cli.env);
  // In a sandbox the usual signer's key is found without being named.
  return exampleBy === undefined && flag !== '--key FILE' ? '' : ` ${flag}`;
}

function onlyWithOut(): CliError {
  return CliError.of('usage_invalid', {
    zh: '--seq、--prev 和 --at 只与 --out 一起使用',
    en: '--seq, --prev and --at go with --out',
  });
}
