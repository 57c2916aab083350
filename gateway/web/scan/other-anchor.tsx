import { useState } from 'preact/hooks';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import type { AnchorMark, OtherAnchorView } from '../asking/scanner-trust.ts';
import { say } from '../shell/language.ts';

interface OtherAnchorProps extends OtherAnchorView {
  readonly onTake: () => void;
}

/**
 * The anchor that this device goes by beside the one that is offered, by their keys' thumbprints as the platform's people
 * read them out. Whoever takes another says first that they were compared: from then on everything is believed by it.
 */
export function OtherAnchor({ known, offered, onTake }: OtherAnchorProps) {
  const [isCompared, setCompared] = useState(false);
  return (
    <>
      <dl class="anchors">
        <Mark name={say(SCAN_TEXTS.anchor_known)} mark={known} />
        <Mark name={say(SCAN_TEXTS.anchor_offered)} mark={offered} />
      </dl>
      <p class="check">
        <input
          type="checkbox"
          id="anchor-compared"
          checked={isCompared}
          onChange={({ currentTarget }) => setCompared(currentTarget.checked)}
        />
        <label for="anchor-compared">{say(SCAN_TEXTS.anchor_compared)}</label>
      </p>
      <button type="button" aria-disabled={!isCompared} onClick={() => isCompared && onTake()}>
        {say(SCAN_TEXTS.anchor_take)}
      </button>
    </>
  );
}

function Mark({ name, mark }: { readonly name: string; readonly mark: AnchorMark }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{mark.entityId}</dd>
      {mark.thumbprints.map((thumbprint) => (
        <dd key={thumbprint}>
          {say(SCAN_TEXTS.anchor_statements)} {grouped(thumbprint)}
        </dd>
      ))}
      {mark.listThumbprints.map((thumbprint) => (
        <dd key={thumbprint}>
          {say(SCAN_TEXTS.anchor_lists)} {grouped(thumbprint)}
        </dd>
      ))}
    </>
  );
}

/** In groups of six, as the command line prints it. */
function grouped(thumbprint: string) {
  return <code class="thumbprint">{thumbprint.match(/.{1,6}/g)?.join(' ')}</code>;
}
