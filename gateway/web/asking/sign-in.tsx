import { useState } from 'preact/hooks';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import type { PagePath } from '../../../schemas/texts/shell.ts';
import { language, say } from '../shell/language.ts';
import { focusContent } from '../shell/shell.tsx';
import type { VenuesView } from './sandbox-access.ts';
import type { AskingAs } from './use-access.ts';
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
  readonly asking: AskingAs;
  /** Whether this page holds what is gone when another takes its place. */
  readonly isApart?: boolean;
}

/** Elsewhere: at the venue's authorization server by way of this gateway, or with a token that somebody brings. */
export function WayIn({ page, heading, asking, isApart = false }: WayInProps) {
  return asking.way === 'session' ? (
    <StaffSignIn page={page} heading={heading} isApart={isApart} hasEnded={asking.hasEnded} />
  ) : (
    <TokenSignIn heading={heading} onAccess={asking.take} />
  );
}

interface SignInActProps {
  readonly page: AskingPage;
  readonly asking: AskingAs;
  /** To where on this page a token is put in. */
  readonly onToken: () => void;
}

/** The one act after a refusal that signing in mends. */
export function SignInAct({ page, asking, onToken }: SignInActProps) {
  switch (asking.way) {
    case 'session':
      return (
        <a class="button primary" href={loginAddress(page)}>
          {say(SCAN_TEXTS.sign_in_here)}
        </a>
      );
    case 'token':
      return (
        <button type="button" class="primary" onClick={onToken}>
          {say(SCAN_TEXTS.token_again)}
        </button>
      );
    case 'sandbox':
      return (
        <a class="button primary" href={`${page}?lang=${language}`}>
          {say(SCAN_TEXTS.choose_venue)}
        </a>
      );
  }
}

function loginAddress(page: AskingPage): string {
  return `/scan/login?lang=${language}&page=${page}`;
}

interface StaffSignInProps extends Required<Pick<WayInProps, 'page' | 'heading' | 'isApart'>> {
  readonly hasEnded: boolean;
}

function StaffSignIn({ page, heading, isApart, hasEnded }: StaffSignInProps) {
  const hasFailed = new URLSearchParams(location.search).get('login') === 'failed';
  return (
    <section class="sign-in">
      {heading !== null && <h2>{say(heading)}</h2>}
      {hasEnded && (
        <p class="notice" data-sign-in-ended>
          {say(SCAN_TEXTS.sign_in_ended)}
          {say({ zh: '。', en: '.' })}
        </p>
      )}
      {hasFailed && (
        <p class="notice" role="alert">
          {say(SCAN_TEXTS.sign_in_failed)}
        </p>
      )}
      <p>
        <a class="button primary" href={loginAddress(page)} target={isApart ? '_blank' : undefined}>
          {say(SCAN_TEXTS.sign_in_here)}
        </a>
      </p>
      {isApart && <p class="quiet">{say(SCAN_TEXTS.sign_in_apart)}</p>}
    </section>
  );
}

interface TokenSignInProps extends Pick<WayInProps, 'heading'> {
  readonly onAccess: (access: VenueAccess) => void;
}

function TokenSignIn({ heading, onAccess }: TokenSignInProps) {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState<TokenFault | null>(null);
  return (
    <form
      class="entry"
      onSubmit={(event) => {
        event.preventDefault();
        const access = tokenAccess(token);
        setFault(typeof access === 'string' ? access : null);
        if (typeof access === 'string') return;
        onAccess(access);
        focusContent();
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
