import type { z } from 'zod';
import type { LocalisedText } from '../../schemas/code-lists/index.ts';

/** What is wrong with a document, and where (a JSON pointer). */
interface Fault extends LocalisedText {
  readonly at: string;
}

type Issue = z.core.$ZodIssue;

/** The first fault of a document in our own words: a library's wording changes, and speaks one language. */
export function faultText(error: z.ZodError): Fault {
  const [issue] = error.issues;
  if (issue === undefined) return { at: '/', zh: '不符合格式', en: 'not of the documented form' };
  return { at: `/${issue.path.join('/')}`, ...wordsFor(issue) };
}

function wordsFor(issue: Issue): LocalisedText {
  switch (issue.code) {
    case 'invalid_type':
      // zod keeps no absent input to look at: only its message tells an absent member from one of another type.
      return issue.message.endsWith('received undefined')
        ? { zh: '缺少', en: 'is missing' }
        : { zh: `类型应为 ${issue.expected}`, en: `must be of type ${issue.expected}` };
    case 'unrecognized_keys':
      return {
        zh: `有未知成员：${issue.keys.join('、')}`,
        en: `has members that nobody knows: ${issue.keys.join(', ')}`,
      };
    case 'invalid_value':
      return { zh: `应为：${issue.values.join('、')}`, en: `must be one of: ${issue.values.join(', ')}` };
    case 'too_small':
      return { zh: `过小或过短（至少 ${issue.minimum}）`, en: `is too small or too short (at least ${issue.minimum})` };
    case 'too_big':
      return { zh: `过大或过长（至多 ${issue.maximum}）`, en: `is too large or too long (at most ${issue.maximum})` };
    case 'custom':
      // The schemas' own refinements say what they want.
      return { zh: `不符合要求（${issue.message}）`, en: issue.message };
    default:
      return { zh: '不符合格式', en: 'is not of the documented form' };
  }
}
