import type { TimeShares } from './observation.ts';

/** A node of a V8 CPU profile, as far as it is read here. */
export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[] | undefined;
}

export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Node by node, what each sample found, and microseconds since the one before. */
  readonly samples?: readonly number[] | undefined;
  readonly timeDeltas?: readonly number[] | undefined;
}

/** Nothing to do, and what it takes to watch. */
const NOT_WORK: ReadonlySet<string> = new Set(['(idle)', 'node:inspector']);
const MOST_FUNCTIONS = 30;

/**
 * Divides the busy time of a profile among the parts of the program: a room of the gateway, a package, a part of node.
 * What has no file of its own, such as JSON.parse, counts for whoever calls it.
 */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: CpuProfile): TimeShares {
  const places = placesOf(nodes);
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let busyUs = 0;
  for (const [at, id] of samples.entries()) {
    const place = places.get(id);
    if (place === undefined || NOT_WORK.has(place.part)) continue;
    const us = timeDeltas[at] ?? 0;
    busyUs += us;
    parts.set(place.part, (parts.get(place.part) ?? 0) + us);
    functions.set(place.function, (functions.get(place.function) ?? 0) + us);
  }
  return { parts: ranked(parts, busyUs), functions: ranked(functions, busyUs).slice(0, MOST_FUNCTIONS) };
}

interface Place {
  readonly part: string;
  readonly function: string;
}

function placesOf(nodes: readonly ProfileNode[]): Map<number, Place> {
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child): [number, number] => [child, id])),
  );
  const places = new Map<number, Place>();
  // A profile lists every caller before what it calls.
  for (const { id, callFrame } of nodes) {
    const caller = places.get(parents.get(id) ?? -1)?.part ?? '(program)';
    places.set(id, { part: partOf(callFrame, caller), function: nameOf(callFrame) });
  }
  return places;
}

function partOf({ functionName, url }: ProfileNode['callFrame'], caller: string): string {
  if (functionName.startsWith('(')) return functionName === '(root)' ? '(program)' : functionName;
  if (url === '') return caller;
  const internal = /^node:(?:internal\/)?([a-z0-9_]+)/.exec(url);
  if (internal !== null) return `node:${internal[1]}`;
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url);
  if (inPackage !== null) return inPackage[1] ?? caller;
  const room = /\/((?:gateway|adapters)\/[^/]+|schemas)\//.exec(url);
  return room?.[1] ?? caller;
}

function nameOf({ functionName, url, lineNumber }: ProfileNode['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const file = /((?:[^/]+\/)?[^/]+)$/.exec(url)?.[1] ?? url;
  return `${name} ${file}:${lineNumber + 1}`;
}

function ranked(times: ReadonlyMap<string, number>, busyUs: number): { name: string; share: number }[] {
  return [...times].map(([name, us]) => ({ name, share: us / busyUs })).sort((a, b) => b.share - a.share);
}
