/** yyyyMMdd of a day that somebody now alive may have been born on. */
const BIRTH_DATE = '(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])';
const SHORT_BIRTH_DATE = '\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])';
const COUNTRY = '(?:(?:\\+|00)?86)?';

/** The whole text is one number. No date and no checksum is asked for: a mistyped number is still somebody's. */
const WHOLE = new RegExp(`^(?:\\d{17}[\\dXx]|\\d{15}|${COUNTRY}1\\d{10})$`);

/** A number inside a longer text, such as a parameter of a web address; bare or in the groups people write it in. */
const EMBEDDED = new RegExp(
  `(?<![0-9A-Za-z])(?:${[
    `\\d{6}${BIRTH_DATE}\\d{3}[\\dXx]`,
    `\\d{6}[ -]${BIRTH_DATE}[ -]\\d{3}[\\dXx]`,
    `\\d{6}${SHORT_BIRTH_DATE}\\d{3}`,
    `\\d{6}[ -]${SHORT_BIRTH_DATE}[ -]\\d{3}`,
    `${COUNTRY}1\\d{10}`,
    `${COUNTRY}[ -]?1\\d{2}[ -]\\d{4}[ -]\\d{4}`,
  ].join('|')})(?![0-9A-Za-z])`,
);

/** Spaces, the many hyphens, and what people put round phone numbers. */
const SEPARATORS = /[\s\p{Pd}().\u2212]/gu;
const INVISIBLE = /\p{Cf}/gu;
const NOT_ASCII = /[^\x20-\x7e]/;

/**
 * True for text that is, or plainly carries, a resident identity number (18 or 15 digits) or a mobile number: someone
 * typed or encoded a person instead of a code. Such text is refused and never logged. Full-width digits, separators,
 * percent encoding and country prefixes are seen through; the tokens that real codes carry are not caught.
 */
export function looksLikePersonalIdentifier(text: string): boolean {
  return showsNumber(text) || (text.includes('%') && showsNumber(percentDecoded(text)));
}

function showsNumber(text: string): boolean {
  const plain = NOT_ASCII.test(text) ? asciiForm(text) : text;
  return WHOLE.test(plain.replaceAll(SEPARATORS, '')) || EMBEDDED.test(plain);
}

function asciiForm(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(INVISIBLE, '')
    .replaceAll(/[\s\p{Pd}\u2212]/gu, asciiSeparator);
}

function asciiSeparator(separator: string): string {
  return /\s/.test(separator) ? ' ' : '-';
}

/** Octets that are no UTF-8 become replacement characters: one of them must not hide the digits beside it. */
function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
