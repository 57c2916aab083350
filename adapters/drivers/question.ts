import { stepsOf } from '../pointer.ts';

/** What every driver's settings say about where the code goes. */
export interface QuestionConfig {
  readonly code_member: string;
  readonly within?: string;
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
}

/** The members of a question: texts, and objects of them. */
export interface QuestionMembers {
  readonly [name: string]: string | QuestionMembers;
}

/** The code and the constants beside it, inside the objects in which the system wants them. */
export function questionOf({ code_member, within = '', fields = [] }: QuestionConfig, token: string): QuestionMembers {
  const members: QuestionMembers = Object.fromEntries([
    ...fields.map(({ name, value }) => [name, value]),
    [code_member, token],
  ]);
  return stepsOf(within).reduceRight<QuestionMembers>((inside, step) => ({ [step]: inside }), members);
}

/** The same for a form, which has no objects: one that stands at the top is a field whose value is JSON. */
export function formOf(config: QuestionConfig, token: string): [name: string, value: string][] {
  return Object.entries(questionOf(config, token)).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}
