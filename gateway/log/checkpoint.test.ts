import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addCosignature, parseCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { cosignCheckpoint, signCheckpoint } from './checkpoint-signing.ts';
import { cosigner } from './cosigner.fixture.ts';
import { LogError } from './log-error.ts';
import { emptyRoot, leafHash } from './merkle.ts';
import {
  formatVerifierKey,
  MAX_SIGNATURES,
  type NoteAlgorithm,
  noteKey,
  parseVerifierKey,
  rawPublicKey,
} from './note.ts';

const origin = 'anchor.test/registry';
const NOW_S = 1_700_000_000;
const head = { origin, size: 42, root: leafHash(Uint8Array.of(1)) };

function person(name: string, algorithm: NoteAlgorithm) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { signer: { name, privateKey }, key: noteKey(name, algorithm, rawPublicKey(publicKey)) };
}

const log = person(origin, 'ed25519');
const witness = person('province.test/witness', 'cosignature');
const stranger = person('stranger.test', 'cosignature');
const trust = { origin, logKeys: [log.key], witnesses: [witness.key] };
const note = signCheckpoint(head, log.signer);
const witnesses = [witness.key];

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (cause) {
    if (cause instanceof LogError) return cause.code;
    throw cause;
  }
  return 'accepted';
}

describe('keys', () => {
  test('a key id is not the one the specification defines', () => {
    const raw = Buffer.from(createPublicKey(log.signer.privateKey).export({ format: 'jwk' }).x ?? '', 'base64url');
    const id = (type: number) =>
      createHash('sha256').update(`${origin}\n`).update(Uint8Array.of(type)).update(raw).digest('hex').slice(0, 8);
    expect(log.key.id).toBe(id(1));
    expect(noteKey(origin, 'cosignature', log.key.publicKey).id).toBe(id(4));
  });

  test('a verifier key does not survive its one-line form', () => {
    for (const { key } of [log, witness]) {
      const read = parseVerifierKey(formatVerifierKey(key));
      expect(read).toEqual(key);
    }
  });

  test('a verifier key with another id, type or length is taken', () => {
    const text = formatVerifierKey(log.key);
    const [name, id, material] = text.split('+', 2).concat(text.split('+').slice(2).join('+'));
    const bytes = Buffer.from(material ?? '', 'base64');
    const wrong = [
      `${name}+00000000+${material}`,
      `other.test+${id}+${material}`,
      `${name}+${id}+${bytes.subarray(0, 32).toString('base64')}`,
      `${name}+${id}+${Buffer.concat([Buffer.of(2), bytes.subarray(1)]).toString('base64')}`,
      `${name}+${id}`,
      '',
    ];
    for (const line of wrong)
      expect(
        codeOf(() => parseVerifierKey(line)),
        line,
      ).toBe('note_malformed');
  });

  test('a key of another kind, or a name with a space or plus, is taken', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(codeOf(() => noteKey('a', 'ed25519', rawPublicKey(publicKey)))).toBe('note_malformed');
    for (const name of ['', 'a b', 'a+b', 'a\u3000b', 'a\nb']) {
      expect(
        codeOf(() => noteKey(name, 'ed25519', log.key.publicKey)),
        name,
      ).toBe('note_malformed');
    }
  });
});

