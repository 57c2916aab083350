import { type Command, Option } from 'commander';
import { type CoverageWindow, coverageCellsSchema, coverageWindowSchema } from '../../../schemas/coverage.ts';
import type { Policy } from '../../../schemas/policy.ts';
import { NATIONAL_BASELINE } from '../../policy/baseline.ts';
import { compilePolicy } from '../../policy/decide.ts';
import { policyImpact } from '../../policy/impact.ts';
import { type PolicyReview, reviewPolicy } from '../../policy/review.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { readPolicy } from '../policy-file.ts';
import { type CountedImpact, printDiff, printImpact, printReview } from '../policy-text.ts';
import { reportError } from '../report.ts';
import { described, describedGroup, jsonOption } from './command.ts';
import { POLICY_STEPS } from './policy-steps.ts';

/** `policy`: a destination's decision table, proved over its whole domain, held against the baseline, published. */
export function addPolicy(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('policy'), {
    zh: '目的地的决策表',
    en: "a destination's decision table",
    example: 'policy check gateway/policy/samples/exception.json',
  });
  addCheck(group, cli);
  addDiff(group, cli);
  for (const add of POLICY_STEPS) add(group, cli);
}

function addCheck(group: Command, cli: Cli): void {
  described(cli, group.command('check'), {
    zh: '证明决策表完整、每行可达，并查找不被允许的规定',
    en: 'prove a table complete, find dead rows and rules that may not be',
    example: 'policy check gateway/policy/samples/refused.json',
  })
    .argument('<file>', fileText(cli))
    .option(...jsonOption(cli))
    .action(async (file: string, { json }: { json?: boolean }) => {
      const policy = await readPolicy(file);
      const review = reviewPolicy(policy);
      const { accepted, refusals, check } = review;
      if (json === true) cli.printJson({ policy: nameOf(policy), accepted, refusals, ...check });
      else printReview(cli, policy, review);
      process.exitCode = reportReview(cli, policy, review);
    });
}

function addDiff(group: Command, cli: Cli): void {
  described(cli, group.command('diff'), {
    zh: '逐一列出比国家基准更严或更宽之处',
    en: 'list every case that is stricter or looser than the national baseline',
    example: 'policy diff gateway/policy/samples/exception.json --json',
  })
    .argument('<file>', fileText(cli))
    .option('--baseline <file>', cli.say({ zh: '与此决策表比较', en: 'compare with this table instead' }))
    .option(
      '--impact',
      cli.say({ zh: '会改变多少次已统计的扫码', en: 'how many counted scans it would have decided otherwise' }),
    )
    .addOption(
      new Option('--window <window>', cli.say({ zh: '统计时段', en: 'over how long' }))
        .choices(coverageWindowSchema.options)
        .default('24h'),
    )
    .option(...jsonOption(cli))
    .action(async (file: string, options: DiffOptions) => {
      const policy = await readPolicy(file);
      const baseline = options.baseline === undefined ? NATIONAL_BASELINE : await readPolicy(options.baseline);
      const review = reviewPolicy(policy, baseline);
      const { accepted, refusals, diff } = review;
      const names = { policy: nameOf(policy), baseline: nameOf(baseline) };
      const impact = options.impact === true ? await impactOf(cli, policy, baseline, options.window) : null;
      if (options.json === true) cli.printJson({ ...names, accepted, refusals, ...diff, ...(impact ?? {}) });
      else {
        printDiff(cli, policy, baseline, diff);
        if (impact !== null) printImpact(cli, impact);
      }
      process.exitCode = reportReview(cli, policy, review);
    });
}

interface DiffOptions {
  readonly baseline?: string;
  readonly impact?: boolean;
  readonly window: CoverageWindow;
  readonly json?: boolean;
}

/** What the draft would have made of scans that a running node counted. Throws CliError. */
async function impactOf(cli: Cli, policy: Policy, baseline: Policy, window: CoverageWindow): Promise<CountedImpact> {
  const path = `/v1/coverage/cells?window=${window}&destination=${policy.destination}`;
  const counted = await new GatewayClient(gatewayUrl(cli.env)).get(path, coverageCellsSchema);
  const nowMs = Date.now();
  const draft = { ...policy, effective_from: new Date(nowMs).toISOString() };
  const impact = policyImpact(compilePolicy(draft), compilePolicy(baseline), counted.cells, nowMs);
  const { undecided, suppressed_below } = counted;
  return { window, impact, undecided, suppressed_below };
}

function reportReview(cli: Cli, policy: Policy, { accepted, refusals }: PolicyReview): 0 | 1 {
  if (accepted) return 0;
  const codes = [...new Set(refusals.map(({ code }) => code))].join(', ');
  const text = { zh: `${nameOf(policy)} 被拒绝：${codes}`, en: `${nameOf(policy)} is refused: ${codes}` };
  reportError(cli, CliError.of('policy_refused', text));
  return 1;
}

function nameOf({ id, version }: Policy): string {
  return `${id}@${version}`;
}

function fileText(cli: Cli): string {
  return cli.say({ zh: '决策表 JSON 文件；- 表示标准输入', en: 'a policy as JSON; - is stdin' });
}
