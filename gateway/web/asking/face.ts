import './faces.css';
import { decisionOf, type Outcome } from './outcome.ts';

/** How an outcome looks: a shape and a colour of its own, and a word beside them. */
export type Face = 'pass' | 'restrict-yellow' | 'restrict-red' | 'refer' | 'unverified' | 'free' | 'problem';

export function faceOf(outcome: Outcome): Face {
  if (outcome.kind === 'unverified' || outcome.kind === 'refused') return 'unverified';
  if (outcome.kind === 'problem') return outcome.code === 'check_not_permitted' ? 'free' : 'problem';
  if (outcome.kind === 'answer' && outcome.claims.decision === 'restrict') {
    return outcome.claims.status === 'red' ? 'restrict-red' : 'restrict-yellow';
  }
  return decisionOf(outcome) === 'pass' ? 'pass' : 'refer';
}