describe('checkpoints', () => {
  test('a checkpoint is not written as the specification says', () => {
    const root = Buffer.from(head.root).toString('base64');
    expect(note).toMatch(
      new RegExp(`^${origin}\\n42\\n${root.replaceAll('+', '\\+')}\\n\\n\u2014 ${origin} [A-Za-z0-9+/=]{92}\\n$`),
    );
  });

  test('a checkpoint does not verify with its key, or gives other values', () => {
    expect(verifyCheckpoint(note, trust)).toEqual({ ...head, cosignatures: [] });
    expect(parseCheckpoint(signCheckpoint({ origin, size: 0, root: emptyRoot }, log.signer)).size).toBe(0);
  });

  test('a checkpoint with one bit changed is believed', () => {
    const bytes = Buffer.from(note);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(bytes);
        changed[Math.floor(bit / 8)] = (changed[Math.floor(bit / 8)] ?? 0) ^ (1 << (bit % 8));
        expect(codeOf(() => verifyCheckpoint(changed.toString('utf8'), trust))).not.toBe('accepted');
      }),
      { numRuns: 500 },
    );
  });

  test('a checkpoint of another log, or signed by a stranger only, is believed', () => {
    const other = signCheckpoint({ ...head, origin: 'other.test' }, log.signer);
    expect(codeOf(() => verifyCheckpoint(other, trust))).toBe('note_untrusted');
    const foreign = signCheckpoint(head, { ...stranger.signer, name: origin });
    expect(codeOf(() => verifyCheckpoint(foreign, trust))).toBe('note_untrusted');
  });

  test('a known witness alone is taken for the log', () => {
    const text = note.slice(0, note.indexOf('\n\n') + 2);
    const line = cosignCheckpoint(note, cosigner(witness.signer), NOW_S);
    expect(codeOf(() => verifyCheckpoint(text + line, trust))).toBe('note_untrusted');
  });

  test('a bad signature by a known key is passed over because another one is good', () => {
    const older = signCheckpoint({ ...head, size: 41 }, log.signer)
      .split('\n')
      .at(-2);
    expect(codeOf(() => verifyCheckpoint(`${note}${older}\n`, trust))).toBe('note_forged');
  });

  test('a signature by a stranger makes the note unreadable', () => {
    const line = cosignCheckpoint(note, cosigner(stranger.signer), NOW_S);
    expect(verifyCheckpoint(note + line, trust).cosignatures).toEqual([]);
  });

  test('a departure from the format is read', () => {
    const [first = '', signature = ''] = note.split('\n\n');
    const root = Buffer.from(head.root).toString('base64');
    const bodies = [
      `${origin}\n042\n${root}`,
      `${origin}\n-1\n${root}`,
      `${origin}\n1e3\n${root}`,
      `${origin}\n9007199254740993\n${root}`,
      `\n42\n${root}`,
      `${origin}\n42`,
      `${origin}\n42\n${root.slice(4)}`,
      `${origin}\n42\n${root.slice(0, -1)}`,
      `${origin}\n42\n${root}\n\nextension`,
      `${origin}\r\n42\n${root}`,
      `${origin}\n42\n${root}\n\u0007`,
    ];
    for (const body of bodies)
      expect(
        codeOf(() => parseCheckpoint(`${body}\n\n${signature}`)),
        body,
      ).toBe('note_malformed');
    const notes = [
      first,
      `${first}\n\n`,
      `${first}\n\n${signature.trimEnd()}`,
      `${first}\n\n${signature.replace('\u2014', '-')}`,
      `${first}\n\n${signature.repeat(65)}`,
      `${first}\n\n${signature.replace(' ', '  ')}`,
      `${first}\n\n\u2014 a AAAA\n`,
      `${first}\n\n\u2014 a AAAAAAA\n`,
      `${'x'.repeat(70_000)}\n\n${signature}`,
      '',
    ];
    for (const text of notes)
      expect(
        codeOf(() => parseCheckpoint(text)),
        text.slice(0, 300),
      ).toBe('note_malformed');
    expect(parseCheckpoint(`${first}\nextension\n\n${signature.repeat(64)}`).size).toBe(42);
  });

  test('what could not be read back is signed', () => {
    expect(codeOf(() => signCheckpoint({ ...head, origin: 'two\nlines' }, log.signer))).toBe('note_malformed');
    expect(codeOf(() => signCheckpoint({ ...head, size: -1 }, log.signer))).toBe('note_malformed');
    expect(codeOf(() => signCheckpoint({ ...head, root: new Uint8Array(31) }, log.signer))).toBe('note_malformed');
  });
});

