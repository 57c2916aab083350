import { noOptions, startedWith } from '../program-options.ts';
import { packageName, readLock, shippedPackages } from './shipped-packages.ts';

const HELP = `Usage: npm run licences

Says whose code an installed node runs, and under which licence: from the lock file, without what is for development. At once.
npm run sbom writes the same as CycloneDX.

Options:
  --help  print this

Exit code: 0 a public body can take all of them over as they are, 1 one is to be looked at, 2 wrong usage.
`;
startedWith(HELP, noOptions);

/** Permissive ones: notice and text go along, nothing else is asked for. */
const TAKEN: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

const shipped = shippedPackages(readLock());
const byLicence = Map.groupBy(shipped, ([path, { license }]) => license ?? `none stated: ${packageName(path)}`);
for (const [licence, packages] of [...byLicence].sort(([a], [b]) => a.localeCompare(b))) {
  const names = packages.map(
    ([path, { version, optional, devOptional }]) =>
      `${packageName(path)}@${version}${optional === true || devOptional === true ? ' (optional)' : ''}`,
  );
  process.stdout.write(`${licence} (${packages.length})\n  ${names.sort().join('\n  ')}\n`);
}
const refused = [...byLicence.keys()].filter((licence) => !termsOf(licence).every((term) => TAKEN.has(term)));
process.stdout.write(`${shipped.length} packages, ${byLicence.size} licences\n`);
if (refused.length > 0) {
  console.error(`to be looked at by somebody who knows licences: ${refused.join(', ')}`);
  process.exitCode = 1;
}

/** An SPDX expression's terms, all of which apply. A choice (`OR`) is left for somebody to look at. */
function termsOf(licence: string): string[] {
  return licence.replace(/^\((.+)\)$/, '$1').split(' AND ');
}
