import { base64url } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { STATEMENT_TYP } from '../../schemas/statement.ts';
import { makeStatement, makeWorld, undisclosed, type World } from './attestation.fixture.ts';
import { NOW_S } from './federation.fixture.ts';
import type { JwkSet } from './public-key.ts';
import {
  discloseStatement,
  formOf,
  issuerOf,
  readVerified,
  type StatementChecks,
  verifyStatement,
} from './status-statement.ts';
import type { JsonObject } from './strict-json.ts';
import { TurnSigner } from './turn-signer.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});

const keys = () => ({ keys: [world.province.statements.jwk] });
const verify = (statement: string, checks: Partial<StatementChecks> = {}, jwks: JwkSet = keys()) =>
  verifyStatement(statement, world.province.entityId, jwks, { atS: NOW_S, ...checks });
const open = (statement: string) => discloseStatement(statement, world.province.entityId, keys(), { atS: NOW_S });
const refused = (code: string, message: string) => expect.objectContaining({ code, message });

async function forged(claims: JsonObject = {}): Promise<string> {
  return undisclosed(await makeStatement(world, claims));
}

/** The payload of a good statement, to be signed in another way. */
async function payloadOf(statement: string): Promise<JsonObject> {
  const [, payload = ''] = statement.split('.');
  return JSON.parse(new TextDecoder().decode(base64url.decode(payload)));
}

describe('a statement', () => {
  test('is refused, or comes out as something else', async () => {
    const { kid } = world.province.statements.jwk;
    const said = { iss: world.province.entityId, status: 'green', iat: NOW_S - 10, exp: NOW_S + 290 };
    expect(await verify(await forged())).toMatchObject({ ...said, kid });
    const opened = await open(await makeStatement(world));
    expect(opened.payload).toMatchObject({ ...said, kid });
    expect(opened.claims).toMatchObject({ status: 'green', handle: 'h-1', ground: [], provenance: null, flags: [] });
  });

  test('shows a venue what it may not know', async () => {
    const message = 'the statement comes with disclosures';
    await expect(verify(await makeStatement(world))).rejects.toEqual(refused('evidence_disclosed', message));
  });

  test('is opened without a claim that it must have', async () => {
    const message = 'the disclosed claims have not the documented form';
    await expect(open(await forged())).rejects.toEqual(refused('claims_invalid', message));
  });

  test('has other claims than the documented ones, or is by somebody else', async () => {
    const message = 'the statement has not the documented claims';
    await expect(verify(await forged({ status: 'blue' }))).rejects.toEqual(refused('claims_invalid', message));
    const another = refused('issuer_mismatch', 'the statement is by another entity');
    await expect(verify(await forged({ iss: 'https://other.example' }))).rejects.toEqual(another);
  });

  test('stands at another time than it says, or its key when the statement stood', async () => {
    const statement = await forged();
    await verify(statement, { atS: NOW_S + 349 });
    const over = refused('expired', 'the statement has expired');
    await expect(verify(statement, { atS: NOW_S + 350 })).rejects.toEqual(over);
    const ending = { keys: [{ ...world.province.statements.jwk, exp: NOW_S + 100 }] };
    await verify(statement, {}, ending);
    const late = verify(statement, { keyAtS: NOW_S + 100 }, ending);
    await expect(late).rejects.toMatchObject({ code: 'key_outside_window' });
  });

  test('that was signed with others is not taken', async () => {
    const payload = await payloadOf(await forged());
    const sign = new TurnSigner(() => world.province.statements.signer).signFor(['jws', 'merkle']);
    const together = await Promise.all([sign({ typ: STATEMENT_TYP }, payload), sign({ typ: STATEMENT_TYP }, payload)]);
    for (const jws of together) {
      expect(await verify(`${jws}~`)).toMatchObject({ status: 'green' });
      expect([formOf(`${jws}~`), issuerOf(`${jws}~`)]).toEqual(['merkle', world.province.entityId]);
    }
    expect(formOf(await forged())).toBe('jws');
  });

  test('that is signed with SM2 is taken by whoever cannot verify it, or refused by whoever can', async () => {
    const { kid, x } = world.province.statements.jwk;
    const [, payload = ''] = (await forged()).split('.');
    const header = base64url.encode(JSON.stringify({ alg: 'SM2', typ: STATEMENT_TYP, kid }));
    const sm2 = `${header}.${payload}.${base64url.encode(new Uint8Array(64))}~`;
    const jwks = { keys: [{ kty: 'EC', crv: 'SM2', x, y: x, kid } as const] };
    expect(await verify(sm2, { sm2Verify: () => true }, jwks)).toMatchObject({ status: 'green' });
    await expect(verify(sm2, {}, jwks)).rejects.toMatchObject({ code: 'alg_not_allowed' });
    await verify(await forged(), { sm2Verify: () => false });
  });
});

describe('a statement that nobody verifies now', () => {
  test('names nobody, and somebody is looked for', async () => {
    const statement = await forged({ iss: 7 });
    expect(() => issuerOf(statement)).toThrow(refused('claims_invalid', 'the statement names no issuer'));
  });

  test('is read as something else than it was when it was verified', async () => {
    const { status, status_as_of, iat, exp } = await verify(await forged());
    expect(readVerified(await forged())).toEqual({ status, status_as_of, iat, exp });
    const message = 'the statement has not the documented claims';
    for (const none of ['', 'a', 'a.b.c~', `a.${base64url.encode('{"status":"green"}')}.c~`]) {
      expect(() => readVerified(none)).toThrow(refused('claims_invalid', message));
    }
  });
});
