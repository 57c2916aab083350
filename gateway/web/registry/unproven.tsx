import { createContext } from 'preact';
import { useCallback, useContext, useState } from 'preact/hooks';
import { REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import { isChecked, LogDoubt, NotProvenBadge } from './doubt.tsx';

/** Told by each mark whether the log disproves it. `claim`: a name of its own within its box. */
type Watch = (claim: string, isDisproved: boolean) => void;

/** Who is told in the box that a mark stands in. */
export const Watched = createContext<Watch>(() => undefined);

/** The marks in a box that the log does not prove, by the names of their claims. */
export function useUnproven(): { readonly unproven: ReadonlySet<string>; readonly watch: Watch } {
  const [unproven, setUnproven] = useState<ReadonlySet<string>>(new Set());
  const watch = useCallback<Watch>((claim, isDisproved) => {
    setUnproven((before) => {
      if (before.has(claim) === isDisproved) return before;
      return new Set(isDisproved ? [...before, claim] : [...before].filter((known) => known !== claim));
    });
  }, []);
  return { unproven, watch };
}

/** Beside the name of what is claimed, where the log does not prove it. */
export function UnprovenBadge() {
  return <span class="badge unproven">✗ {say(REGISTRY_TEXTS.unproven)}</span>;
}

/** Beside what has marks of its own: only where they are not checked does the doubt about the log say more than they do. */
export function MarkedBadge({ isDisproved }: { readonly isDisproved: boolean }) {
  const fault = useContext(LogDoubt);
  if (isDisproved) return <UnprovenBadge />;
  return isChecked(fault) ? null : <NotProvenBadge />;
}
