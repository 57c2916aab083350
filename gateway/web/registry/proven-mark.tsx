import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { RegistryEventKind } from '../../../schemas/registry-event.ts';
import { entryText, REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import { type Claim, claimName, proofOf } from './claims.ts';
import { NOT_CHECKED } from './doubt.tsx';
import { Parts } from './parts.tsx';
import type { RegistryView } from './registry-view.ts';
import { Watched } from './unproven.tsx';
import { timeText } from './words.ts';

interface ProvenMarkProps<K extends RegistryEventKind> {
  readonly claim: Claim<K>;
  readonly view: RegistryView;
  /** What was done, where that is to be said. */
  readonly children?: ComponentChildren;
}

type Verdict = 'checking' | 'good' | 'bad' | 'unchecked';
const VERDICTS = {
  checking: { sign: '', text: REGISTRY_TEXTS.checking },
  good: { sign: '✓', text: REGISTRY_TEXTS.proved },
  bad: { sign: '✗', text: REGISTRY_TEXTS.not_proved },
  unchecked: { sign: NOT_CHECKED, text: REGISTRY_TEXTS.not_checked },
} as const;

/** Who did something, when, and whether the log proves it. */
export function ProvenMark<K extends RegistryEventKind>({ claim, view, children }: ProvenMarkProps<K>) {
  const watch = useContext(Watched);
  const [verdict, setVerdict] = useState<Verdict>('checking');
  const { by, at, index } = claim.mark;
  const { log, keyOf } = view;
  useEffect(() => {
    let isShown = true;
    const settle = (found: Verdict) => {
      if (!isShown) return;
      setVerdict(found);
      watch(claimName(claim.kind, claim.mark), found === 'bad');
    };
    if (log === null) settle('unchecked');
    else void proofOf(claim, log, keyOf).then((proof) => settle(proof === 'unread' ? 'unchecked' : proof));
    return () => {
      isShown = false;
    };
    // What could not be read is read again with whatever is read next.
  }, [log, index, by, verdict === 'unchecked' ? view : null]);
  const { sign, text } = VERDICTS[verdict];
  return (
    <Parts>
      {children}
      <span class="party">{view.nameOf(by)}</span>
      <time dateTime={at}>{timeText(at)}</time>
      <span>
        <span class="whole">{say(entryText(index))}</span>{' '}
        <span class={`proof ${verdict}`}>
          {sign} {say(text)}
        </span>
      </span>
    </Parts>
  );
}
