import { useState } from 'preact/hooks';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { language, say } from '../shell/language.ts';
import { tokenAccess, type VenueAccess, type VenuesView } from './venue-access.ts';

/** In the sandbox, where nobody signs in: which of the invented venues this page is. */
export function ChooseVenue({ venues }: { readonly venues: VenuesView }) {
  return (
    <section>
      <h2>{say(SCAN_TEXTS.choose_venue)}</h2>
      <ul>
        {venues.map(({ venue, name }) => (
          <li key={venue}>
            <a href={`/scan?venue=${encodeURIComponent(venue)}&lang=${language}`}>{say(name)}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface WayInProps {
  /** Whether a server is set at which staff sign in. */
  readonly isOffered: boolean;
  readonly onAccess: (access: VenueAccess) => void;
}

/** Elsewhere: at the venue's authorization server by way of this gateway, or with a token that somebody brings. */
export function WayIn({ isOffered, onAccess }: WayInProps) {
  return isOffered ? <StaffSignIn /> : <TokenSignIn onAccess={onAccess} />;
}

function StaffSignIn() {
  const hasFailed = new URLSearchParams(location.search).get('login') === 'failed';
  return (
    <section>
      <h2>{say(SCAN_TEXTS.sign_in)}</h2>
      {hasFailed && <p role="alert">{say(SCAN_TEXTS.sign_in_failed)}</p>}
      <p>
        <a class="button" href={`/scan/login?lang=${language}`}>
          {say(SCAN_TEXTS.sign_in_here)}
        </a>
      </p>
    </section>
  );
}

function TokenSignIn({ onAccess }: { readonly onAccess: (access: VenueAccess) => void }) {
  const [token, setToken] = useState('');
  const [isBad, setBad] = useState(false);
  return (
    <form
      class="entry"
      onSubmit={(event) => {
        event.preventDefault();
        const access = tokenAccess(token);
        setBad(access === null);
        if (access !== null) onAccess(access);
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
          aria-invalid={isBad}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <button type="submit">{say(SCAN_TEXTS.use_token)}</button>
      </div>
      {isBad && <p role="alert">{say(SCAN_TEXTS.token_unreadable)}</p>}
    </form>
  );
}