describe('witnesses', () => {
  test('a cosignature is lost, or its time is', () => {
    const line = cosignCheckpoint(note, cosigner(witness.signer), NOW_S);
    const cosigned = addCosignature(note, line, { witnesses, nowS: NOW_S });
    expect(verifyCheckpoint(cosigned, trust).cosignatures).toEqual([{ name: witness.key.name, timestampS: NOW_S }]);
  });

  test('a cosignature of a time that no calendar has is believed, and whoever shows it fails over it', () => {
    const line = (timestampS: number) => cosignCheckpoint(note, cosigner(witness.signer), timestampS);
    const year9999S = 253_402_300_799;
    expect(codeOf(() => verifyCheckpoint(`${note}${line(year9999S)}`, trust))).toBe('accepted');
    for (const timestampS of [year9999S + 1, Number.MAX_SAFE_INTEGER]) {
      expect(codeOf(() => verifyCheckpoint(`${note}${line(timestampS)}`, trust))).toBe('note_malformed');
    }
  });

  test('a witness that signs again fills the note, or an older line takes the place of a newer one', () => {
    const line = (timestampS: number) => cosignCheckpoint(note, cosigner(witness.signer), timestampS);
    const once = addCosignature(note, line(NOW_S), { witnesses, nowS: NOW_S });
    const twice = addCosignature(once, line(NOW_S + 5), { witnesses, nowS: NOW_S });
    expect(twice.split('\n')).toHaveLength(once.split('\n').length);
    expect(verifyCheckpoint(twice, trust).cosignatures[0]?.timestampS).toBe(NOW_S + 5);
    expect(codeOf(() => addCosignature(twice, line(NOW_S), { witnesses, nowS: NOW_S }))).toBe('note_out_of_time');
  });

  test('a witness fills the note with one line for each key of its own', () => {
    const again = person(witness.key.name, 'cosignature');
    const known = { witnesses: [witness.key, again.key], nowS: NOW_S };
    const first = addCosignature(note, cosignCheckpoint(note, cosigner(witness.signer), NOW_S), known);
    const second = addCosignature(first, cosignCheckpoint(note, cosigner(again.signer), NOW_S + 1), known);
    expect(verifyCheckpoint(second, { ...trust, witnesses: known.witnesses }).cosignatures).toEqual([
      { name: witness.key.name, timestampS: NOW_S + 1 },
    ]);
    const older = cosignCheckpoint(note, cosigner(witness.signer), NOW_S);
    expect(codeOf(() => addCosignature(second, older, known))).toBe('note_out_of_time');
  });

  test('a witness more than a note has room for makes it one that nobody reads', () => {
    const many = Array.from({ length: MAX_SIGNATURES }, (_, n) => person(`witness-${n}.test`, 'cosignature'));
    const known = { witnesses: many.map(({ key }) => key), nowS: NOW_S };
    const lineOf = ({ signer }: (typeof many)[number]) => cosignCheckpoint(note, cosigner(signer), NOW_S);
    const [last, ...others] = many;
    const full = others.reduce((so, one) => addCosignature(so, lineOf(one), known), note);
    expect(verifyCheckpoint(full, { ...trust, ...known }).cosignatures).toHaveLength(MAX_SIGNATURES - 1);
    expect(codeOf(() => last && addCosignature(full, lineOf(last), known))).toBe('note_malformed');
    expect(others[0] && addCosignature(full, lineOf(others[0]), known)).toContain(others[0]?.key.name);
  });

  test('a cosignature of a stranger, of other text, or from the future is added', () => {
    const add = (line: string) => codeOf(() => addCosignature(note, line, { witnesses, nowS: NOW_S }));
    expect(add(cosignCheckpoint(note, cosigner(stranger.signer), NOW_S))).toBe('note_untrusted');
    const other = signCheckpoint({ ...head, size: 43 }, log.signer);
    expect(add(cosignCheckpoint(other, cosigner(witness.signer), NOW_S))).toBe('note_forged');
    expect(add(cosignCheckpoint(note, cosigner(witness.signer), NOW_S + 3_600))).toBe('note_out_of_time');
    expect(add('nonsense')).toBe('note_malformed');
    const plain = note.slice(note.indexOf('\n\n') + 2);
    expect(codeOf(() => addCosignature(note, plain, { witnesses: [log.key], nowS: NOW_S }))).toBe('note_untrusted');
  });

  test("a cosignature's time can be changed afterwards", () => {
    const line = cosignCheckpoint(note, cosigner(witness.signer), NOW_S).trimEnd();
    const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64');
    bytes[11] = (bytes[11] ?? 0) ^ 1;
    const changed = `\u2014 ${witness.key.name} ${bytes.toString('base64')}`;
    expect(codeOf(() => addCosignature(note, changed, { witnesses, nowS: NOW_S }))).toBe('note_forged');
  });
});
