import { provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import type { AttentionItem } from '../../../schemas/coverage.ts';
import { attentionDetailText } from '../../../schemas/texts/attention.ts';
import { ATTENTION_TEXTS, affectedText, COVERAGE_TEXTS, moreText } from '../../../schemas/texts/coverage.ts';
import { Address } from '../shell/address.tsx';
import { say } from '../shell/language.ts';
import { countText, hourText, provinceText } from './words.ts';

/** A wall screen has room for these above the matrix; the others are a step away. */
const MOST_AT_ONCE = 10;

/** What asks for attention, in the order that the gateway gives. Whoever cannot see it is told when the first is another. */
export function Attention({ items }: { readonly items: readonly AttentionItem[] }) {
  const [first] = items;
  return (
    <section aria-labelledby="attention-title">
      <h2 id="attention-title">{say(COVERAGE_TEXTS.attention)}</h2>
      <p class="unseen" role="status">
        {first === undefined ? say(COVERAGE_TEXTS.attention_none) : headOf(first)}
      </p>
      {first === undefined ? (
        <p>{say(COVERAGE_TEXTS.attention_none)}</p>
      ) : (
        <>
          <p class="quiet">{say(COVERAGE_TEXTS.attention_order)}</p>
          <Items items={items.slice(0, MOST_AT_ONCE)} start={1} />
          {items.length > MOST_AT_ONCE && (
            <details>
              <summary>{say(moreText(items.length - MOST_AT_ONCE))}</summary>
              <Items items={items.slice(MOST_AT_ONCE)} start={MOST_AT_ONCE + 1} />
            </details>
          )}
        </>
      )}
    </section>
  );
}

function Items({ items, start }: { readonly items: readonly AttentionItem[]; readonly start: number }) {
  return (
    <ol class="attention" start={start}>
      {items.map((item) => (
        <Item key={`${item.kind} ${item.province} ${item.subject}`} item={item} />
      ))}
    </ol>
  );
}

function Item({ item }: { readonly item: AttentionItem }) {
  const { kind, subject, affected, since, until } = item;
  const detail = attentionDetailText(item);
  return (
    <li data-attention={kind} data-province={item.province ?? undefined} data-affected={affected}>
      <strong>{headOf(item)}</strong> <span>{say(affectedText(countText(affected)))}</span>
      {subject !== null && !isProvince(subject) && (
        <span class="subject">
          <Address text={subject} />
        </span>
      )}
      {detail !== null && (
        <span class="told">
          {kind === 'breaker_open' ? <Address text={say(detail)} /> : withNumbersWhole(say(detail))}
        </span>
      )}
      {since !== null && (
        <span>
          {say(COVERAGE_TEXTS.since)} <time dateTime={since}>{hourText(since)}</time>
        </span>
      )}
      {until !== null && (
        <span>
          {say(COVERAGE_TEXTS.until)} <time dateTime={until}>{hourText(until)}</time>
        </span>
      )}
    </li>
  );
}

/** A number as 2026-1 stays on its line. */
function withNumbersWhole(text: string): string {
  return text.replaceAll(/(\d-)(?=\d)/g, '$1\u2060');
}

/** What it is, and where. */
function headOf({ kind, province, subject }: AttentionItem): string {
  const destination = provinceCodeSchema.safeParse(subject).data;
  const where = [...(province === null ? [] : [province]), ...(destination === undefined ? [] : [destination])];
  const text = say(ATTENTION_TEXTS[kind]);
  if (where.length === 0) return text.replace(/^./, (first) => first.toUpperCase());
  return `${where.map(provinceText).join(' → ')}${say({ zh: '：', en: ': ' })}${text}`;
}

function isProvince(subject: string): boolean {
  return provinceCodeSchema.safeParse(subject).success;
}
