import type { Manifest } from '../../schemas/manifest.ts';

const PLACEHOLDER = /\{(hex|digits|alphanumeric|base64url|jkm)(\d{1,3})\}/g;
/** Two codes that differ in every random character: what holds for both does not hang on chance. */
const CYCLES = {
  low: { hex: '0123456789abcdef', digits: '0246813579', alphanumeric: '0aZ1bY2cX3', base64url: 'Aa0-Bb1_' },
  high: { hex: 'fedcba9876543210', digits: '9753186420', alphanumeric: 'Z9yA8xB7wC', base64url: '_1bB-0aA' },
} as const;
const JWS_SIGNATURE_LENGTH = 86;

type Cycle = (typeof CYCLES)[keyof typeof CYCLES];

/** Codes of a template, always the same ones, so that a report can be made again. */
export function sampleCodes(template: string, manifest: Manifest): string[] {
  return [CYCLES.low, CYCLES.high].map((cycle) => fill(template, cycle, manifest));
}

function fill(template: string, cycle: Cycle, manifest: Manifest): string {
  const withJws = template
    .replaceAll('{jws}', () => signedCode(cycle, manifest))
    .replaceAll('{certificate}', () => certificateCode(cycle, manifest));
  return withJws.replaceAll(PLACEHOLDER, (_match, alphabet: string, length: string) =>
    sampleText(alphabet, Number(length), cycle),
  );
}

function sampleText(alphabet: string, length: number, cycle: Cycle): string {
  switch (alphabet) {
    case 'hex':
    case 'digits':
    case 'base64url':
      return repeat(cycle[alphabet], length);
    case 'jkm':
      return Buffer.from(`JKM${repeat(cycle.hex, length)}`, 'latin1').toString('base64');
    default:
      return repeat(cycle.alphanumeric, length);
  }
}

/** The shape of a signed code. Its signature is not one: recognising a code must not depend on it. */
function signedCode(cycle: Cycle, { recognise }: Manifest): string {
  const issuer = recognise.find((one) => one.kind === 'jws')?.issuer ?? '';
  const header = { alg: 'ES256', kid: repeat(cycle.base64url, 43), typ: 'health-code+jwt' };
  const payload = { iss: issuer, sub: repeat(cycle.hex, 32), exp: 1_800_000_000 };
  return [encode(header), encode(payload), repeat(cycle.base64url, JWS_SIGNATURE_LENGTH)].join('.');
}

/** The shape of a certificate that nobody signed. */
function certificateCode(cycle: Cycle, { recognise }: Manifest): string {
  const [first] = recognise;
  return first?.kind === 'prefix' ? `${first.prefix}${repeat(cycle.digits, first.length.min)}` : '';
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function repeat(text: string, length: number): string {
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}
