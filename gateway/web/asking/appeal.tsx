import type { ComponentChildren } from 'preact';
import type { Remedy } from '../../../schemas/remedy.ts';
import { remedyText } from '../../../schemas/texts/answer.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { say } from '../shell/language.ts';
import { Row } from './row.tsx';

/** Where the person turns, with the number to call. The gateway's own word: a signed attestation has no room for it. */
export function Appeal({ remedy, mark }: { readonly remedy: Remedy; readonly mark: string }) {
  return (
    <Row name={SCAN_TEXTS.appeal}>
      {remedy.phone !== null && (
        <a class="phone" href={`tel:${remedy.phone}`}>
          {remedy.phone}
        </a>
      )}
      <span class="whom">
        {unbroken(say(remedyText({ ...remedy, phone: null })))}
        {say({ zh: '', en: ' ' })}
        <span>{mark}</span>
      </span>
    </Row>
  );
}

/** A number of hours stays with its unit, and a number to call on one line. */
function unbroken(text: string): ComponentChildren {
  return text
    .replace(/(\d) (?=h\b|小时)/g, '$1\u00a0')
    .split(/(\b\d{3,4}-\d{5,8}\b)/)
    .map((part, at) => (at % 2 === 1 ? <span key={at}>{part}</span> : part));
}
