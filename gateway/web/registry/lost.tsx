import { lostText, REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import type { FeedState } from './registry-feed.ts';

/** Where nothing was read yet. */
export function Unread({ state }: { readonly state: FeedState | null }) {
  return (
    <p class="notice" role="status">
      {state === 'lost' ? `✗ ${say(REGISTRY_TEXTS.unreadable)}` : say(REGISTRY_TEXTS.loading)}
    </p>
  );
}

/** What was read before stands there, and says of when it is. `at`: null while the registry can be read. */
export function Lost({ at }: { readonly at: string | null }) {
  if (at === null) return null;
  return (
    <p class="notice" role="alert">
      ⚠ {say(lostText(at))}
    </p>
  );
}
