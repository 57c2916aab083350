import { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { instantOf } from '../../schemas/instant.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { ageText } from '../../schemas/texts/answer.ts';
import { SCAN_PROBLEM_TEXTS } from '../../schemas/texts/scan-problems.ts';
import { checkText } from '../../schemas/texts/trust-errors.ts';
import { isPass, type VerifiedPass, verifyPass } from '../trust/recognition-pass.ts';
import { STATUS_LIST_LIFETIME_S } from '../trust/status-list.ts';
import { type Cli, printable } from './cli.ts';
import { CliError } from './cli-error.ts';
import { reportError } from './report.ts';
import { readTrust, type TrustOptions } from './trust-material.ts';
import { checkNext } from './trust-texts.ts';

const passReplySchema = z.object({ pass: z.string() });

/** The pass that an input is or carries; null where it is something else. Its `typ` decides. */
export function passIn(text: string): string | null {
  const candidate = text.startsWith('{') ? passOf(text) : text;
  return candidate !== null && isPass(candidate) ? candidate : null;
}

function passOf(text: string): string | null {
  return passReplySchema.safeParse(jsonOrUndefined(text)).data?.pass ?? null;
}

/** How a pass is to be verified. */
export interface PassOptions extends TrustOptions {
  readonly at?: number;
  /** Where it is shown; absent: whoever asks reads off the output where it holds. */
  readonly destination?: ProvinceCode;
  readonly json?: boolean;
}

/** Verifies a pass and prints each link. Gives the exit code. */
export async function verifyPassCommand(cli: Cli, pass: string, options: PassOptions): Promise<0 | 1> {
  const { anchor, ...sources } = readTrust(options, cli.env);
  if (anchor === null) {
    const text = { zh: '没有国家信任锚', en: 'no national anchor is pinned here' };
    reportError(cli, CliError.of('file_unreadable', text));
    return 1;
  }
  const atS = options.at ?? Math.floor(Date.now() / 1000);
  const checked = await verifyPass(pass, { anchor, atS, ...sources });
  if (options.json === true) cli.printJson(checked);
  else print(cli, checked, atS);
  if (checked.verified) return reportDestination(cli, checked.claims.destination, options.destination);
  console.error(`huren: ${checked.code}: ${printable(`${checked.link}: ${cli.say(checkText(checked))}`)}`);
  console.error(`  ${cli.say({ zh: '下一步：', en: 'next: ' })}${printable(cli.say(checkNext(checked)))}`);
  return 1;
}

function reportDestination({ say }: Cli, destination: ProvinceCode, here = destination): 0 | 1 {
  if (destination === here) return 0;
  const { next, ...text } = SCAN_PROBLEM_TEXTS.pass_elsewhere;
  console.error(`huren: pass_elsewhere: ${say(text)}`);
  console.error(`  ${say({ zh: '下一步：', en: 'next: ' })}${say(next)}`);
  return 1;
}

function print({ say, print: line, paint }: Cli, checked: VerifiedPass, atS: number): void {
  for (const { typ, iss, kid, ok, code } of checked.chain) {
    const mark = ok ? paint('green', '✓') : paint('red', '✗');
    line(`${mark} ${typ}  ${printable(iss)}  ${code === undefined ? `kid ${printable(kid)}` : code}`);
  }
  if (!checked.verified) return;
  const { claims, list_as_of_s } = checked;
  line(say({ zh: '通行凭证有效', en: 'the pass verifies' }));
  line(`  ${claims.issuer_province} → ${claims.destination}  ${claims.status_as_of}`);
  line(`  exp ${instantOf(claims.exp)}`);
  const listAt = instantOf(list_as_of_s);
  line(`  ${say({ zh: `未被撤销（状态列表截至 ${listAt}）`, en: `not withdrawn (list as of ${listAt})` })}`);
  const age = ageText(atS - list_as_of_s);
  const since = {
    zh: `该列表已有 ${age.zh}：此后的撤销无从得知`,
    en: `the list is ${age.en} old: withdrawals since are not known`,
  };
  if (atS - list_as_of_s > STATUS_LIST_LIFETIME_S) line(`  ${paint('yellow', say(since))}`);
}
