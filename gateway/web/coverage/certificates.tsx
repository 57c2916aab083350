import { type Coverage, certificatesByCountry } from '../../../schemas/coverage.ts';
import { CERTIFICATE_TEXTS, COVERAGE_TEXTS, countryText } from '../../../schemas/texts/coverage.ts';
import { say } from '../shell/language.ts';
import { countText } from './words.ts';

const OUTCOMES = ['valid', 'invalid', 'indeterminate'] as const;

/** Whose certificates were shown, where an issuer's system decides certificates: one country a line, the most shown first. */
export function Certificates({ certificates }: Pick<Coverage, 'certificates'>) {
  if (certificates.length === 0) return null;
  return (
    <>
      <h3 id="certificates-title">{say(COVERAGE_TEXTS.certificates)}</h3>
      <p class="quiet" id="certificates-how">
        {say(COVERAGE_TEXTS.certificates_how)}
      </p>
      <table class="list lines" aria-labelledby="certificates-title" aria-describedby="certificates-how">
        <thead>
          <tr>
            <th scope="col">{say(COVERAGE_TEXTS.country)}</th>
            {OUTCOMES.map((outcome) => (
              <th key={outcome} scope="col" class="number">
                {say(CERTIFICATE_TEXTS[outcome])}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {certificatesByCountry(certificates).map(({ country, ...counts }) => (
            <tr key={country} data-country={country}>
              <th scope="row">{say(countryText(country))}</th>
              {OUTCOMES.map((outcome) => (
                <td key={outcome} class="number" data-label={say(CERTIFICATE_TEXTS[outcome])}>
                  {countText(counts[outcome])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
