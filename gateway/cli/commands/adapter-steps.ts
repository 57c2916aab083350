import { Option } from 'commander';
import { type AdapterId, adapterPlaceOf } from '../../../schemas/adapter-id.ts';
import { keysOf } from '../../../schemas/code-lists/index.ts';
import {
  SUSPENSION_REASONS,
  type SuspensionReason,
  VERSION_REJECTIONS,
  type VersionRejection,
} from '../../../schemas/registry-event.ts';
import { textDigest } from '../../trust/registry-event.ts';
import { type ModeOptions, modeOf, modeOptions, modeText } from '../activation-mode.ts';
import type { Cli } from '../cli.ts';
import {
  adapterArgument,
  adapterAt,
  assertSameBytes,
  namesIn,
  readTexts,
  versionAfter,
  versionAt,
  versionBefore,
  versioned,
  versionReader,
} from '../registered-adapter.ts';
import { provincePart, signerFlag } from '../sandbox-parts.ts';
import { asGiven, type StepCommand, signedStep } from '../signed-step.ts';

/** A province's own system by the province alone, a division's by both. */
interface OfProvince {
  readonly province: AdapterId;
}
interface OfVersion extends OfProvince {
  readonly version: string;
  readonly dir?: string;
}

const REASONS: readonly SuspensionReason[] = [
  'requested_by_province',
  'wrong_answers',
  'key_compromised',
  'upstream_withdrawn',
  'misuse',
  'other',
];

