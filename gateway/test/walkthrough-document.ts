import { readFileSync } from 'node:fs';

/** One block of commands: in whose terminal it is typed, and the lines that it must print. */
export interface WalkthroughStep {
  readonly terminal: string;
  readonly commands: string;
  readonly prints: readonly string[];
  /** Where in the document, for whoever reads a failure. */
  readonly line: number;
}

/** What is typed in every terminal before anything else. */
export const EVERY_TERMINAL = 'every terminal';

const BLOCK = /^```sh\n# (?<terminal>.+)\n(?<commands>[\s\S]*?)^```\n(?:\n```text\n(?<output>[\s\S]*?)^```\n)?/gm;

/** The blocks of a walk-through in their order. The first line of a block of commands names its terminal. */
export function readWalkthrough(path: string): WalkthroughStep[] {
  const text = readFileSync(path, 'utf8');
  const steps = [...text.matchAll(BLOCK)].map(({ index, groups }) => ({
    terminal: groups?.['terminal'] ?? '',
    commands: groups?.['commands'] ?? '',
    prints: (groups?.['output'] ?? '').split('\n').filter((line) => line.trim() !== ''),
    line: text.slice(0, index).split('\n').length,
  }));
  const blocks = text.match(/^```(?:sh|text)$/gm) ?? [];
  const read = steps.length + steps.filter(({ prints }) => prints.length > 0).length;
  if (blocks.length !== read) throw new Error(`${blocks.length - read} blocks name no terminal, or no commands`);
  return steps;
}

/** Replaces the value of an `export` line. Throws where the document has none of that name. */
export function withValue(commands: string, name: string, value: string): string {
  const line = new RegExp(`^export ${name}=.*$`, 'm');
  if (!line.test(commands)) throw new Error(`the document exports no ${name}`);
  return commands.replace(line, `export ${name}='${value}'`);
}

/** What has no room goes on below, four cells further in: where a line ends depends on how long somebody's paths are. */
export function joined(text: string): string {
  return text
    .replaceAll(/(?<=\p{Script=Han})\n {4,}(?=\p{Script=Han})/gu, '')
    .replaceAll(/\n {4,}(?=\S)/g, ' ')
    .replaceAll(/(?<=\S) {2,}/g, ' ');
}

/** The first of the lines that `output` does not have, in their order; null: it has all. `…` stands for anything. */
export function missingLine(output: string, lines: readonly string[]): string | null {
  let rest = joined(output)
    .split('\n')
    .map((line) => line.trimEnd());
  for (const line of joined(lines.join('\n')).split('\n')) {
    const at = rest.findIndex((printed) => patternOf(line).test(printed));
    if (at < 0) return line;
    rest = rest.slice(at + 1);
  }
  return null;
}

function patternOf(line: string): RegExp {
  const parts = line.trimEnd().split(/ ?… ?/);
  return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 'u');
}
