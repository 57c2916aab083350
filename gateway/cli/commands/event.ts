import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { type Entered, postEvent, printEntered } from '../enter-event.ts';
import { printEvent } from '../event-text.ts';
import { readText } from '../json-file.ts';
import { readSignedEvents } from '../signed-events.ts';
import { described, describedGroup, jsonOption } from './command.ts';

interface SendOptions {
  readonly scenarios?: string;
  readonly json?: boolean;
}

/** `event send | show`: registry events that were signed elsewhere, such as on a machine without network. */
export function addEvent(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('event'), {
    zh: '在别处签名的注册表事件',
    en: 'registry events that were signed elsewhere',
    example: 'event show event.jws',
  });
  sendCommand(cli, group.command('send'), 'event send event.jws');
  described(cli, group.command('show'), {
    zh: '显示事件内容，供发送前核对',
    en: 'show what an event says, to be checked before it is sent',
    example: 'event show event.jws',
  })
    .argument('<file>', fileText(cli))
    .option(...jsonOption(cli))
    .action(async (file: string, { json }: { json?: boolean }) => {
      const events = await readSignedEvents(file);
      if (json === true)
        return cli.printJson({ events: events.map(({ kid, alg, event }) => ({ kid, alg, ...event })) });
      for (const event of events) printEvent(cli, event);
    });
}

/** Makes a command one that posts signed events and holds each receipt against the pinned log key. */
export function sendCommand(cli: Cli, command: Command, example: string): void {
  described(cli, command, {
    zh: '提交在别处签名的事件（每行一个）',
    en: 'post events that were signed elsewhere, one a line',
    example,
  })
    .argument('<file>', fileText(cli))
    .option(
      '--scenarios <file>',
      cli.say({ zh: '随适配器提交的场景文件', en: "the scenarios that go along with an adapter's submission" }),
    )
    .option(...jsonOption(cli))
    .action(async (file: string, options: SendOptions) => {
      const scenarios = options.scenarios === undefined ? null : await readText(options.scenarios);
      const sent: (Entered & { readonly kind: string })[] = [];
      for (const { jws, event } of await readSignedEvents(file)) {
        const { kind, iss } = event;
        const along = kind === 'adapter_submitted' ? scenarios : null;
        const entered = await postEvent(cli, jws, { signedBy: iss, scenarios: along });
        sent.push({ kind, ...entered });
        if (options.json === true) continue;
        printEntered(cli, cli.say({ zh: `已提交 ${kind}`, en: `posted ${kind}` }), entered);
      }
      if (options.json === true) cli.printJson({ ...sent.at(-1), sent: sent.length });
    });
}

function fileText(cli: Cli): string {
  return cli.say({ zh: '签名的事件，每行一个；- 表示标准输入', en: 'signed events, one a line; - is stdin' });
}
