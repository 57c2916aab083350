import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './import-graph.ts';

/** Everything that people are to read, from the root. */
export const DOCUMENTS = [
  'README.md',
  'README.zh-CN.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'THREATS.md',
  'GLOSSARY.md',
  'deploy/RUNBOOK.md',
  'deploy/WALKTHROUGH.md',
  'deploy/capacity.md',
  'deploy/never-valid-by-absence.md',
  ...readdirSync(join(ROOT, 'deploy/guides')).map((page) => `deploy/guides/${page}`),
];

/** A block of a document; `kind`: what stands behind its fence. */
export interface Block {
  readonly kind: string;
  readonly text: string;
}

export function read(document: string): string {
  return readFileSync(join(ROOT, document), 'utf8');
}

export function blocksOf(document: string): Block[] {
  return [...read(document).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
    kind,
    text,
  }));
}

/** The block that begins so, without its last line end. Throws where the document has none. */
export function shownIn(document: string, begins: string): string {
  const block = blocksOf(document).find(({ text }) => text.startsWith(begins));
  if (block === undefined) throw new Error(`${document} shows nothing that begins with ${begins}`);
  return block.text.trimEnd();
}

/** Ages, times, addresses, codes and places in a log are those of one afternoon. */
const OF_ONE_AFTERNOON =
  /\d+(?= s ago| 秒前)|\d{4}-\d\d-\d\dT[\d:.]+Z|https?:\/\/[\w.]+:\d+|YKM\w+|(?<=entry )\d+ of \d+|(?:HUREN_\w+='?[^ ]+ )+/g;

/** A text that people see, without what differs from one run to the next. */
export function withoutItsAfternoon(text: string): string {
  return text
    .replace(OF_ONE_AFTERNOON, (found) => (found.startsWith('HUREN_') ? '' : '…'))
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}
