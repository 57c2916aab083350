import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../import-graph.ts';

/** One instruction of a stage; `text` is what stands behind its name, on one line. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}
export interface Stage {
  readonly name: string;
  /** Another stage, or an image. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

const argvSchema = z.array(z.string()).min(1);

/** The stages of deploy/Dockerfile, in their order, with the defaults of its arguments put in. */
export function readDockerfile(): readonly Stage[] {
  const lines = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ');
  const args = new Map<string, string>();
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of lines.split('\n').filter((text) => text.trim() !== '')) {
    const [, name = '', given = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    const text = given.replace(/\$\{(\w+)\}/g, (_whole, arg: string) => args.get(arg) ?? '').trim();
    const [first = '', ...rest] = text.split(/ AS |=/);
    if (name === 'ARG') args.set(first, rest.join('='));
    else if (name === 'FROM') stages.push({ from: first, name: rest[0] ?? '', instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text });
  }
  return stages;
}

/** Stages that one is made from, the innermost first, and itself at the end. Throws for a stage that there is not. */
export function stagesUnder(stages: readonly Stage[], target: string): readonly Stage[] {
  const stage = stages.find(({ name }) => name === target);
  if (stage === undefined) throw new Error(`no stage ${target}`);
  const below = stages.find(({ name }) => name === stage.from);
  return [...(below === undefined ? [] : stagesUnder(stages, below.name)), stage];
}

/** What the last instruction of that name says, in a stage or below it; empty where there is none. */
export function lastOf(stages: readonly Stage[], name: string): string {
  return stages.flatMap(({ instructions }) => instructions).findLast((one) => one.name === name)?.text ?? '';
}

/** A command in the form of a JSON array, wherever in the text it begins. */
export function argvIn(text: string): readonly string[] {
  return argvSchema.parse(JSON.parse(text.slice(text.indexOf('['))));
}

/** `NAME=value` pairs. */
export function pairsIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(' ')
      .filter(Boolean)
      .map((pair) => pair.split('=')),
  );
}
