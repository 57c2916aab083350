import { describe, expect, test } from 'vitest';
import type { CertificateConfig } from '../../../schemas/driver-config.ts';
import { openCredentialIssuer } from '../../sandbox/credentials/credential-issuer.ts';
import { makeKey } from '../../sandbox/keys.ts';
import type { KeptDocument } from '../driver.ts';
import { NOW_MS, OUTCOME, openLoopback } from '../loopback.fixture.ts';
import { certificate } from './driver.ts';

const config: CertificateConfig = {
  name: 'certificate',
  path: '/lists',
  code_member: 'wanted',
  outcome: OUTCOME,
  record_at: '/data',
  families: ['hcert', 'shc'],
  refresh_s: 60,
};
const issuer = openCredentialIssuer(Math.floor(Date.parse('2026-11-26T00:00:00Z') / 1000));
const pinned = makeKey('P-256');
const CODE = issuer.issue({ family: 'hcert', result: 'ok' });
const OFFSET_MS = Date.parse('2026-11-26T00:00:00Z') - NOW_MS;
const DAY_MS = 86_400_000;

interface Served {
  readonly list?: object;
  /** What every document of rules has otherwise. */
  readonly rules?: object;
  readonly key?: typeof pinned;
}

function documents({ list = {}, rules = {}, key = pinned }: Served = {}) {
  const signed = (typ: string, document: object) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${part({ alg: 'ES256', kid: pinned.published.kid, typ })}.${part(document)}`;
    return `${input}.${key.sign(input).toString('base64url')}`;
  };
  return {
    trust_list: signed('credential-trust-list+jwt', { ...issuer.trustList, ...list }),
    rules: issuer.rules.map((document) => signed('credential-rules+jwt', { ...document, ...rules })),
  };
}

/** A driver over a server that serves what `serve` was told last; null: it is away. */
async function open(first: object | null, kept?: KeptDocument) {
  const { jwk, kid } = pinned.published;
  const served = { now: first };
  const secrets = { list_keys: JSON.stringify([{ kid, alg: 'ES256', x: jwk.x, y: jwk.y }]) };
  const { context, clock, received } = await openLoopback(secrets, () =>
    served.now === null ? { status: 500, body: {} } : { body: { code: 0, data: served.now } },
  );
  clock.nowMs += OFFSET_MS;
  const refreshes: (string | null)[] = [];
  const onRefresh = (fault: string | null) => void refreshes.push(fault);
  const ask = certificate.open(config, null, { ...context, onRefresh, ...(kept === undefined ? {} : { kept }) });
  return { ask, clock, received, served, refreshes };
}

/** A document in memory, as a restart finds it. */
function shelf(): KeptDocument {
  let text: string | null = null;
  return {
    read: () => text,
    write: (next) => {
      text = next;
    },
  };
}

const result = (code: string) => ({ kind: 'found', record: expect.objectContaining({ result: code }) });

describe('certificates', () => {
  test('a certificate is asked about, or its lists for every one', async () => {
    const { ask, received } = await open(documents());
    await expect(ask(CODE)).resolves.toEqual({
      kind: 'found',
      record: { result: 'ok', family: 'hcert', issuer: 'XAA' },
      statement: null,
    });
    await ask(CODE);
    expect(received.map(({ body }) => body)).toEqual(['{"wanted":"lists"}']);
  });

  test('a text that is no certificate, or one past its end, is not told as absent', async () => {
    const { ask } = await open(documents());
    await expect(ask(`HC1:${'0'.repeat(200)}`)).resolves.toEqual({ kind: 'absent', why: 'unknown' });
    const old = issuer.issue({ family: 'hcert', result: 'expired' });
    await expect(ask(old)).resolves.toEqual({ kind: 'absent', why: 'expired' });
  });

  test.each<[string, Served]>([
    ['signed by a stranger', { key: makeKey('P-256') }],
    ['that is none', { list: { signers: 'none' } }],
    ['with rules that are none', { rules: { destination: 'nowhere' } }],
  ])('a list %s is used', async (_defect, served) => {
    const { ask } = await open(documents(served));
    await expect(ask(CODE)).rejects.toMatchObject({ code: 'signature' });
  });

  test('a destination with rules of its own is answered by the national ones, or another one by its', async () => {
    const { ask } = await open(documents());
    const card = issuer.issue({ family: 'shc', result: 'ok' });
    await expect(ask(CODE, '460000')).resolves.toMatchObject(result('rule_not_met'));
    await expect(ask(card, '460000')).resolves.toMatchObject(result('rules_missing'));
    await expect(ask(CODE, '440000')).resolves.toMatchObject(result('ok'));
  });

  test('where nobody has made rules, certificates are accepted', async () => {
    const served = documents();
    const { ask } = await open({ ...served, rules: [] });
    await expect(ask(CODE, '440000')).resolves.toMatchObject(result('rules_missing'));
  });

  test('rules that are left out are forgotten', async () => {
    const { ask, clock, served, received } = await open(documents());
    await ask(CODE);
    served.now = { ...documents({ list: { sequence: 2e9 } }), rules: [] };
    clock.nowMs += 61_000;
    await ask(CODE);
    await expect.poll(() => received.length).toBe(2);
    await expect(ask(CODE, '460000')).resolves.toMatchObject(result('rule_not_met'));
  });

  test('whoever decides without asking is not given what it decides with', async () => {
    const { ask } = await open(documents());
    const given = await ask.documents?.();
    expect(given?.rules).toHaveLength(2);
    expect(given?.trust_list.split('.')).toHaveLength(3);
  });

  test('a list that goes back takes the place of the known one, or nobody is told of it', async () => {
    const { ask, clock, served, received, refreshes } = await open(documents({ list: { sequence: 5 } }));
    await ask(CODE);
    served.now = documents({ list: { sequence: 4, signers: [] } });
    clock.nowMs += 61_000;
    await ask(CODE);
    await expect.poll(() => received.length).toBe(2);
    await expect(ask(CODE)).resolves.toMatchObject(result('ok'));
    served.now = documents({ list: { sequence: 6, signers: [] } });
    await expect
      .poll(async () => {
        clock.nowMs += 1_000;
        return JSON.stringify(await ask(CODE));
      })
      .toMatch(/issuer_unknown/);
    expect([refreshes[0], refreshes[1], refreshes.at(-1)]).toEqual([null, 'undeclared', null]);
  });

  test('rules that begin before they have been known for 48 hours are taken, or hold back the list beside them', async () => {
    const { ask, clock, served, received } = await open(documents({ rules: { sequence: 5 } }));
    await ask(CODE);
    served.now = documents({ rules: { sequence: 6, rules: [] } });
    clock.nowMs += 61_000;
    await ask(CODE);
    await expect.poll(() => received.length).toBe(2);
    await expect(ask(CODE)).resolves.toMatchObject(result('ok'));
    served.now = documents({ list: { sequence: 2e9, signers: [] }, rules: { sequence: 6, rules: [] } });
    await expect
      .poll(async () => {
        clock.nowMs += 1_000;
        return JSON.stringify(await ask(CODE));
      })
      .toMatch(/issuer_unknown/);
    await expect(ask(issuer.issue({ family: 'shc', result: 'ok' }), '460000')).resolves.toMatchObject(
      result('rules_missing'),
    );
  });

  test('rules of an earlier run that were published two days ago or less hold back the list, or are replaced too soon', async () => {
    const kept = shelf();
    const before = await open(documents({ rules: { sequence: 5 } }), kept);
    await before.ask(CODE);
    const later = documents({ list: { sequence: 2e9, signers: [] }, rules: { sequence: 9, rules: [] } });
    const after = await open(later, kept);
    await expect(after.ask(CODE)).resolves.toMatchObject(result('ok'));
    await expect.poll(async () => JSON.stringify(await after.ask(CODE))).toMatch(/issuer_unknown/);
    expect(kept.read()).toContain(later.trust_list);
    expect(kept.read()).not.toContain(later.rules[0]);
  });

  test('a driver starts with a list alone where the rules beside it cannot be taken', async () => {
    const { ask } = await open(documents({ rules: { issued_at: '2026-11-27T00:00:00Z' } }));
    await expect(ask(CODE, '440000')).rejects.toMatchObject({ code: 'undeclared' });
  });

  test('a list past its next update decides', async () => {
    const { ask, clock } = await open(documents());
    await ask(CODE);
    clock.nowMs += 31 * DAY_MS;
    await expect(ask(CODE)).resolves.toMatchObject(result('trust_list_stale'));
  });

  test('a driver that starts without a network does not know what it knew', async () => {
    const kept = shelf();
    const before = await open(documents({ list: { sequence: 5 } }), kept);
    await before.ask(CODE);
    const after = await open(null, kept);
    await expect(after.ask(CODE)).resolves.toMatchObject(result('ok'));
    const elsewhere = await open(null);
    await expect(elsewhere.ask(CODE)).rejects.toMatchObject({ code: 'status' });
  });

  test('what somebody else put in the place of the kept list is believed', async () => {
    const kept = shelf();
    kept.write(JSON.stringify(documents({ key: makeKey('P-256'), list: { signers: [] } })));
    const { ask } = await open(documents(), kept);
    await expect(ask(CODE)).resolves.toMatchObject(result('ok'));
  });
});
