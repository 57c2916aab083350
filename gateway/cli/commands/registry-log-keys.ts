import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { enterEvent, printEntered } from '../enter-event.ts';
import { chooseSigner, type SignerOptions, signerOptions } from '../signer-choice.ts';
import { described, jsonOption } from './command.ts';

interface StepOptions extends SignerOptions {
  readonly json?: boolean;
}

/** `registry add-log-key | retire-log-key`: which keys may sign the log's checkpoints, as the national anchor says. */
export function addLogKeys(group: Command, cli: Cli): void {
  const added = described(cli, group.command('add-log-key').argument('<verifier-key>'), {
    zh: '由国家锚点加入一个日志签名密钥',
    en: "let another key sign the log's checkpoints, as the national anchor",
    example: "registry add-log-key 'registry.example/log+1a2b3c4d+AQ…' --key anchor.json",
  });
  signerOptions(cli, added)
    .option(...jsonOption(cli))
    .action(async (verifier_key: string, options: StepOptions) => {
      const anchor = await chooseSigner(options, 'anchor', cli.env);
      const entered = await enterEvent(cli, anchor, { kind: 'log_key_added', body: { verifier_key } });
      if (options.json === true) return cli.printJson({ verifier_key, ...entered });
      printEntered(cli, cli.say({ zh: '已加入日志密钥', en: 'log key added' }), entered);
    });
  const retired = described(cli, group.command('retire-log-key').argument('<verifier-key>'), {
    zh: '由国家锚点停用一个日志签名密钥；停用后不可恢复',
    en: 'retire a key of the log for good, as the national anchor; the registry must hold another one',
    example: "registry retire-log-key 'registry.example/log+1a2b3c4d+AQ…' --key anchor.json",
  });
  signerOptions(cli, retired)
    .option(...jsonOption(cli))
    .action(async (verifier_key: string, options: StepOptions) => {
      const anchor = await chooseSigner(options, 'anchor', cli.env);
      const entered = await enterEvent(cli, anchor, { kind: 'log_key_retired', body: { verifier_key } });
      if (options.json === true) return cli.printJson({ verifier_key, ...entered });
      printEntered(cli, cli.say({ zh: '日志密钥已停用', en: 'log key retired' }), entered);
    });
}
