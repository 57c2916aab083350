import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { z } from 'zod';
import { provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { findingSchema } from '../../../schemas/finding.ts';
import { ownMember } from '../../../schemas/own-member.ts';
import { problemSchema } from '../../../schemas/problem.ts';
import { type StatusClaims, statusClaimsSchema } from '../../../schemas/statement.ts';
import { assuranceSchema, entityIdSchema, provenanceSchema } from '../../../schemas/status.ts';
import { verifyApproval } from '../../trust/approval.ts';
import { signAuditRequest } from '../../trust/audit-request.ts';
import { EntityResolver } from '../../trust/entity-resolver.ts';
import { verifySm2 } from '../../trust/sm2.ts';
import { discloseStatement, issuerOf } from '../../trust/status-statement.ts';
import type { TrustAnchor } from '../../trust/trust-chain.ts';
import { TrustError, type TrustErrorCode } from '../../trust/trust-error.ts';
import { type Cli, printable } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { GatewayClient, gatewayUrl, parseReply } from '../gateway-client.ts';
import { chooseSigner } from '../signer-choice.ts';
import { readTrust } from '../trust-material.ts';
import { described, jsonOption } from './command.ts';

const answerSchema = z.object({
  issuer_province: z.string(),
  claims: statusClaimsSchema.nullable(),
  statement: z.string().nullable(),
  assurance: assuranceSchema,
  provenance: provenanceSchema.nullable(),
  findings: z.array(findingSchema),
  approvals: z.array(
    z.object({
      level: z.string(),
      role: z.string(),
      action: z.string(),
      verified: z.enum(['valid', 'invalid', 'unsigned']),
      agency: z.string().nullable(),
    }),
  ),
  reasons: z.array(z.string()),
  chains: z.record(z.string(), z.array(z.string())),
});
type AuditAnswer = z.infer<typeof answerSchema>;
const entitySchema = z.object({ iss: entityIdSchema });

interface AuditOptions {
  readonly mandate: string;
  readonly key?: string;
  readonly attestation?: string;
  readonly json?: boolean;
}

/** `audit CODE`: as the auditor whom a mandate names, what stands behind an answer, each signature checked here. */
export function addAudit(program: Command, cli: Cli): void {
  described(cli, program.command('audit'), {
    zh: '以授权审计员身份查看一个码背后的声明、依据和审批',
    en: 'see, as a mandate’s auditor, the statement, grounds and approvals behind a code',
    example: "audit 'CODE' --mandate sandbox-special-venues",
  })
    .argument('<code>', cli.say({ zh: '健康码内容', en: 'the code as scanned' }))
    .requiredOption('--mandate <id>', cli.say({ zh: '指定审计员的授权', en: 'the mandate that names the auditor' }))
    .option(
      '--key <file>',
      cli.say({ zh: '审计员密钥文件（沙箱有默认值）', en: "the auditor's key file (the sandbox has one)" }),
    )
    .option('--attestation <jti>', cli.say({ zh: '所审证明的 jti', en: 'jti of the attestation in question' }))
    .option(...jsonOption(cli))
    .action(async (code: string, options: AuditOptions) => {
      const answer = await ask(cli, code, options);
      const checked = await checkSignatures(cli, answer);
      if (options.json === true) cli.printJson({ ...answer, ...checked });
      else print(cli, answer, checked);
      process.exitCode = checked.verified ? 0 : 1;
    });
}

async function ask(cli: Cli, code: string, { mandate, key, attestation }: AuditOptions): Promise<AuditAnswer> {
  const gateway = new GatewayClient(gatewayUrl(cli.env));
  const auditor = await chooseSigner(key === undefined ? {} : { key }, 'auditor', cli.env);
  const request = await signAuditRequest(
    {
      iss: auditor.entityId,
      aud: cli.env['HUREN_ENTITY_ID'] || gateway.url,
      iat: Math.floor(Date.now() / 1000),
      jti: randomUUID(),
      code,
      mandate,
      ...(attestation === undefined ? {} : { attestation }),
    },
    auditor.signer,
  );
  const reply = await gateway.send('/v1/audits', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ request, key: auditor.publicJwk }),
  });
  if (reply.status !== 200) throw CliError.refused(parseReply(reply, problemSchema));
  return parseReply(reply, answerSchema);
}

