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
  /** Null: the page's own says it. */
  readonly heading: LocalisedText | null;
}

/** In the sandbox, where nobody signs in: which of the invented venues this page is. */
export function ChooseVenue({ page, venues, heading }: ChooseVenueProps) {
  const isUnknown = new URLSearchParams(location.search).has('venue');
  return (
    <section>
      {heading !== null && <h2>{say(heading)}</h2>}
      {isUnknown && (
        <p class="notice" role="alert">
          {say(SCAN_TEXTS.venue_unknown)}
        </p>
      )}
      <ul class="ways">
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
  /** Null: the page's own says it. */
  readonly heading: LocalisedText | null;
  /** Whether a server is set at which staff sign in. */
  readonly isOffered: boolean;
  readonly onAccess: (access: VenueAccess) => void;
}

/** Elsewhere: at the venue's authorization server by way of this gateway, or with a token that somebody brings. */
export function WayIn({ page, heading, isOffered, onAccess }: WayInProps) {
  return isOffered ? (
    <StaffSignIn page={page} heading={heading} />
  ) : (
    <TokenSignIn heading={heading} onAccess={onAccess} />
  );
}

function StaffSignIn({ page, heading }: Pick<WayInProps, 'page' | 'heading'>) {
  const hasFailed = new URLSearchParams(location.search).get('login') === 'failed';
  return (
    <section>
      {heading !== null && <h2>{say(heading)}</h2>}
      {hasFailed && (
        <p class="notice" role="alert">
          {say(SCAN_TEXTS.sign_in_failed)}
        </p>
      )}
      <p>
        <a class="button primary" href={`/scan/login?lang=${language}&page=${page}`}>
          {say(SCAN_TEXTS.sign_in_here)}
        </a>
      </p>
    </section>
  );
}

function TokenSignIn({ heading, onAccess }: Pick<WayInProps, 'heading' | 'onAccess'>) {
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
      {heading !== null && <h2>{say(heading)}</h2>}
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
        <button type="submit" class="primary">
          {say(SCAN_TEXTS.use_token)}
        </button>
      </div>
      {fault !== null && (
        <p class="notice" role="alert">
          {say(SCAN_TEXTS[fault])}
        </p>
      )}
    </form>
  );
}
