import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { COVERAGE_TEXTS } from '../../../schemas/texts/coverage.ts';
import { say } from '../shell/language.ts';
import { provinceText } from './words.ts';

interface IssuerPagesProps {
  readonly issuers: readonly ProvinceCode[];
  readonly row: number;
  readonly onRow: (row: number) => void;
}

/** Leafs through a matrix that is too large for a phone, an issuer a page; there is no need of it anywhere else. */
export function IssuerPages({ issuers, row, onRow }: IssuerPagesProps) {
  const past = (step: number) => onRow((row + step + issuers.length) % issuers.length);
  return (
    <p class="issuer-pages">
      <button type="button" aria-label={say(COVERAGE_TEXTS.earlier)} onClick={() => past(-1)}>
        ‹
      </button>
      <select
        aria-label={say(COVERAGE_TEXTS.issuer)}
        value={row}
        onChange={(event) => onRow(Number(event.currentTarget.value))}
      >
        {issuers.map((issuer, at) => (
          <option key={issuer} value={at} selected={at === row}>
            {provinceText(issuer)}
          </option>
        ))}
      </select>
      <button type="button" aria-label={say(COVERAGE_TEXTS.later)} onClick={() => past(1)}>
        ›
      </button>
    </p>
  );
}
