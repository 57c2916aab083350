import { randomInt } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFreePort } from './free-port.ts';

/**
 * Where this run keeps the data of sandboxes that have been founded: `vitest.config.ts` sets it. Founding takes longer
 * than starting, and what is founded is the same each time.
 */
export const FOUNDED_SANDBOXES = 'FOUNDED_SANDBOXES';

/** Above those that tests choose by `freePort`, and below those that a kernel hands out: others take none of them. */
const PORTS = { from: 30_000, to: 32_000 };
/** Settings under which the same nation is founded. */
const SAME_NATION = new Set(['HUREN_LOG_LEVEL', 'HUREN_CLIENT_RATE', 'HUREN_PROVINCE_RATE']);

/** The data of a sandbox that has been founded at a port, which nobody else has until it is given back. */
export interface FoundedSandbox {
  readonly port: number;
  /** What was written as it was founded. */
  readonly output: string;
  /** Copies what was founded; what the copy comes to stays there. */
  readonly copyTo: (folder: string) => void;
  readonly giveBack: () => void;
}

/** Founds a sandbox in a folder, at a port, ends it, and gives what it wrote. */
export type Found = (folder: string, port: number) => Promise<string>;

/** A founded sandbox that is free, or one that is founded now; null where these settings need one of their own. */
export async function takeFounded(env: Readonly<Record<string, string>>, found: Found): Promise<FoundedSandbox | null> {
  const shelf = process.env[FOUNDED_SANDBOXES];
  if (shelf === undefined || Object.keys(env).some((name) => !SAME_NATION.has(name))) return null;
  mkdirSync(shelf, { recursive: true });
  const ports = readdirSync(shelf)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  for (const port of ports) if (await isTaken(shelf, port)) return founded(shelf, port);
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (ports.includes(port) || !(await isTaken(shelf, port))) continue;
    const draft = join(shelf, `${port}.draft`);
    writeFileSync(outputOf(shelf, port), await found(draft, port));
    renameSync(draft, join(shelf, String(port)));
    return founded(shelf, port);
  }
}

function founded(shelf: string, port: number): FoundedSandbox {
  return {
    port,
    output: readFileSync(outputOf(shelf, port), 'utf8'),
    copyTo: (folder) => cpSync(join(shelf, String(port)), folder, { recursive: true, preserveTimestamps: true }),
    giveBack: () => rmdirSync(lockOf(shelf, port)),
  };
}

/** Takes a port for this process alone, if nobody has it and nothing listens there. */
async function isTaken(shelf: string, port: number): Promise<boolean> {
  try {
    mkdirSync(lockOf(shelf, port));
  } catch {
    return false;
  }
  if (await isFreePort(port)) return true;
  rmdirSync(lockOf(shelf, port));
  return false;
}

function outputOf(shelf: string, port: number): string {
  return join(shelf, `${port}.output`);
}

function lockOf(shelf: string, port: number): string {
  return join(shelf, `${port}.taken`);
}
