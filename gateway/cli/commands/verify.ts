import type { Command } from 'commander';
import { z } from 'zod';
import { type LocalisedText, type ProvinceCode, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { unframed } from '../../../schemas/scanned-text.ts';
import { STATEMENT_TYP } from '../../../schemas/statement.ts';
import { checkText } from '../../../schemas/texts/trust-errors.ts';
import { type Answer, type CheckedAnswer, checkAnswer, failedAt } from '../../trust/check-answer.ts';
import { type Cli, printable } from '../cli.ts';
import { readPresented } from '../presented-input.ts';
import { reportCheck } from '../report.ts';
import { readTrust, type TrustOptions } from '../trust-material.ts';
import { certificateIn, verifyCertificateCommand } from '../verify-certificate.ts';
import { passIn, verifyPassCommand } from '../verify-pass.ts';
import { described, jsonOption, reading } from './command.ts';
import { withTime, withTrust } from './verify-options.ts';

const MAX_INPUT_BYTES = 1_048_576;

interface VerifyOptions extends TrustOptions {
  readonly audience?: string;
  readonly destination?: ProvinceCode;
  readonly at?: number;
  readonly json?: boolean;
}

const answerSchema = z.object({ attestation: z.string(), evidence: z.array(z.string()).exactOptional() });

/** `verify FILE|-`: checks an attestation and its evidence up to the pinned anchor, without asking anybody about it. */
export function addVerify(program: Command, cli: Cli): void {
  const command = described(cli, program.command('verify'), {
    zh: '离线验证证明、通行凭证（直至国家信任锚）或持有人自带的健康证书',
    en: 'verify offline an attestation or a pass, up to the national anchor, or a certificate that its holder carries',
    example: 'verify reply.json --anchor anchor.json --audience guangzhou-hospital',
  }).argument(
    '<file>',
    cli.say({
      zh: '证明、{attestation, evidence}、整个答复，或 HC1:、shc:/ 证书；- 表示标准输入',
      en: 'an attestation, {attestation, evidence}, a whole reply, or a certificate (HC1:, shc:/); - is stdin',
    }),
  );
  withTime(cli, withTrust(cli, command))
    .option(
      '--audience <id>',
      cli.say({
        zh: '证明须出具给谁（默认 HUREN_CLIENT_ID）',
        en: 'whom it must be made for (default HUREN_CLIENT_ID)',
      }),
    )
    .option(
      '--destination <code>',
      cli.say({
        zh: '证书按此目的地的规则判定（GB/T 2260）',
        en: "decide a certificate by this destination's rules (GB/T 2260)",
      }),
      reading((text) => provinceCodeSchema.safeParse(text).data ?? null, 'GB/T 2260'),
    )
    .option(...jsonOption(cli))
    .action(async (file: string, options: VerifyOptions) => {
      const input = (await readPresented(file, MAX_INPUT_BYTES))?.trim() ?? null;
      const certificate = input === null ? null : certificateIn(unframed(input));
      if (certificate !== null) {
        process.exitCode = await verifyCertificateCommand(cli, certificate, options);
        return;
      }
      const pass = input === null ? null : passIn(input);
      if (pass !== null) {
        process.exitCode = await verifyPassCommand(cli, pass, options);
        return;
      }
      const audience = options.audience ?? (cli.env['HUREN_CLIENT_ID'] || null);
      const checked = await check(cli, input, options, audience);
      if (options.json === true) cli.printJson({ ...checked, audience_checked: audience });
      else print(cli, checked, audience);
      process.exitCode = reportCheck(cli, checked);
    });
}

async function check(
  cli: Cli,
  input: string | null,
  options: VerifyOptions,
  audience: string | null,
): Promise<CheckedAnswer> {
  const trust = readTrust(options, cli.env);
  if (input === null) return failedAt('attestation', 'token_too_large');
  const answer = readAnswer(input);
  if (answer === null) return failedAt('attestation', 'token_malformed');
  const atS = options.at ?? Math.floor(Date.now() / 1000);
  return await checkAnswer(answer, trust, { atS, ...(audience === null ? {} : { audience }) });
}

function readAnswer(text: string): Answer | null {
  if (!text.startsWith('{')) return { attestation: text, spoken: {} };
  try {
    const spoken: unknown = JSON.parse(text);
    const parsed = answerSchema.safeParse(spoken);
    return parsed.success ? { ...parsed.data, spoken } : null;
  } catch {
    return null;
  }
}

function print(cli: Cli, checked: CheckedAnswer, audience: string | null): void {
  const { say, print: line, paint } = cli;
  for (const { typ, iss, kid, ok, code } of checked.chain) {
    const mark = ok ? paint('green', '✓') : paint('red', '✗');
    const why = code === undefined ? `kid ${printable(kid)}` : `${code}: ${say(checkText({ code }))}`;
    line(`${mark} ${typ}  ${printable(iss)}  ${why}`);
  }
  if (!checked.verified) return;
  const { claims } = checked;
  const asked = { zh: '已核对', en: 'checked' };
  const unasked = { zh: '未核对，用 --audience 指定', en: 'not checked; name it with --audience' };
  line(say({ zh: '已验证', en: 'verified' }));
  line(
    `  ${claims.issuer_province} → ${claims.destination}  ${claims.status} · ${claims.decision} · ${claims.reasons.join(', ')}`,
  );
  line(`  aud ${printable(claims.aud)} (${say(audience === null ? unasked : asked)})`);
  line(`  iat ${instant(claims.iat)}  exp ${instant(claims.exp)}`);
  line(`  ${say(evidenceText(checked.chain))}`);
}

/** Whether the statement itself was seen, or only what the gateway says of it. */
function evidenceText(chain: readonly { readonly typ: string }[]): LocalisedText {
  if (chain.some(({ typ }) => typ === STATEMENT_TYP)) {
    return { zh: '声明已核对', en: 'the statement was checked' };
  }
  return { zh: '手头没有声明，未核对', en: 'no statement at hand, not checked' };
}

function instant(timeInS: number): string {
  return new Date(timeInS * 1000).toISOString().replace('.000Z', 'Z');
}
