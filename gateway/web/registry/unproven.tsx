import { createContext } from 'preact';
import { useCallback, useContext, useState } from 'preact/hooks';
import { REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';

/** Told by each mark whether the log disproves it. `claim`: a name of its own within its box. */
type Watch = (claim: string, isDisproved: boolean) => void;

/** Who is told in the box that a mark stands in. */
export const Watched = createContext<Watch>(() => undefined);

/**
 * The marks in a box that the log does not prove, by the names of their claims; the box around it is told as well, and keeps
 * what it was told when it is closed. `name`: of this box among those of the one around it.
 */
export function useUnproven(name: string): { readonly unproven: ReadonlySet<string>; readonly watch: Watch } {
  const around = useContext(Watched);
  const [unproven, setUnproven] = useState<ReadonlySet<string>>(new Set());
  const watch = useCallback<Watch>(
    (claim, isDisproved) => {
      setUnproven((before) => {
        if (before.has(claim) === isDisproved) return before;
        return new Set(isDisproved ? [...before, claim] : [...before].filter((known) => known !== claim));
      });
      around(`${name} ${claim}`, isDisproved);
    },
    [around, name],
  );
  return { unproven, watch };
}

/** Beside the name of what is claimed, where the log does not prove it. */
export function UnprovenBadge() {
  return <span class="badge unproven">✗ {say(REGISTRY_TEXTS.unproven)}</span>;
}
