import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import certificates from '../../../schemas/vectors/credentials/certificates.json' with { type: 'json' };
import { createActorFile } from '../../keys/key-store.ts';
import { huren } from '../huren.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'huren-credentials-'));
const at = (name: string) => join(folder, name);
const AT = ['--at', String(certificates.at_s)];
const codeOf = (name: string) => certificates.vectors.find((vector) => vector.name === name)?.text ?? '';
const sign = (...argv: readonly string[]) =>
  huren(['credentials', ...argv, '--key', at('lists.json'), '--out', at('out.jws')]);
const LIST_HEAD = ['--sequence', '3', '--next-update', '2027-01-01T00:00:00Z'];
const rules = {
  destination: '440000',
  sequence: 1,
  issued_at: '2026-09-01T00:00:00Z',
  next_update: '2027-01-01T00:00:00Z',
  value_sets: {},
  rules: [
    {
      family: 'hcert',
      content: 'dcc',
      rule: {
        Identifier: 'VR-GD-0001',
        Type: 'Acceptance',
        Version: '1.0.0',
        Engine: 'CERTLOGIC',
        CertificateType: 'Vaccination',
        ValidFrom: '2026-09-01T00:00:00Z',
        ValidTo: '2027-01-01T00:00:00Z',
        Logic: { '===': [{ var: 'payload.v.0.dn' }, { var: 'payload.v.0.sd' }] },
      },
    },
  ],
};

beforeAll(async () => {
  const actor = await createActorFile(at('lists.json'), 'https://lists.example');
  mkdirSync(at('pem'));
  for (const [index, der] of certificates.certificates.entries()) {
    writeFileSync(at(`pem/${index}.pem`), `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`);
  }
  writeFileSync(at('rules.json'), JSON.stringify(rules));
  const signed = async (...argv: readonly string[]) => {
    expect(await sign(...argv)).toMatchObject({ exit: 0 });
    return readFileSync(at('out.jws'), 'utf8').trim();
  };
  const jwks = { keys: [actor.publicJwk] };
  const pinned = { entity_id: 'https://anchor.example', jwks };
  const bundle = {
    ...pinned,
    credential_lists: [await signed('list', '--pem', at('pem'), ...LIST_HEAD)],
    credential_rules: [await signed('rules', at('rules.json'))],
  };
  writeFileSync(at('anchor.json'), JSON.stringify({ ...pinned, credential_signers: jwks }));
  writeFileSync(at('bundle.json'), JSON.stringify(bundle));
  writeFileSync(at('unpinned.json'), JSON.stringify({ ...bundle, credential_signers: undefined }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('certificates, offline', () => {
  const verify = (text: string, ...argv: readonly string[]) => huren(['verify', '-', ...AT, ...argv], {}, text);
  const trust = ['--anchor', at('anchor.json'), '--bundle', at('bundle.json')];

  test('one that the rules at hand accept is refused, or what it certifies is shown', async () => {
    const ran = await verify(`${codeOf('dcc-vaccination')}\r\n`, ...trust, '--destination', '440000', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ outcome: 'valid', code: 'ok', issuer: 'XA', rules_checked: true });
    expect(ran.stdout).not.toMatch(/MUSTER|Vektor|1990|J07|11193|vaccin/i);
    expect(ran.exit).toBe(0);
  });

  test('one without rules of the destination is accepted', async () => {
    const ran = await verify(codeOf('dcc-vaccination'), ...trust, '--destination', '410000');
    expect(ran.stdout).toMatch(/indeterminate · rules_missing/);
    expect(ran.exit).toBe(1);
  });

  test('the keys of lists are taken from where the lists are', async () => {
    const ran = await verify(codeOf('dcc-vaccination'), '--anchor', at('unpinned.json'));
    expect(ran.stderr).toMatch(/file_unreadable: .*key_unknown/);
    expect(ran.exit).toBe(2);
  });
});

test('a list of a stranger is signed', async () => {
  writeFileSync(at('did.json'), '{}');
  writeFileSync(
    at('who.json'),
    JSON.stringify({ method: 'did:web:lists.example', x: 'A'.repeat(43), y: 'A'.repeat(43) }),
  );
  const ran = await sign('list', '--gdhcn', at('did.json'), '--signer', at('who.json'), ...LIST_HEAD);
  expect(ran.stderr).toMatch(/^huren: list_refused: list_malformed/);
  expect(ran.exit).toBe(1);
});
