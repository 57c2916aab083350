import type { z } from 'zod';
import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { sayCoded } from '../../schemas/texts/coded.ts';
import { SCHEMA_FAULT_LISTS, SCHEMA_FAULT_TEXTS, schemaFault } from '../../schemas/texts/schema-faults.ts';

/** What is wrong with a document, and where (a JSON pointer). */
interface Fault extends LocalisedText {
  readonly at: string;
}

/** The first fault of a document in our own words. */
export function faultText(error: z.ZodError): Fault {
  const [issue] = error.issues;
  if (issue === undefined) return { at: '/', ...SCHEMA_FAULT_TEXTS.schema_form };
  const words = sayCoded(SCHEMA_FAULT_TEXTS, schemaFault(issue), SCHEMA_FAULT_LISTS);
  return { at: `/${issue.path.join('/')}`, ...(words ?? SCHEMA_FAULT_TEXTS.schema_form) };
}
