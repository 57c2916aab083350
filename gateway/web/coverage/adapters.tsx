import type { Coverage } from '../../../schemas/coverage.ts';
import { ADAPTER_TEXTS, COVERAGE_TEXTS } from '../../../schemas/texts/coverage.ts';
import { StateBadge } from '../registry/doubt.tsx';
import { say } from '../shell/language.ts';
import { Ask } from './ask.tsx';
import type { Question } from './question.ts';
import { provinceText } from './words.ts';

interface AdaptersProps extends Pick<Coverage, 'provinces'> {
  readonly question: Question;
  readonly ask: (question: Question) => void;
}

/** What answers for each issuer, how far it was checked, and what is being tried beside it. */
export function Adapters({ provinces, question, ask }: AdaptersProps) {
  return (
    <section aria-labelledby="adapters-title">
      <h2 id="adapters-title">{say(COVERAGE_TEXTS.adapters)}</h2>
      <div class="scroll">
        <table class="list lines" aria-labelledby="adapters-title">
          <thead>
            <tr>
              {(['issuer', 'adapter', 'conformance', 'trial'] as const).map((title) => (
                <th key={title} scope="col">
                  {say(COVERAGE_TEXTS[title])}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {provinces.map(({ province, adapter, state, conformance, trial }) => (
              <tr key={province}>
                <th scope="row" class="short">
                  <Ask question={{ ...question, issuer: null, destination: null, province }} ask={ask}>
                    {provinceText(province)}
                  </Ask>
                </th>
                <td class="short version">
                  <Version version={adapter} standing={state === 'suspended' ? null : say(ADAPTER_TEXTS[state])} />
                  {state === 'suspended' && (
                    <>
                      {' '}
                      <StateBadge state={state} text={say(ADAPTER_TEXTS[state])} />
                    </>
                  )}
                </td>
                <td class="short" data-label={say(COVERAGE_TEXTS.conformance)}>
                  {say(ADAPTER_TEXTS[conformance ?? 'unchecked'])}
                </td>
                <td class="short version" data-label={say(COVERAGE_TEXTS.trial)}>
                  {trial === null ? (
                    '–'
                  ) : (
                    <Version version={trial.version} standing={say(ADAPTER_TEXTS[trial.stage])} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** What has no room in a line is broken before its digest, and how it stands stays beside that. */
function Version({ version, standing }: { readonly version: string; readonly standing: string | null }) {
  const digest = Math.max(version.indexOf('#'), 0);
  return (
    <>
      {version.slice(0, digest)}
      <wbr />
      <span class="short">
        {version.slice(digest)}
        {standing !== null && ` · ${standing}`}
      </span>
    </>
  );
}
