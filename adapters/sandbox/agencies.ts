import type { Level, Role } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { compilePointer } from '../pointer.ts';
import { compileTranslator } from '../translate.ts';
import { withValueAt } from '../with-value-at.ts';
import { makeKey, type SandboxKey } from './keys.ts';
import type { SandboxUpstream } from './protocol.ts';

const APPROVAL_TYP = 'assignment-approval+jwt';
/** A fixture writes this where an agency's own signature belongs, */
const BY_THE_AGENCY = '{agency}';
/** and this where somebody else signed in its place. */
const BY_A_STRANGER = '{stranger}';

/** The agencies below one province that sign their approvals one by one. */
export interface Agencies {
  readonly published: SandboxUpstream['agencyKeys'];
  /** The record of a token with the signatures that it asks for, each bound to this token's handle and status. */
  readonly sign: (record: JsonValue, token: string) => JsonValue;
}

/** Opens the agencies that the manifest's rule names; none where it asks for no signed approvals. */
export function openAgencies(
  manifest: Manifest,
  keyOf: (name: string) => SandboxKey,
  nowMs: () => number = Date.now,
): Agencies {
  const table = manifest.reply.assignment?.approvals;
  const signatureAt = table?.signature_at;
  if (!manifest.authority.approvals_signed || table === undefined || signatureAt === undefined) {
    return { published: [], sign: (record) => record };
  }
  const keys = new Map<string, { level: Level; role: Role; key: SandboxKey }>();
  for (const { level, role } of manifest.authority.approvals) {
    const name = `${level}-${role}`;
    if (!keys.has(name)) keys.set(name, { level, role, key: keyOf(name) });
  }
  const stranger = makeKey('P-256');
  const translate = compileTranslator(manifest);
  const approvalsOf = compilePointer(table.at);
  const wishOf = compilePointer(signatureAt);

  function sign(record: JsonValue, token: string): JsonValue {
    const entries = approvalsOf(record);
    const { claims } = translate(record, token, nowMs());
    const approvals = claims.provenance?.approvals ?? [];
    if (!Array.isArray(entries) || entries.length !== approvals.length) return record;
    return entries.reduce<JsonValue>((signed, entry, index) => {
      const approval = approvals[index];
      const wish = wishOf(entry);
      const own = approval && keys.get(`${approval.level}-${approval.role}`)?.key;
      const key = wish === BY_THE_AGENCY ? own : wish === BY_A_STRANGER ? stranger : undefined;
      if (approval === undefined || key === undefined) return signed;
      const { level, role, action } = approval;
      const jws = signApproval(key, { level, role, action, handle: claims.handle, status: claims.status });
      return withValueAt(signed, `${table?.at}/${index}${signatureAt}`, jws);
    }, record);
  }

  const published = [...keys.values()].map(({ level, role, key }) => ({ level, role, key: key.published }));
  return { published, sign };
}

function signApproval(key: SandboxKey, claims: Readonly<Record<string, string>>): string {
  const header = { alg: key.published.jwk.alg, typ: APPROVAL_TYP, kid: key.published.kid };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${key.sign(input).toString('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
