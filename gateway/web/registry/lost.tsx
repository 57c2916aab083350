import { lostText } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import { WithTime } from './with-time.tsx';

/** What was read before stands there, and says of when it is. `at`: null while the registry can be read. */
export function Lost({ at }: { readonly at: string | null }) {
  if (at === null) return null;
  return (
    <p class="notice" role="alert">
      ⚠ <WithTime text={say(lostText(at))} time={at} />
    </p>
  );
}
