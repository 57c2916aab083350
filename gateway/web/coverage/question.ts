import { z } from 'zod';
import { provinceCodeSchema, reasonCodeSchema, venueKindSchema } from '../../../schemas/code-lists/index.ts';
import { coverageWindowSchema } from '../../../schemas/coverage.ts';
import { language } from '../shell/language.ts';

const questionSchema = z.object({
  window: coverageWindowSchema.catch('24h'),
  venue_kind: venueKindSchema.nullable().catch(null),
  reason: reasonCodeSchema.nullable().catch(null),
  issuer: provinceCodeSchema.nullable().catch(null),
  destination: provinceCodeSchema.nullable().catch(null),
  province: provinceCodeSchema.nullable().catch(null),
});

/**
 * What the page is asked to show, as its address says it: `issuer` and `destination` name what is looked at closely,
 * `province` one whose own page it is.
 */
export type Question = z.infer<typeof questionSchema>;

/** What an address asks for; whatever it says that is not on a list is not asked for. */
export function questionIn(search: string): Question {
  const query = new URLSearchParams(search);
  const given = (name: string) => query.get(name);
  return questionSchema.parse({
    window: given('window'),
    venue_kind: given('venue_kind'),
    reason: given('reason'),
    issuer: given('issuer'),
    destination: given('destination'),
    province: given('province'),
  });
}

/** The address of this page for a question. */
export function addressOf(question: Question): string {
  return `/coverage?${new URLSearchParams({ lang: language, ...membersOf(question) })}`;
}

/** What the gateway is asked: with `closely` about the issuer and the destination alone. */
export function pathOf(question: Question, closely: boolean): string {
  // A province's own page looks closely at what is shown of its codes.
  const { province, ...asked } = question;
  const closer = province === null ? asked : { ...asked, issuer: province, destination: null };
  const members = membersOf(closely ? closer : { ...asked, issuer: null, destination: null });
  return `/v1/coverage?${new URLSearchParams({ ...members, series: 'hour' })}`;
}

/** Where what is shown can be taken away from: its matrix, or its hours. */
export function exportPathOf(question: Question, format: 'csv' | 'jsonl', hours: boolean): string {
  const { province, ...asked } = question;
  const closer = province === null ? asked : { ...asked, issuer: province };
  const query = new URLSearchParams({ ...membersOf(closer), ...(hours ? { series: 'hour' } : {}), format });
  return `/v1/coverage?${query}`;
}

export function isClose({ issuer, destination, province }: Question): boolean {
  return issuer !== null || destination !== null || province !== null;
}

function membersOf(question: Partial<Question>): Record<string, string> {
  const entries = Object.entries(question).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  return Object.fromEntries(entries);
}