type Checked =
  | { readonly verified: boolean; readonly approvals_verified: readonly string[] }
  | { readonly verified: false; readonly code: TrustErrorCode; readonly approvals_verified: readonly string[] };

/** Statement, disclosures and approvals, each up to the anchor that is pinned here: the gateway's word is not enough. */
async function checkSignatures(cli: Cli, answer: AuditAnswer): Promise<Checked> {
  const { anchor } = readTrust({}, cli.env);
  if (answer.statement === null || answer.claims === null) return { verified: true, approvals_verified: [] };
  if (anchor === null) return { verified: false, code: 'anchor_unknown', approvals_verified: [] };
  try {
    return await checkAgainst(anchor, answer.statement, answer.claims, answer);
  } catch (error) {
    if (error instanceof TrustError) return { verified: false, code: error.code, approvals_verified: [] };
    throw error;
  }
}

async function checkAgainst(
  anchor: TrustAnchor,
  statement: string,
  shown: StatusClaims,
  { chains, approvals, issuer_province }: AuditAnswer,
): Promise<Checked> {
  const nowS = () => Math.floor(Date.now() / 1000);
  const resolver = new EntityResolver({
    anchor: () => anchor,
    nowS,
    // Checked with what is in hand; what the registry says since is for whoever follows it.
    isVouchedFor: () => true,
    chainOf: async (id) => ownMember(chains, id) ?? [],
  });
  const { iss } = entitySchema.parse({ iss: issuerOf(statement) });
  const province = provinceCodeSchema.parse(issuer_province);
  const keys = await resolver.statementKeys(iss, province);
  const { claims } = await discloseStatement(statement, iss, keys, { atS: nowS(), sm2Verify: verifySm2 });
  if (JSON.stringify(claims) !== JSON.stringify(statusClaimsSchema.parse(shown))) {
    throw new TrustError('evidence_mismatch', 'the claims shown are not those of the statement');
  }
  const ids = new Set(approvals.map(({ agency }) => agency).filter((id) => id !== null));
  const agencies = await Promise.all([...ids].map((id) => resolver.agency(id, province)));
  const verdicts = await Promise.all(
    (claims.provenance?.approvals ?? []).map((approval) => verifyApproval(approval, claims, agencies, nowS())),
  );
  const agree = verdicts.every(
    ({ verified }, index) => (verified === 'valid') === (approvals[index]?.verified === 'valid'),
  );
  return { verified: agree, approvals_verified: verdicts.map(({ verified }) => verified) };
}

function print({ say, print: line }: Cli, answer: AuditAnswer, checked: Checked): void {
  const { claims, provenance, assurance, findings, approvals } = answer;
  if (!checked.verified) {
    line(
      say({ zh: '签名未通过核对，内容不予显示', en: 'the signatures do not hold: what the answer says is not shown' }),
    );
    return;
  }
  line(`${answer.issuer_province}  ${claims?.status ?? 'indeterminate'}  ${assurance}  ${provenance ?? '-'}`);
  if (claims !== null) line(`  ${claims.status_as_of ?? '-'}  ${claims.ground.join(', ')}`);
  for (const { code, province, step } of findings) line(`  ${code}  ${province}${step === null ? '' : `  #${step}`}`);
  for (const { level, role, action, verified, agency } of approvals) {
    line(`  ${level}/${role} ${action}: ${verified}${agency === null ? '' : `  ${printable(agency)}`}`);
  }
  const good = { zh: '签名均已核对至国家信任锚', en: 'every signature was checked up to the national anchor' };
  const none = { zh: '无人签名，仅为本网关所言', en: 'nobody signed any of it: this is the gateway’s word alone' };
  line(say(answer.statement === null ? none : good));
}
