import { hash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readIfThere, writePrivateFile } from '../keys/private-file.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';

/** Two signed checkpoints of one log that contradict each other, as published. */
export interface ForkEvidence {
  readonly ours: string;
  readonly theirs: string;
  /** Who showed the other one: an address. */
  readonly shownBy: string;
}

/** One file of evidence; null where it cannot be read as such. */
export interface KeptEvidence {
  readonly file: string;
  readonly evidence: ForkEvidence | null;
}

/** Keeps both sides of a fork as one private file beside the kept checkpoint. Gives its path. */
export function keepEvidence(checkpointPath: string, { ours, theirs, shownBy }: ForkEvidence): string {
  const evidence = join(dirname(checkpointPath), `fork-${parseCheckpoint(theirs).size}.txt`);
  const text = `${OURS}${ours}\nshown by ${shownBy}:\n${theirs}`;
  const known = readIfThere(evidence);
  if (known === text) return evidence;
  const free = known === null ? evidence : evidence.replace(/\.txt$/, `-${shortHash(text)}.txt`);
  writePrivateFile(free, text);
  return free;
}

/** Every file of evidence in a directory, by name. */
export function readEvidence(folder: string): KeptEvidence[] {
  const names = readdirSync(folder).filter((name) => /^fork-\d+(-[0-9a-f]+)?\.txt$/.test(name));
  return names.sort().map((file) => ({ file, evidence: parseEvidence(readIfThere(join(folder, file)) ?? '') }));
}

const OURS = 'known here:\n';
/** Between the two notes. One that imitates it in an extension line makes the file unreadable here, and says enough to a person. */
const SHOWN_BY = /\nshown by (\S+):\n/;

function parseEvidence(text: string): ForkEvidence | null {
  const [ours = '', shownBy, theirs] = text.slice(OURS.length).split(SHOWN_BY);
  if (!text.startsWith(OURS) || shownBy === undefined || theirs === undefined) return null;
  try {
    parseCheckpoint(ours);
    parseCheckpoint(theirs);
  } catch (error) {
    if (error instanceof LogError) return null;
    throw error;
  }
  return { ours, theirs, shownBy };
}

function shortHash(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 8);
}