/** `adapter submit | approve | reject | activate | suspend | resume | rollback`. */
export const ADAPTER_STEPS: readonly StepCommand[] = [
  signedStep({
    name: 'submit',
    zh: '由省份签名提交一个版本；网关随即自行检查',
    en: 'submit a version, signed by its province; the gateway checks it at once',
    example: 'adapter submit adapters/conformance/examples/120000-tianjin',
    takes: (_cli, command) => command.argument('<dir>'),
    read: async ({ dir }: { readonly dir: string }) => {
      const { manifest, scenarios } = readTexts(dir);
      return { ...namesIn(manifest, dir), manifest, scenarios, digest: textDigest(scenarios) };
    },
    by: ({ province }) => provincePart(adapterPlaceOf(province).province),
    signs: ({ province, version, manifest, scenarios, digest }) => ({
      events: [{ kind: 'adapter_submitted', body: { manifest, scenarios_digest: digest } }],
      scenarios,
      about: { ...adapterPlaceOf(province), version },
      zh: `已提交 ${province} ${version}`,
      en: `submitted ${province} ${version}`,
    }),
    learn: async ({ province, version }, { index }, cli) => {
      const { check } = await versionAfter(
        cli,
        province,
        version,
        ({ submitted, check }) => submitted.index === index && check !== null,
      );
      const passed = check?.passed === true;
      const named = `${province} ${version}`;
      return {
        about: { check },
        zh: `已提交 ${named}，${passed ? '符合性检查通过' : '符合性检查未通过'}`,
        en: `submitted ${named}; the conformance check ${passed ? 'passed' : 'failed'}`,
        next: passed ? `adapter approve ${named} ${signerFlag('operator-a', cli.env)}` : `adapter report ${named}`,
        failed: !passed,
      };
    },
  }),
  signedStep({
    name: 'approve',
    zh: '国家运营者批准一个版本（须两名不同的运营者）',
    en: 'approve a version as a national operator; two different ones are needed',
    example: 'adapter approve 120000 0.1.0 --dir adapters/conformance/examples/120000-tianjin',
    exampleBy: 'operator-a',
    takes: (cli, command) =>
      versioned(cli, command).option(
        '--dir <dir>',
        cli.say({ zh: '只批准此目录中的内容', en: 'approve the bytes of this folder, which you reviewed' }),
      ),
    read: digested,
    by: null,
    signs: ({ province, version, manifest_digest }) => ({
      events: [{ kind: 'adapter_approved', body: { ...adapterPlaceOf(province), version, manifest_digest } }],
      about: { ...adapterPlaceOf(province), version, manifest_digest },
      zh: `已批准 ${province} ${version}`,
      en: `approved ${province} ${version}`,
    }),
    learn: async ({ province, version }, entered, cli) => {
      const { approvals, approvals_needed } = await versionAfter(cli, province, version, ({ approvals }) =>
        approvals.some(({ index }) => index === entered.index),
      );
      const counting = approvals.filter(({ counts }) => counts).length;
      const named = `${province} ${version}`;
      return {
        about: { approvals: counting },
        zh: `已批准 ${named}（${counting}/${approvals_needed}）`,
        en: `approved ${named} (${counting} of ${approvals_needed})`,
        next:
          counting >= approvals_needed
            ? `adapter activate ${named}`
            : `adapter approve ${named} ${signerFlag('operator-b', cli.env)}`,
      };
    },
  }),
  signedStep({
    name: 'reject',
    zh: '国家运营者拒绝一个版本；此后不能再批准或启用',
    en: 'reject a version for good as a national operator; one is enough',
    example: 'adapter reject 120000 0.1.0 --reason values_wrong',
    exampleBy: 'operator-a',
    takes: (cli, command) => {
      const codes = keysOf(VERSION_REJECTIONS);
      const reasons = codes.map((code) => `${code} ${cli.say(VERSION_REJECTIONS[code])}`).join(' · ');
      const option = new Option('--reason <code>', reasons).choices(codes).makeOptionMandatory();
      return versioned(cli, command).addOption(option);
    },
    read: async (input: OfVersion & { readonly reason: VersionRejection }, cli) => ({
      ...(await digested(input, cli)),
      reason: input.reason,
    }),
    by: null,
    signs: ({ province, version, manifest_digest, reason }) => ({
      events: [{ kind: 'adapter_rejected', body: { ...adapterPlaceOf(province), version, manifest_digest, reason } }],
      about: { ...adapterPlaceOf(province), version, reason },
      zh: `已拒绝 ${province} ${version}：${VERSION_REJECTIONS[reason].zh}`,
      en: `rejected ${province} ${version}: ${VERSION_REJECTIONS[reason].en}`,
    }),
  }),
  signedStep({
    name: 'activate',
    zh: '启用一个已获两次批准的版本（默认全量）',
    en: 'put a twice approved version to use; in full unless told otherwise',
    example: 'adapter activate 120000 0.1.0',
    takes: (cli, command) => {
      versioned(cli, command);
      for (const option of modeOptions(cli)) command.addOption(option);
      const text = { zh: '只启用此目录中的内容', en: 'put the bytes of this folder to use' };
      return command.option('--dir <dir>', cli.say(text));
    },
    read: async (input: OfVersion & ModeOptions, cli) => ({ ...(await digested(input, cli)), mode: modeOf(input) }),
    by: ({ province }) => provincePart(adapterPlaceOf(province).province),
    signs: ({ province, version, manifest_digest, mode }) => ({
      events: [{ kind: 'adapter_activated', body: { ...adapterPlaceOf(province), version, manifest_digest, mode } }],
      about: { ...adapterPlaceOf(province), version, mode },
      zh: `已启用 ${province} ${version}：${modeText(mode).zh}`,
      en: `activated ${province} ${version}: ${modeText(mode).en}`,
    }),
  }),
  signedStep({
    name: 'suspend',
    zh: '立即停用某省适配器；一名签名者即可',
    en: "stop a province's adapter at once; one signer is enough",
    example: 'adapter suspend 120000 --reason wrong_answers',
    exampleBy: 'operator-a',
    takes: (cli, command) => {
      const reasons = REASONS.map((reason) => `${reason} ${cli.say(SUSPENSION_REASONS[reason])}`).join(' · ');
      const option = new Option('--reason <code>', reasons).choices(REASONS).default('other');
      return command.argument(...adapterArgument(cli)).addOption(option);
    },
    read: asGiven<OfProvince & { readonly reason: SuspensionReason }>,
    by: ({ province }) => provincePart(adapterPlaceOf(province).province),
    signs: ({ province, reason }) => ({
      events: [{ kind: 'adapter_suspended', body: { ...adapterPlaceOf(province), reason } }],
      about: { ...adapterPlaceOf(province), reason },
      zh: `已暂停 ${province}：${SUSPENSION_REASONS[reason].zh}`,
      en: `suspended ${province}: ${SUSPENSION_REASONS[reason].en}`,
    }),
  }),
  signedStep({
    name: 'resume',
    zh: '恢复被暂停的适配器',
    en: 'lift a suspension',
    example: 'adapter resume 120000',
    exampleBy: 'operator-a',
    takes: (cli, command) => command.argument(...adapterArgument(cli)),
    read: asGiven<OfProvince>,
    by: ({ province }) => provincePart(adapterPlaceOf(province).province),
    signs: ({ province }) => ({
      events: [{ kind: 'adapter_resumed', body: adapterPlaceOf(province) }],
      about: { ...adapterPlaceOf(province) },
      zh: `已恢复 ${province}`,
      en: `resumed ${province}`,
    }),
  }),
  signedStep({
    name: 'rollback',
    zh: '回退到之前全量使用的版本，并结束试用',
    en: 'go back to the version in full use before, and end any trial',
    example: 'adapter rollback 120000',
    takes: (cli, command) =>
      command
        .argument(...adapterArgument(cli))
        .option('--to <version>', cli.say({ zh: '回退到此版本', en: 'go back to this version' }), versionReader(cli)),
    read: async ({ province, to }: OfProvince & { readonly to?: string }, cli) => ({
      province,
      to_version: to ?? versionBefore(await adapterAt(cli, province)),
    }),
    by: ({ province }) => provincePart(adapterPlaceOf(province).province),
    signs: ({ province, to_version }) => ({
      events: [{ kind: 'adapter_rolled_back', body: { ...adapterPlaceOf(province), to_version } }],
      about: { ...adapterPlaceOf(province), to_version },
      zh: `${province} 已回退到 ${to_version}`,
      en: `${province} is back at ${to_version}`,
    }),
  }),
];

/** The digest of the folder that somebody has, else of what the registry holds and shows. */
async function digested({ province, version, dir }: OfVersion, cli: Cli) {
  if (dir !== undefined) return { province, version, manifest_digest: textDigest(readTexts(dir).manifest) };
  const { view, manifest } = await versionAt(cli, province, version);
  await assertSameBytes(manifest, view);
  return { province, version, manifest_digest: view.manifest_digest };
}
