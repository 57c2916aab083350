import type { CertificateConfig } from '../../../schemas/driver-config.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { openCredentialIssuer } from '../../sandbox/credentials/credential-issuer.ts';
import { answerReply, codeInJson, errorReply, refusalReply, type Wire, type WireTools } from '../../sandbox/wire.ts';

/** Issuers of certificates, and whoever publishes the trust list of them: codes are made so that they come to their record. */
export function certificateWire(config: CertificateConfig, tools: WireTools): Wire {
  const publishingKey = tools.publishingKey();
  const { jwk, kid } = publishingKey.published;
  const issuer = openCredentialIssuer(Math.floor(tools.nowMs() / 1000));
  const signed = (typ: string, document: object) => {
    const input = `${encode({ alg: 'ES256', kid, typ })}.${encode(document)}`;
    return `${input}.${publishingKey.sign(input).toString('base64url')}`;
  };
  const documents = {
    trust_list: signed('credential-trust-list+jwt', issuer.trustList),
    rules: issuer.rules.map((rules) => signed('credential-rules+jwt', rules)),
  };
  return {
    secrets: { list_keys: JSON.stringify([{ kid, alg: 'ES256', x: jwk.x, y: jwk.y }]) },
    handle: async ({ method, path, body }) => {
      if (tools.refusing()) return refusalReply(config, 'caller unknown');
      const asked = method === 'POST' && path === config.path ? codeInJson(body, config) : null;
      if (asked !== 'lists') return errorReply(config, 400, 'BAD', 'bad request');
      return answerReply(config, null, { kind: 'found', record: documents, statement: null });
    },
    mint: (template, expired, record) =>
      template.replace('{certificate}', () => issuer.issue(wanted(config, expired, record))),
    subjectOf: (token) => token,
  };
}

function wanted({ families: [first = 'hcert'] }: CertificateConfig, expired: boolean, record: JsonValue | undefined) {
  const text = (name: string) => {
    const value = typeof record === 'object' && record !== null && !Array.isArray(record) ? record[name] : undefined;
    return typeof value === 'string' ? value : null;
  };
  const result = expired ? 'expired' : (text('result') ?? 'unknown');
  return { family: text('family') ?? first, result, issuer: text('issuer') ?? undefined };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
