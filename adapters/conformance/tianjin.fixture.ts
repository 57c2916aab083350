import { z } from 'zod';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Scenarios } from '../../schemas/scenarios.ts';
import type { TemplateFile } from './template.ts';

/** What somebody from Tianjin would write over the blanks of a new folder. */
const FILLED = new Map([
  ['FILL_NAME_ZH', '天津健康码'],
  ['FILL_NAME_EN', 'Tianjin health code'],
  ['FILL_PREFIX', 'TJJKM'],
  ['FILL_ISSUER', 'urn:huren:sandbox:tianjin'],
  ['FILL_GREEN', 'GREEN'],
  ['FILL_YELLOW', 'YELLOW'],
  ['FILL_RED', 'RED'],
  ['FILL_SOURCE', 'General practice 2021-2022: epidemic headquarters decide, operators only execute'],
  ['FILL_REMEDY_ZH', '天津市12345政务服务便民热线'],
  ['FILL_REMEDY_EN', 'Tianjin 12345 hotline'],
  ['FILL_PHONE', '12345'],
]);

const ORANGE = 'ORANGE';

export interface Folder {
  readonly manifest: { reply: { status: { values: unknown[] } } };
  readonly scenarios: { documented: { values: unknown[] }[]; scenarios: unknown[] };
}

const folderSchema = z.object({
  manifest: z.looseObject({
    reply: z.looseObject({ status: z.looseObject({ values: z.array(z.unknown()) }) }),
  }),
  scenarios: z.looseObject({
    documented: z.array(z.looseObject({ at: z.string(), values: z.array(z.unknown()) })),
    scenarios: z.array(z.unknown()),
  }),
});

/** The files of `adapter init` with every blank replaced, parsed. */
export function withBlanksFilled(files: readonly TemplateFile[]): Folder {
  const read = (path: string): unknown => {
    const text = files.find((file) => file.path === path)?.text ?? '';
    return JSON.parse(text.replaceAll(/FILL_[A-Z_]+/g, (blank) => FILLED.get(blank) ?? blank));
  };
  return folderSchema.parse({ manifest: read('manifest.json'), scenarios: read('fixtures/scenarios.json') });
}

/** Adds orange in the three places that the template's README names. */
export function withOrange(folder: Folder): Folder {
  const { manifest, scenarios } = structuredClone(folder);
  const row: Manifest['reply']['status']['values'][number] = {
    value: ORANGE,
    name: '橙码',
    to: 'indeterminate',
    reason: 'no_national_meaning',
  };
  const scenario: Omit<Scenarios['scenarios'][number], 'answer'> = {
    scenario: 'orange',
    shows: '橙码',
    record: { color: ORANGE, updateTime: '2022-01-01 00:00:00' },
    as_of_age_s: 60,
    expected: { status: 'indeterminate', decision: 'refer', reason: 'no_national_meaning' },
  };
  manifest.reply.status.values.push(row);
  scenarios.documented[0]?.values.push(ORANGE);
  scenarios.scenarios.push(scenario);
  return { manifest, scenarios };
}
