import type { ComponentChildren } from 'preact';
import type { Remedy } from '../../../schemas/remedy.ts';
import { remedyText } from '../../../schemas/texts/answer.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { Address } from '../shell/address.tsx';
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
        {unbroken(say(remedyText({ ...remedy, phone: null })), remedy.url)}
        {say({ zh: '', en: ' ' })}
        <span>{mark}</span>
      </span>
    </Row>
  );
}

/** Nobody signed it: followed only over https, and beside this page, which goes on at the door. */
function WebAddress({ url }: { readonly url: string }) {
  if (!url.startsWith('https://')) return <Address text={url} />;
  return (
    <a class="web" href={url} target="_blank" rel="noreferrer">
      <Address text={url} />
    </a>
  );
}

/** A number of hours stays with its unit, a number to call on one line, and what an address names is not torn. */
function unbroken(text: string, url: string | null): ComponentChildren {
  const at = url === null ? -1 : text.lastIndexOf(url);
  if (url !== null && at >= 0) {
    const [before, after] = [text.slice(0, at), text.slice(at + url.length)];
    return [unbroken(before, null), <WebAddress key={url} url={url} />, unbroken(after, null)];
  }
  return text
    .replace(/(\d) (?=h\b|小时)/g, '$1\u00a0')
    .split(/(\b\d{3,4}-\d{5,8}\b)/)
    .map((part, at) => (at % 2 === 1 ? <span key={at}>{part}</span> : part));
}
