import type { FoldState } from '../registry/fold-state.ts';
import { isAdmitted } from '../registry/fold-subordinates.ts';
import type { TrustMarkEntry } from '../trust/entity-claims.ts';
import { signCompact } from '../trust/signer.ts';
import { parseCompact } from '../trust/strict-jws.ts';
import { TrustError } from '../trust/trust-error.ts';
import { MAX_TRUST_MARK_BYTES, signTrustMark, TRUST_MARK_TYP, verifyTrustMark } from '../trust/trust-mark.ts';
import type { FederationKeys } from './hosted-entity.ts';

/** JWS `typ` of what the status endpoint answers (OpenID Federation 1.0 section 8.4.2). */
export const TRUST_MARK_STATUS_TYP = 'trust-mark-status-response+jwt';
const MARK_LIFETIME_S = 86_400;

/** What a registered adapter has passed: the fixtures of its folder, or the live system as well. */
export type ConformanceLevel = 'static' | 'live';
export type TrustMarkStatus = 'active' | 'expired' | 'revoked' | 'invalid';

/** The trust mark type of a conformance level; its URL is below the issuer's own identifier. */
export function conformanceMarkType(issuer: string, level: ConformanceLevel): string {
  return `${issuer}/trust-marks/adapter-conformance/${level}`;
}

/** What an adapter in use has passed, by the log: the trust marks of its province are held while it has, and no longer. */
export function conformanceOf(state: FoldState, entityId: string): ConformanceLevel | null {
  const province = state.entities.get(entityId)?.province ?? null;
  const adapter = province === null ? undefined : state.adapters.get(province);
  if (adapter === undefined || adapter.suspended !== null || !isAdmitted(state, entityId)) return null;
  const check = adapter.versions.find(({ version }) => version === adapter.active)?.check ?? null;
  return check?.passed === true ? check.level : null;
}

/** The trust marks that one entity issues. Who holds which follows from the log. */
export class TrustMarkRegister {
  readonly issuer: string;
  readonly #keys: FederationKeys;
  readonly #folded: () => FoldState;
  readonly #nowS: () => number;

  constructor(
    issuer: string,
    keys: FederationKeys,
    parts: { readonly folded: () => FoldState; readonly nowS: () => number },
  ) {
    this.issuer = issuer;
    this.#keys = keys;
    this.#folded = parts.folded;
    this.#nowS = parts.nowS;
  }

  /** The marks that a subject holds now, freshly signed. */
  async marksOf(subject: string): Promise<TrustMarkEntry[]> {
    const iat = this.#nowS();
    const claims = { iss: this.issuer, sub: subject, iat, exp: iat + MARK_LIFETIME_S };
    return await Promise.all(
      this.#heldBy(subject).map(async (trust_mark_type) => ({
        trust_mark_type,
        trust_mark: await signTrustMark({ ...claims, trust_mark_type }, this.#keys.signer),
      })),
    );
  }

  /** The mark types that a subject holds now: a live check stands for the static one as well. */
  #heldBy(subject: string): string[] {
    const level = conformanceOf(this.#folded(), subject);
    const levels = level === null ? [] : level === 'live' ? (['static', 'live'] as const) : (['static'] as const);
    return levels.map((held) => conformanceMarkType(this.issuer, held));
  }

  /** What has become of a mark that somebody shows: `invalid` for anything that this issuer never signed. */
  async statusOf(token: string): Promise<TrustMarkStatus> {
    try {
      const { payload } = parseCompact(token, { maxBytes: MAX_TRUST_MARK_BYTES, typ: TRUST_MARK_TYP });
      const { sub, trust_mark_type } = payload;
      if (typeof sub !== 'string' || typeof trust_mark_type !== 'string') return 'invalid';
      await verifyTrustMark(token, {
        issuer: this.issuer,
        issuerJwks: { keys: [...this.#keys.publicKeys] },
        subject: sub,
        trustMarkType: trust_mark_type,
        atS: this.#nowS(),
      });
      return this.#heldBy(sub).includes(trust_mark_type) ? 'active' : 'revoked';
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      return error.code === 'expired' ? 'expired' : 'invalid';
    }
  }

  /** The signed answer to a status request (section 8.4.2). */
  async statusResponse(token: string): Promise<string> {
    const claims = { iss: this.issuer, iat: this.#nowS(), trust_mark: token, status: await this.statusOf(token) };
    return await signCompact({ typ: TRUST_MARK_STATUS_TYP }, claims, this.#keys.signer);
  }
}
