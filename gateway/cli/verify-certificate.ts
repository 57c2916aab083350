import { z } from 'zod';
import { joinedTrust } from '../../adapters/credentials/credential-trust.ts';
import { noRules, rulesFor } from '../../adapters/credentials/rules.ts';
import { trustFromList } from '../../adapters/credentials/trust-list.ts';
import {
  type CredentialCheck,
  looksLikeCredential,
  verifyCredential,
} from '../../adapters/credentials/verify-credential.ts';
import { CREDENTIAL_CODES } from '../../schemas/code-lists/credential-codes.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CredentialRulesDocument } from '../../schemas/credential-rules.ts';
import type { CredentialTrustListDocument } from '../../schemas/credential-trust-list.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { verifyCredentialRules, verifyTrustList } from '../trust/credential-documents.ts';
import { TrustError } from '../trust/trust-error.ts';
import { type Cli, printable } from './cli.ts';
import { CliError } from './cli-error.ts';
import { type CredentialMaterial, readCredentialMaterial, type TrustOptions } from './trust-material.ts';

export interface CertificateOptions extends TrustOptions {
  readonly destination?: ProvinceCode;
  readonly at?: number;
  readonly json?: boolean;
}

const COMPACT_JWS = /^(?<header>[A-Za-z0-9_-]+)(?:\.[A-Za-z0-9_-]+){2}$/;
const cardHeaderSchema = z.object({ zip: z.literal('DEF') });

/** The certificate that an input is: a code, a card's JWS or a file of cards; null where it is something else. */
export function certificateIn(text: string): string | null {
  const header = COMPACT_JWS.exec(text)?.groups?.['header'];
  // Attestations and passes are compact JWSs as well; only a card's payload is compressed.
  const isCard = (part: string) =>
    cardHeaderSchema.safeParse(jsonOrUndefined(Buffer.from(part, 'base64url').toString())).success;
  if (header !== undefined) return isCard(header) ? text : null;
  return looksLikeCredential(text) ? text : null;
}

/**
 * Decides a holder-carried certificate with what the anchor and the bundle bring along, asking nobody, and prints what a
 * door may know: never what it certifies. Gives the exit code.
 */
export async function verifyCertificateCommand(cli: Cli, text: string, options: CertificateOptions): Promise<0 | 1> {
  const atS = options.at ?? Math.floor(Date.now() / 1000);
  const credentials = readCredentialMaterial(options, cli.env);
  const lists = await opened(credentials, credentials.credential_lists, verifyTrustList, atS);
  const rules = options.destination === undefined ? null : await rulesOf(credentials, options.destination, atS);
  const { decoded: _, ...check } = await verifyCredential(text, {
    trust: joinedTrust(...lists.map(trustFromList)),
    atS,
    ...(rules === null ? {} : { rules }),
  });
  const seen = { ...check, lists: lists.map(({ issued_at, next_update }) => ({ issued_at, next_update })) };
  if (options.json === true) cli.printJson({ ...seen, rules_checked: rules !== null });
  else print(cli, check, lists, rules !== null);
  return check.outcome === 'valid' ? 0 : 1;
}

async function opened<T>(
  { credential_signers }: CredentialMaterial,
  tokens: readonly string[],
  open: (token: string, signers: CredentialMaterial['credential_signers'], atS: number) => Promise<T>,
  atS: number,
): Promise<T[]> {
  try {
    return await Promise.all(tokens.map((token) => open(token, credential_signers, atS)));
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw CliError.of('file_unreadable', {
      zh: `名单或规则未通过验证（${error.code}）：签名者须由信任锚文件指定`,
      en: `a list or rules do not verify (${error.code}): the anchor file pins who may sign them`,
    });
  }
}

/** The rules at hand that hold at a destination. Without any, nothing is accepted there. */
async function rulesOf(
  credentials: CredentialMaterial,
  destination: ProvinceCode,
  atS: number,
): Promise<CredentialRulesDocument> {
  const all = await opened(credentials, credentials.credential_rules, verifyCredentialRules, atS);
  return rulesFor(all, destination) ?? noRules(destination);
}

function print(
  { say, print: line, paint }: Cli,
  { outcome, code, issuer, family }: Omit<CredentialCheck, 'decoded'>,
  lists: readonly CredentialTrustListDocument[],
  hasRules: boolean,
): void {
  const colour = outcome === 'valid' ? 'green' : outcome === 'invalid' ? 'red' : 'yellow';
  line(`${paint(colour, '●')} ${outcome} · ${code}  ${say(CREDENTIAL_CODES[code])}`);
  if (family !== null) line(`  ${say({ zh: '类型', en: 'family' })}  ${family}`);
  if (issuer !== null) line(`  ${say({ zh: '签发者', en: 'issuer' })}  ${printable(issuer)}`);
  for (const { issued_at, next_update } of lists) {
    line(`  ${say({ zh: '信任名单', en: 'trust list' })}  ${issued_at} → ${next_update}`);
  }
  if (!hasRules)
    line(
      `  ${say({ zh: '未核对目的地规则，用 --destination 指定', en: 'no rules checked; name a destination with --destination' })}`,
    );
  if (outcome !== 'valid') return;
  line(
    `  ${say({ zh: '请核对身份证件：证书写有姓名，并不证明持有人是本人', en: 'look at an identity document: it names a person and does not show who holds it' })}`,
  );
}
