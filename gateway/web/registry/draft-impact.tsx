import { useState } from 'preact/hooks';
import { PROVINCES, VENUE_KINDS } from '../../../schemas/code-lists/index.ts';
import { type CoverageCells, coverageCellsSchema } from '../../../schemas/coverage.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { POLICY_REFUSALS, type Policy, policySchema } from '../../../schemas/policy.ts';
import { policyViewSchema } from '../../../schemas/registry-views.ts';
import { DECISION_WORDS } from '../../../schemas/texts/decision-words.ts';
import { changedText, DRAFT_TEXTS, draftUnknownText } from '../../../schemas/texts/draft.ts';
import { compilePolicy } from '../../policy/decide.ts';
import { type PolicyImpact, policyImpact } from '../../policy/impact.ts';
import { type PolicyReview, reviewPolicy } from '../../policy/review.ts';
import { say } from '../shell/language.ts';
import { read } from './registry-view.ts';
import { COLON, countText } from './words.ts';

const MOST_BYTES = 1_048_576;

/** What a draft comes to: whether it may be put in force, and what it would have changed. */
interface Tried {
  readonly policy: Policy;
  readonly review: PolicyReview;
  /** Null where counts cannot be read. */
  readonly counted: { readonly cells: CoverageCells; readonly impact: PolicyImpact } | null;
}

/**
 * A destination's draft table, tried before it is published: how many scans of the last day it would have decided otherwise
 * than the one in force. The file is read in this browser and goes nowhere.
 */
export function DraftImpact() {
  const [tried, setTried] = useState<Tried | 'unreadable' | null>(null);
  return (
    <section id="draft" aria-labelledby="h-draft">
      <h2 id="h-draft">{say(DRAFT_TEXTS.title)}</h2>
      <p class="quiet">{say(DRAFT_TEXTS.how)}</p>
      <label class="file button">
        {say(DRAFT_TEXTS.file)}
        <input
          type="file"
          accept="application/json,.json"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file !== undefined) void tryDraft(file).then(setTried);
            // The same file, written anew, is another draft.
            currentTarget.value = '';
          }}
        />
      </label>
      <div role="status">
        {tried === 'unreadable' && <p class="proof bad">✗ {say(DRAFT_TEXTS.unreadable)}</p>}
        {tried !== null && tried !== 'unreadable' && <Outcome tried={tried} />}
      </div>
    </section>
  );
}

function Outcome({ tried: { policy, review, counted } }: { readonly tried: Tried }) {
  const { id, version, destination } = policy;
  return (
    <>
      <p>
        <strong>
          {say(PROVINCES[destination])} {id}@{version}
        </strong>
        {COLON}
        <span class={review.accepted ? 'whole' : 'whole proof bad'}>
          {review.accepted ? `✓ ${say(DRAFT_TEXTS.accepted)}` : `✗ ${say(DRAFT_TEXTS.refused)}`}
        </span>
      </p>
      <ul>
        {[...new Set(review.refusals.map(({ code }) => code))].map((code) => (
          <li key={code}>{say(POLICY_REFUSALS[code])}</li>
        ))}
      </ul>
      {counted === null ? <p>{say(DRAFT_TEXTS.uncounted)}</p> : <Counted {...counted} />}
    </>
  );
}

function Counted({ cells, impact: { rows, decided, unknown } }: NonNullable<Tried['counted']>) {
  const changed = rows.reduce((sum, { scans }) => sum + scans, 0);
  return (
    <div data-changed={changed} data-decided={decided}>
      <p>
        <strong>{countText(changed)}</strong> / {countText(decided)}{' '}
        {say(changedText(decided, PROVINCES[cells.destination]))}
      </p>
      {rows.length > 0 && (
        <div class="scroll">
          <table class="list lines">
            <thead>
              <tr>
                {(['issuer', 'venue_kind', 'decision'] as const).map((name) => (
                  <th key={name} scope="col">
                    {say(DRAFT_TEXTS[name])}
                  </th>
                ))}
                <th scope="col" class="number">
                  {say(DRAFT_TEXTS.scans)}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ issuer, venue_kind, from, to, scans }) => (
                <tr key={`${issuer} ${venue_kind} ${from} ${to}`}>
                  <th scope="row" class="short">
                    {say(PROVINCES[issuer])}
                  </th>
                  <td>{say(VENUE_KINDS[venue_kind])}</td>
                  <td class="short">
                    {say(DECISION_WORDS[from])} → {say(DECISION_WORDS[to])}
                  </td>
                  <td class="number" data-label={say(DRAFT_TEXTS.scans)}>
                    {countText(scans)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="quiet">{say(draftUnknownText(cells.undecided, unknown, cells.suppressed_below))}</p>
    </div>
  );
}

async function tryDraft(file: File): Promise<Tried | 'unreadable'> {
  if (file.size > MOST_BYTES) return 'unreadable';
  const parsed = policySchema.safeParse(jsonOrUndefined(await file.text()));
  if (!parsed.success) return 'unreadable';
  const policy = parsed.data;
  const { destination } = policy;
  const [cells, inForce] = await Promise.all([
    read(`/v1/coverage/cells?window=24h&destination=${destination}`, coverageCellsSchema),
    read(`/v1/registry/policies/${destination}`, policyViewSchema),
  ]);
  const review = reviewPolicy(policy);
  if (cells === null || inForce === null) return { policy, review, counted: null };
  const nowMs = Date.now();
  // As if it were in force now: that is what is asked.
  const draft = compilePolicy({ ...policy, effective_from: new Date(nowMs).toISOString() });
  const impact = policyImpact(draft, compilePolicy(inForce.policy), cells.cells, nowMs);
  return { policy, review, counted: { cells, impact } };
}
