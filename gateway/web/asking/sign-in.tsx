import { useState } from 'preact/hooks';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import type { PagePath } from '../../../schemas/texts/shell.ts';
import { language, say } from '../shell/language.ts';
import type { VenuesView } from './sandbox-access.ts';
import { type TokenFault, tokenAccess, type VenueAccess } from './venue-access.ts';

/** The pages that ask as somebody. */
type AskingPage = Extract<PagePath, '/scan' | '/pass'>;

interface ChooseVenueProps {
  readonly page: AskingPage;
  readonly venues: VenuesView;
  readonly heading?: LocalisedText;
}

/** In the sandbox, where nobody signs in: which of the invented venues this page is. */
export function ChooseVenue({ page, venues, heading = SCAN_TEXTS.choose_venue }: ChooseVenueProps) {
  return (
    <section>
      <h2>{say(heading)}</h2>
      <ul>
        {venues.map(({ venue, name }) => (
          <li key={venue}>
            <a href={`${page}?venue=${encodeURIComponent(venue)}&lang=${language}`}>{say(name)}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface WayInProps {
  readonly page: AskingPage;
  /** Whether a server is set at which staff sign in. */
  readonly isOffered: boolean;
  readonly onAccess: (access: VenueAccess) => void;
}

/** Elsewhere: at the venue's authorization server by way of this gateway, or with a token that somebody brings. */
export function WayIn({ page, isOffered, onAccess }: WayInProps) {
  return isOffered ? <StaffSignIn page={page} /> : <TokenSignIn onAccess={onAccess} />;
}

function StaffSignIn({ page }: { readonly page: AskingPage }) {
  const hasFailed = new URLSearchParams(location.search).get('login') === 'failed';
  return (
    <section>
      <h2>{say(SCAN_TEXTS.sign_in)}</h2>
      {hasFailed && <p role="alert">{say(SCAN_TEXTS.sign_in_failed)}</p>}
      <p>
        <a class="button" href={`/scan/login?lang=${language}&page=${page}`}>
          {say(SCAN_TEXTS.sign_in_here)}
        </a>
      </p>
    </section>
  );
}

function TokenSignIn({ onAccess }: { readonly onAccess: (access: VenueAccess) => void }) {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState<TokenFault | null>(null);
  return (
    <form
      class="entry"
      onSubmit={(event) => {
        event.preventDefault();
        const access = tokenAccess(token);
        setFault(typeof access === 'string' ? access : null);
        if (typeof access !== 'string') onAccess(access);
      }}
    >
      <h2>{say(SCAN_TEXTS.sign_in)}</h2>
      <p id="token-hint">{say(SCAN_TEXTS.sign_in_hint)}</p>
      <label for="token">{say(SCAN_TEXTS.token)}</label>
      <div class="tools">
        <input
          id="token"
          type="password"
          value={token}
          autocomplete="off"
          aria-describedby="token-hint"
          aria-invalid={fault !== null}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <button type="submit">{say(SCAN_TEXTS.use_token)}</button>
      </div>
      {fault !== null && <p role="alert">{say(SCAN_TEXTS[fault])}</p>}
    </form>
  );
}
