import { join } from 'node:path';
import type { Command } from 'commander';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { MAX_TRUST_BUNDLE_BYTES } from '../../trust/bundle-bytes.ts';
import { type TrustBundle, trustBundleSchema } from '../../trust/trust-bundle.ts';
import { type TrustAnchor, validateChain } from '../../trust/trust-chain.ts';
import { TrustError } from '../../trust/trust-error.ts';
import { readBoundedFile } from '../bounded-input.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient, gatewayUrl } from '../gateway-client.ts';
import { readTrust } from '../trust-material.ts';
import { writeFile } from '../write-file.ts';
import { described, describedGroup, jsonOption } from './command.ts';

interface ExportOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** `trust export`: everything that an offline verifier takes along. */
export function addTrust(program: Command, cli: Cli): void {
  const group = describedGroup(cli, program.command('trust'), {
    zh: '信任链与信任包',
    en: 'trust chains and bundles',
    example: 'trust export --out bundle.json',
  });
  described(cli, group.command('export'), {
    zh: '导出信任包：信任锚、信任链、历史密钥、状态列表；供离线验证',
    en: 'export a bundle for verifying offline: anchor, chains, historical keys, status lists',
    example: 'trust export --out bundle.json',
  })
    .option('--out <file>', cli.say({ zh: '写入此文件（默认标准输出）', en: 'write to this file (default stdout)' }))
    .option(...jsonOption(cli))
    .action(async ({ out, json }: ExportOptions) => {
      const bundle = await checkedBundle(cli);
      const text = `${JSON.stringify(bundle, null, 2)}\n`;
      if (out === undefined) return cli.printJson(bundle);
      writeFile(out, text);
      const { entity_id, jwks, chains } = bundle;
      const kids = jwks.keys.map(({ kid }) => kid);
      if (json === true) return cli.printJson({ out, anchor: entity_id, kids, chains: Object.keys(chains).length });
      cli.print(`${out}: ${entity_id}`);
      for (const kid of kids) cli.print(`  kid ${kid}`);
      cli.print(
        cli.say({ zh: '请经其他途径核对以上密钥标识。', en: 'Compare these key ids with the anchor by another way.' }),
      );
    });
}

/**
 * The bundle of the running gateway, else of the data directory. The anchor pinned here wins over the one in it, and
 * every chain has to end there: whoever gives the chains must not also say whom to believe.
 */
async function checkedBundle(cli: Cli): Promise<TrustBundle> {
  const bundle = (await fromGateway(cli)) ?? fromDataDir(cli);
  const { anchor } = readTrust({}, cli.env);
  if (anchor === null) return bundle;
  const { entity_id, jwks } = anchor;
  await refuseForeign(bundle, { entity_id, jwks });
  return { ...bundle, entity_id, jwks };
}

async function refuseForeign({ chains }: TrustBundle, anchor: TrustAnchor): Promise<void> {
  const atS = Math.floor(Date.now() / 1000);
  for (const [entityId, chain] of Object.entries(chains)) {
    try {
      await validateChain(chain, anchor, atS);
    } catch (error) {
      const code = error instanceof TrustError ? error.code : 'internal';
      throw CliError.of('reply_unreadable', {
        zh: `${entityId} 的信任链未通过验证（${code}）`,
        en: `the chain of ${entityId} does not verify (${code})`,
      });
    }
  }
}

async function fromGateway(cli: Cli): Promise<TrustBundle | null> {
  try {
    return await new GatewayClient(gatewayUrl(cli.env)).find('/federation/bundle', trustBundleSchema);
  } catch (error) {
    if (error instanceof CliError && error.code === 'gateway_unreachable') return null;
    throw error;
  }
}

function fromDataDir(cli: Cli): TrustBundle {
  const path = join(cli.env['HUREN_DATA_DIR'] || '.huren', 'trust-bundle.json');
  const file = readBoundedFile(path, MAX_TRUST_BUNDLE_BYTES);
  const parsed = typeof file === 'string' ? null : trustBundleSchema.safeParse(jsonOrUndefined(file.text));
  if (parsed?.success === true) return parsed.data;
  throw CliError.of('file_unreadable', {
    zh: `没有运行中的网关，${path} 也不可用`,
    en: `no gateway answers, and ${path} is no bundle`,
  });
}
