import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PROBLEMS, problemSchema } from '../../schemas/problem.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { huren } from '../cli/huren.fixture.ts';
import { readActorFile } from '../keys/key-store.ts';
import { signAuditRequest } from '../trust/audit-request.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import type { SandboxGateway } from './sandbox-gateway.ts';
import { sandboxCode } from './venue-client.ts';

const nowS = () => Math.floor(Date.now() / 1000);

/** An auditor's questions to the same sandbox. */
export function audits(site: () => { readonly gateway: SandboxGateway; readonly codes: readonly SandboxCode[] }): void {
  const codeOf = (province: string, scenario: string) => sandboxCode(site().codes, province, scenario).code;

  describe('an audit', () => {
    const auditSchema = z.object({
      claims: z.object({ ground: z.array(z.string()), handle: z.string() }),
      findings: z.array(z.object({ code: z.string() })),
      approvals: z.array(z.object({ verified: z.string(), agency: z.string().nullable() })),
    });

    async function post(changes: { mandate?: string; jti?: string; aud?: string; iat?: number }, stranger = false) {
      const actor = await readActorFile(join(site().gateway.dataDir, 'keys/sandbox/auditor/registry.json'));
      if (actor === null) throw new Error('no auditor');
      const forged = await makeKey(actor.signer.kid);
      const claims = {
        iss: actor.entityId,
        aud: site().gateway.url,
        iat: nowS(),
        jti: crypto.randomUUID(),
        code: codeOf('140000', 'red-county-signature-forged'),
        mandate: 'sandbox-special-venues',
        ...changes,
      };
      const request = await signAuditRequest(claims, stranger ? forged.signer : actor.signer);
      const { x, y, kid } = z
        .object({ x: z.string(), y: z.string(), kid: z.string() })
        .parse(stranger ? forged.jwk : actor.publicJwk);
      return await fetch(`${site().gateway.url}/v1/audits`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ request, key: { kty: 'EC', crv: 'P-256', x, y, kid } }),
      });
    }

    test('does not show what is withheld from venues: ground, findings, and which agency signed', async () => {
      const answer = auditSchema.parse(await (await post({})).json());
      expect(answer.claims.ground.length).toBeGreaterThan(0);
      expect(answer.findings.map(({ code }) => code)).toContain('approval_signature_invalid');
      expect(answer.approvals.map(({ verified }) => verified)).toContain('invalid');
      expect(
        answer.approvals.some(({ agency }) => agency?.startsWith(`${site().gateway.url}/provinces/140000/agencies/`)),
      ).toBe(true);
      const metrics = await (await fetch(`${site().gateway.url}/metrics`)).text();
      expect(metrics).toMatch(/huren_audits_total\{outcome="answered"\} [1-9]/);
    });

    test('is given to a stranger, outside its mandate, twice, late, or for another gateway', async () => {
      const code = async (reply: Promise<Response>) => problemSchema.parse(await (await reply).json()).code;
      expect(await code(post({}, true))).toBe('audit_not_permitted');
      expect(await code(post({ mandate: 'sandbox-lapsed-county' }))).toBe('audit_not_permitted');
      const refused = problemSchema.parse(await (await post({ mandate: 'no-such-mandate' })).json());
      // Whoever asks under a name that is none must not read from it what to do with the person.
      expect([refused.code, refused.next]).toEqual(['audit_not_permitted', PROBLEMS.audit_not_permitted.next]);
      expect(refused.next.en).toMatch(/huren mandate list.*nothing about the person/);
      const jti = crypto.randomUUID();
      // What nobody was entitled to ask is not remembered, or strangers could fill the memory.
      expect(await code(post({ jti, mandate: 'no-such-mandate' }))).toBe('audit_not_permitted');
      expect((await post({ jti })).status).toBe(200);
      expect(await code(post({ jti }))).toBe('proof_replayed');
      expect(await code(post({ iat: nowS() - 61 }))).toBe('token_invalid');
      expect(await code(post({ aud: 'http://another.example' }))).toBe('token_invalid');
    });

    test('is written down', async () => {
      const answer = auditSchema.parse(await (await post({})).json());
      const asked = codeOf('140000', 'red-county-signature-forged');
      const files = readdirSync(site().gateway.dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
      const left = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
      for (const text of [site().gateway.output(), ...left]) {
        expect(text.includes(asked) || text.includes(answer.claims.handle)).toBe(false);
      }
    });

    test('by the command line is not checked up to the anchor', async () => {
      const env = { HUREN_URL: site().gateway.url, HUREN_DATA_DIR: site().gateway.dataDir };
      const argv = ['audit', codeOf('140000', 'red'), '--mandate', 'sandbox-special-venues', '--json'];
      const ran = await huren(argv, env);
      expect([ran.exit, JSON.parse(ran.stdout)]).toMatchObject([
        0,
        { verified: true, provenance: 'signed', approvals_verified: ['valid', 'valid', 'valid'] },
      ]);
    });
  });
}
