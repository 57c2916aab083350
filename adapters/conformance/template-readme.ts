import { PROVINCES } from '../../schemas/code-lists/index.ts';
import type { TemplateChoice } from './template.ts';

/** What each blank asks for. A blank that the files of a new folder do not have is left out of its README. */
const BLANKS = [
  ['FILL_NAME_ZH', 'what holders call the code, in Chinese'],
  ['FILL_NAME_EN', 'the same in English'],
  ['FILL_PREFIX', 'what every code starts with and no other system uses; correct `length` and `alphabet` too'],
  ['FILL_ISSUER', 'the `iss` of the signed codes'],
  ['FILL_GREEN', 'the value that stands for 绿码, in both files'],
  ['FILL_YELLOW', 'the value that stands for 黄码, in both files'],
  ['FILL_RED', 'the value that stands for 红码, in both files'],
  ['FILL_SOURCE', 'the published rule on who may assign: title, number, date'],
  ['FILL_REMEDY_ZH', 'where a holder turns when a status is wrong, in Chinese'],
  ['FILL_REMEDY_EN', 'the same in English'],
  ['FILL_PHONE', 'its telephone number'],
] as const;

/** The README of a new folder whose other files are `texts`: what to fill, then what to run. */
export function readmeTemplate({ province, driver, name }: TemplateChoice, texts: readonly string[]): string {
  const { zh, en } = PROVINCES[province];
  const blanks = BLANKS.filter(([blank]) => texts.some((text) => text.includes(blank))).map(
    ([blank, asks]) => `| \`${blank}\` | ${asks} |`,
  );
  return `# ${province} ${en}, ${zh}

Marks: **[S]** a source document, **[P]** public pages or published code, **sandbox** our assumption.

| What | Value | Mark |
|---|---|---|
| States | red, yellow, green | sandbox |
| Code | | sandbox |
| Who assigns | | sandbox |
| Remedy | | sandbox |
| Protocol | \`${driver}\` | sandbox |
| Member names, reply codes | | sandbox |

## Fill the blanks

Replace each blank everywhere in \`manifest.json\` and \`fixtures/scenarios.json\`:

| Blank | What belongs there |
|---|---|
${blanks.join('\n')}

Then make the tables true. A state that the system has and this template has not goes into three places: the table in
\`manifest.json\` (by its own name; what has no national meaning maps to \`indeterminate\`), \`documented\` and a scenario in
\`fixtures/scenarios.json\`. Delete this section when it is done.

## Try it

\`\`\`
huren adapter check adapters/provinces/${province}-${name.replace(/-.*/, '')}
huren adapter test adapters/provinces/${province}-${name.replace(/-.*/, '')}
\`\`\`
`;
}
