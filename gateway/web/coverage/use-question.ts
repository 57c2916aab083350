import { useEffect, useState } from 'preact/hooks';
import { addressOf, type Question, questionIn } from './question.ts';

/** The question of the address, and a way to ask another one: the address follows, and going back goes back. */
export function useQuestion(): [Question, (question: Question) => void] {
  const [question, setQuestion] = useState(() => questionIn(location.search));
  useEffect(() => {
    const onBack = () => setQuestion(questionIn(location.search));
    addEventListener('popstate', onBack);
    return () => removeEventListener('popstate', onBack);
  }, []);
  const ask = (other: Question) => {
    history.pushState(null, '', addressOf(other));
    setQuestion(other);
  };
  return [question, ask];
}
