import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../../keys/private-file.ts';
import { createTestCa, type TestCa } from '../test-ca.ts';
import { NationError } from './nation-error.ts';
import { type NationPlan, type Seat, seatsOf } from './plan.ts';

const CA = 'ca.pem';
const ANCHOR = 'anchor.json';
const CERTIFICATE = 'tls.pem';
const KEY = 'tls-key.pem';

/** The files that a party has of others, and what it proves itself with. */
export function filesIn(dir: string) {
  return {
    caFile: join(dir, CA),
    anchorFile: join(dir, ANCHOR),
    certFile: join(dir, CERTIFICATE),
    keyFile: join(dir, KEY),
  };
}

/** Makes everybody's directory, with a certificate of a new test CA for who listens. Throws NationError `folder_in_use`. */
export async function makePlaces(plan: NationPlan): Promise<void> {
  requireEmpty(plan.dir);
  const ca = await issueCertificates(seatsOf(plan));
  for (const dir of [plan.dir, ...plan.operators.map((person) => person.dir), ...venueDirs(plan)]) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(join(dir, CA), ca.caPem);
  }
}

/** Gives each a certificate for its address in its directory, of a new test CA whose own key nobody keeps. */
export async function issueCertificates(places: readonly Pick<Seat, 'address' | 'dir'>[]): Promise<TestCa> {
  const ca = await createTestCa();
  await Promise.all(places.map((place) => issueCertificate(place, ca)));
  return ca;
}

/** Hands the anchor file to everybody, as an officer would who carries it around. */
export function handOutAnchor(plan: NationPlan): void {
  const from = filesIn(plan.authority.dir).anchorFile;
  const dirs = [plan.dir, ...seatsOf(plan), ...plan.operators, ...venueDirs(plan)].map((place) =>
    typeof place === 'string' ? place : place.dir,
  );
  for (const dir of dirs) if (dir !== plan.authority.dir) copyFileSync(from, filesIn(dir).anchorFile);
}

/** Where a venue keeps what it verifies answers with. */
export function venueDir({ dir }: NationPlan, venue: string): string {
  return join(dir, 'venues', venue);
}

function venueDirs(plan: NationPlan): string[] {
  return plan.provinces.map(({ venue }) => venueDir(plan, venue.venue));
}

async function issueCertificate({ address, dir }: Pick<Seat, 'address' | 'dir'>, ca: TestCa): Promise<void> {
  const { caFile, certFile, keyFile } = filesIn(dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { certPem, keyPem } = await ca.issue({ names: [], addresses: [address] });
  writeFileSync(caFile, ca.caPem);
  writeFileSync(certFile, certPem);
  writePrivateFile(keyFile, keyPem);
}

function requireEmpty(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (readdirSync(dir).length > 0) throw new NationError('folder_in_use', `${dir} is not empty`);
}
