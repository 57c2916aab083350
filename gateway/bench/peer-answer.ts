import { createHash } from 'node:crypto';
import type { PeerProvince, Reply } from './peer-provinces.ts';

/*
 * What the peers answer: of the same members and the same length as the gateway's, and without any of its checks.
 */

const GREEN = new Set(['green', 'GREEN', 'G', '绿']);
export const ATTESTATION_TYP = 'recognition-attestation+jwt';
export const LIFETIME_S = 300;

/** What is signed, and what stands beside the signed. */
export interface PeerAnswer {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly reply: Readonly<Record<string, unknown>>;
}

/** The statement's signed part, without the disclosures that no venue gets; null where the province signs nothing. */
export function signedPart(province: PeerProvince, reply: Reply): string | null {
  const statement = province.statement(reply);
  return statement === undefined ? null : statement.slice(0, statement.indexOf('~'));
}

/** Reads a province's reply, whose statement was verified where there is one. */
export function peerAnswer(province: PeerProvince, reply: Reply, signed: string | null): PeerAnswer {
  const status = GREEN.has(province.colour(reply) ?? '') ? 'green' : 'indeterminate';
  const answer = {
    status,
    decision: status === 'green' ? 'pass' : 'refer',
    destination: '440000',
    status_as_of: province.asOf(reply),
    stale: false,
    provenance: signed === null ? 'stated' : 'signed',
    assurance: signed === null ? 'transport' : 'province-signed',
  };
  const evidence = signed === null ? [] : [`${signed}~`];
  const digest = createHash('sha256').update(evidence.join('.')).digest('base64url');
  return {
    claims: {
      ...answer,
      issuer_province: province.code,
      reasons: ['ok'],
      mandate: 'none',
      policy: 'none@1',
      adapter: `${province.code}@1`,
      ...(signed === null ? {} : { evidence: digest }),
    },
    reply: {
      ...answer,
      issuer: { province: province.code, name: province.name },
      reasons: [{ code: 'ok', text: { zh: '可以通行', en: 'May pass' } }],
      age_s: Math.max(0, Math.floor((Date.now() - Date.parse(answer.status_as_of)) / 1000)),
      remedy: null,
      evidence,
    },
  };
}
