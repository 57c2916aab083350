import type { NodeReport } from '../../../schemas/coverage.ts';
import { COVERAGE_TEXTS, moreText, NODE_FAULT_TEXTS, ROLE_TEXTS } from '../../../schemas/texts/coverage.ts';
import { Address } from '../shell/address.tsx';
import { say } from '../shell/language.ts';
import { provinceText, timeText } from './words.ts';

/** Those with something wrong come first, and more than these are seldom looked at. */
const MOST_AT_ONCE = 12;

/** Who reports, when it last did, and what is wrong with it; those with something wrong come first. */
export function Nodes({ nodes }: { readonly nodes: readonly NodeReport[] }) {
  const wrong = ({ silent, faults }: NodeReport) => (silent ? 2 : 0) + (faults.length > 0 ? 1 : 0);
  const ordered = [...nodes].sort((a, b) => wrong(b) - wrong(a));
  return (
    <section aria-labelledby="nodes-title">
      <h2 id="nodes-title">{say(COVERAGE_TEXTS.nodes)}</h2>
      {nodes.length === 0 ? (
        <p>{say(COVERAGE_TEXTS.nodes_none)}</p>
      ) : (
        <>
          <Table nodes={ordered.slice(0, MOST_AT_ONCE)} />
          {ordered.length > MOST_AT_ONCE && (
            <details>
              <summary>{say(moreText(ordered.length - MOST_AT_ONCE))}</summary>
              <Table nodes={ordered.slice(MOST_AT_ONCE)} />
            </details>
          )}
        </>
      )}
    </section>
  );
}

function Table({ nodes }: { readonly nodes: readonly NodeReport[] }) {
  return (
    <div class="scroll">
      <table class="list lines" aria-labelledby="nodes-title">
        <thead>
          <tr>
            {(['node', 'province', 'role', 'last_report', 'faults'] as const).map((title) => (
              <th key={title} scope="col">
                {say(COVERAGE_TEXTS[title])}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <Row key={node.node} node={node} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ node: { node, province, role, last_report: last, silent, faults } }: { readonly node: NodeReport }) {
  const words = faults.map((fault) => say(NODE_FAULT_TEXTS[fault]));
  if (silent) words.unshift(say(COVERAGE_TEXTS.silent));
  return (
    <tr data-node={node} data-silent={silent} data-faults={faults.join(' ')}>
      <th scope="row">
        <Address text={node} />
      </th>
      <td class="short">{province === null ? '–' : provinceText(province)}</td>
      <td class="short">{say(ROLE_TEXTS[role])}</td>
      <td class="short">{last === null ? say(COVERAGE_TEXTS.never) : <time dateTime={last}>{timeText(last)}</time>}</td>
      <td class={words.length === 0 ? 'short' : undefined}>
        {words.length === 0 ? say(COVERAGE_TEXTS.well) : `⚠\u00a0${words.join(say({ zh: '；', en: '; ' }))}`}
      </td>
    </tr>
  );
}
