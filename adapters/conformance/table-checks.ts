import { LOCAL_STATES } from '../../schemas/code-lists/index.ts';
import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import type { LocalScalar } from '../../schemas/driver-exchange.ts';
import { writeCoded } from '../../schemas/texts/coded.ts';
import { detail, finding, inManifest, inScenarios } from './finding.ts';
import { pointersRead, reaches, type TableRead, tablesOf } from './reads.ts';
import { isDigits } from './scenario-reading.ts';
import type { Subject } from './subject.ts';

/** Texts that a record holds where it holds nothing: an empty XML element, a printed null. */
const BLANK_VALUE = /^\s*$|^(?:null|undefined|none|nan)$/i;
const SAYS_NOTHING = /^[\d\s.:_-]*$/;

/** Every documented value is mapped, and nothing else is. */
export function checkDocumented({ manifest, scenarios }: Subject): ConformanceFinding[] {
  const tables = tablesOf(manifest.reply);
  const read = new Set(tables.flatMap(({ at, aliases }) => [at, ...aliases]));
  const unread = scenarios.documented.flatMap(({ at }, index) =>
    read.has(at)
      ? []
      : [finding('documented_unread', inScenarios(`/documented/${index}`), detail('as_written', { text: at }))],
  );
  return [
    ...tables.flatMap((table) => compareWithDocumented(table, documentedFor(table, scenarios.documented))),
    ...unread,
  ];
}

/** The same value twice, or one member read by two tables: what such a record means depends on who reads it. */
export function checkDuplicates({ manifest }: Subject): ConformanceFinding[] {
  const tables = tablesOf(manifest.reply);
  const twice = tables.flatMap(({ where, values }) =>
    repeated(values.map(({ value }) => String(value))).map((index) =>
      finding('duplicate_value', inManifest(`${where}/values/${index}`), detail('stands_earlier')),
    ),
  );
  const shared = repeated(tables.map(({ at }) => at)).flatMap((index) => {
    const table = tables[index];
    const first = tables.find(({ at }) => at === table?.at);
    if (table === undefined || first === undefined || saysBoth(first, table)) return [];
    return [
      finding(
        'shared_pointer',
        inManifest(`${table.where}/at`),
        detail('read_by_too', { at: table.at, where: first.where }),
      ),
    ];
  });
  return [...twice, ...shared];
}

/** One local code may say colour and ground at once (Guangxi's R(A1) to G(C)): then both tables explain all of them. */
function saysBoth(first: TableRead, second: TableRead): boolean {
  if (first.where !== '/reply/status' || second.where !== '/reply/ground') return false;
  const grounds = new Set(second.values.map(({ value }) => String(value)));
  return first.values.length === grounds.size && first.values.every(({ value }) => grounds.has(String(value)));
}

/** A name has one national meaning, so a swapped integer shows: "1" may be any colour, 绿码 may not. */
export function checkNames({ manifest }: Subject): ConformanceFinding[] {
  const contradictions = manifest.reply.status.values.flatMap(({ name, to }, index) =>
    LOCAL_STATES[name] === to
      ? []
      : [
          finding(
            'name_contradicts',
            inManifest(`/reply/status/values/${index}`),
            detail('name_means', { name, means: LOCAL_STATES[name], to }),
          ),
        ],
  );
  const unnamed = tablesOf(manifest.reply).flatMap(({ where, values }) =>
    values.flatMap(({ value, name }, index) =>
      isDigits(value) && SAYS_NOTHING.test(name)
        ? [
            finding(
              'integer_unnamed',
              inManifest(`${where}/values/${index}/name`),
              detail('name_needed', { value: String(value) }),
            ),
          ]
        : [],
    ),
  );
  return [...contradictions, ...unnamed];
}

/** A colour stands on a value that says it. The threat: a missing member that reads as green. */
export function checkBlanks({ manifest }: Subject): ConformanceFinding[] {
  return manifest.reply.status.values.flatMap(({ value, to }, index) =>
    to !== 'indeterminate' && BLANK_VALUE.test(String(value))
      ? [finding('blank_decides', inManifest(`/reply/status/values/${index}`), detail('empty_mapped_to', { to }))]
      : [],
  );
}

/** Vaccination frames and labels never affect risk: nothing that decides may stand at, above or below them. */
export function checkInformational({ manifest }: Subject): ConformanceFinding[] {
  const reads = pointersRead(manifest.reply);
  return manifest.reply.informational.flatMap(({ name, at }, index) =>
    reads
      .filter((read) => reaches(read.at, at))
      .map((read) =>
        finding(
          'informational_read',
          inManifest(`/reply/informational/${index}`),
          detail('member_read_by', { name, where: read.where }),
        ),
      ),
  );
}

/** A reply code, or a status, that means two things is read as one of them by luck. */
export function checkOutcome({ manifest }: Subject): ConformanceFinding[] {
  const { found, expired, unknown, refused = [], busy = [], by_status = [] } = manifest.driver.outcome;
  const codes = [...found, ...expired, ...unknown, ...refused, ...busy].map(String);
  const statuses = by_status.flatMap(({ status, codes: inBody = [null] }) =>
    // Two rows for one code in two places would be decided by which stands first.
    inBody.map((code) =>
      code === null
        ? detail('status_twice', { http: status })
        : detail('code_of_status_twice', { http: status, reply: String(code) }),
    ),
  );
  return [codes.map((reply) => detail('code_twice', { reply })), statuses].flatMap((list) =>
    repeated(list.map(writeCoded)).flatMap((index) => {
      const twice = list[index];
      return twice === undefined ? [] : [finding('outcome_ambiguous', inManifest('/driver/outcome'), twice)];
    }),
  );
}

type Documented = Subject['scenarios']['documented'];

function documentedFor({ at, aliases }: TableRead, documented: Documented): readonly LocalScalar[] | null {
  const entries = documented.filter((entry) => entry.at === at || aliases.includes(entry.at));
  return entries.length === 0 ? null : entries.flatMap(({ values }) => values);
}

function compareWithDocumented(table: TableRead, documented: readonly LocalScalar[] | null): ConformanceFinding[] {
  if (documented === null)
    return [finding('pointer_undocumented', inManifest(`${table.where}/at`), detail('as_written', { text: table.at }))];
  const known = new Set(documented.map(String));
  const mapped = new Set(table.values.map(({ value }) => String(value)));
  const unmapped = [...known]
    .filter((value) => !mapped.has(value))
    .map((value) =>
      finding('value_unmapped', inManifest(`${table.where}/values`), detail('documented_value', { value })),
    );
  const undocumented = table.values.flatMap(({ value, to }, index) => {
    if (known.has(String(value))) return [];
    const decides = table.where === '/reply/status' && to !== 'indeterminate';
    const code = decides ? 'undocumented_decides' : 'value_undocumented';
    const what = detail('mapped_to', { value: String(value), to: String(to) });
    return [finding(code, inManifest(`${table.where}/values/${index}`), what)];
  });
  return [...unmapped, ...undocumented];
}

/** Positions of items that stand earlier in the list as well. */
function repeated(items: readonly string[]): number[] {
  return items.flatMap((item, index) => (items.indexOf(item) < index ? [index] : []));
}
