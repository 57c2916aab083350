/** An import that no rule allows, and why it stands all the same. */
interface Exception {
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  { from: 'gateway/cli/commands/serve.ts', to: 'gateway/compose/node.ts', because: 'the command that starts a node' },
  {
    from: 'gateway/cli/commands/serve.ts',
    to: 'gateway/compose/workers.ts',
    because: 'the command that starts a node',
  },
  {
    from: 'gateway/cli/commands/config.ts',
    to: 'gateway/compose/checks/run-config-check.ts',
    because: 'the command that tries what a node would start with',
  },
  { from: 'gateway/cli/commands/serve.ts', to: 'gateway/sandbox/start.ts', because: 'loaded only with --sandbox' },
  { from: 'gateway/cli/commands/serve.ts', to: 'gateway/sandbox/workers.ts', because: 'loaded only with --sandbox' },
  {
    from: 'gateway/cli/commands/nation.ts',
    to: 'gateway/sandbox/nation/index.ts',
    because: 'the command that starts a nation',
  },
  {
    from: 'gateway/cli/commands/sandbox-play.ts',
    to: 'gateway/sandbox/nation/by-hand.ts',
    because: 'the commands that play what a nation set up by hand lacks',
  },
  {
    from: 'adapters/conformance/simulated-target.ts',
    to: 'adapters/sandbox/',
    because: '`adapter test` without --url asks a simulated system',
  },
];
