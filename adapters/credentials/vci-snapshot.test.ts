import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import certificates from '../../schemas/vectors/credentials/certificates.json' with { type: 'json' };
import { makeCertificate } from '../sandbox/credentials/certificate-der.ts';
import { namedEs256Signer } from '../sandbox/credentials/credential-signer.ts';
import { joinedTrust } from './credential-trust.ts';
import { readVciSnapshot } from './vci-snapshot.ts';
import { trustFromJwks, verifyCredential } from './verify-credential.ts';

const directory = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const spki = Uint8Array.from(directory.publicKey.export({ format: 'der', type: 'spki' }));
const pinned = makeCertificate({ spki, country: 'XA', serial: 11 }, namedEs256Signer('directory'));
const [issuer] = certificates.card_issuers;

/** A snapshot as the directory's scripts write it: counters in quotation marks, times in UTC, members of their own. */
const SNAPSHOT = {
  directory: 'https://directory.example/issuers.json',
  time: '2026-08-22T04:43:50Z',
  issuerInfo: [
    {
      issuer: { iss: issuer?.iss, name: 'Vector issuer', website: 'https://cards.example' },
      keys: issuer?.jwks.keys.map((key) => ({ ...key, date: 1_631_112_755_371 })),
      crls: issuer?.revocation_lists,
      lastRetrieved: '2026-08-22T04:43:50Z',
    },
    { issuer: { iss: 'https://cards.example/slash/', name: 'With a slash' }, keys: [] },
  ],
};

function read(document: object, changed: (text: string) => string = (text) => text) {
  const text = JSON.stringify(document, null, 4);
  const signature = sign('sha512', Buffer.from(text), directory.privateKey);
  return readVciSnapshot(Buffer.from(changed(text)), signature, pinned);
}

describe('a snapshot of the directory', () => {
  test('is not read as it is published', async () => {
    const { takenS, issuers } = read(SNAPSHOT);
    expect(new Date(takenS * 1000).toISOString()).toBe('2026-08-22T04:43:50.000Z');
    expect(issuers.map(({ iss }) => iss)).toEqual([issuer?.iss]);
    const trust = joinedTrust(
      ...issuers.map(({ iss, keys, crls }) => trustFromJwks(iss, { keys }, { revocationLists: crls })),
    );
    const decided = await Promise.all(
      ['card', 'a-card-that-was-revoked'].map(async (name) => {
        const text = certificates.vectors.find((vector) => vector.name === name)?.text ?? '';
        return (await verifyCredential(text, { trust, atS: certificates.at_s })).code;
      }),
    );
    expect(decided).toEqual(['ok', 'revoked']);
  });

  test('that was changed after it was signed is read', () => {
    const change = (text: string) => text.replace('Vector issuer', 'Another one');
    expect(() => read(SNAPSHOT, change)).toThrow(expect.objectContaining({ code: 'list_signature_invalid' }));
  });

  test('without a time is read', () => {
    const taken = () => read({ ...SNAPSHOT, time: 'today' });
    expect(taken).toThrow(expect.objectContaining({ code: 'list_malformed' }));
  });
});
