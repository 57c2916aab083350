import type { LocalScalar } from '../../schemas/driver-exchange.ts';
import type { ReplyTables } from '../../schemas/manifest.ts';

/** A table of the manifest: where it stands (`where`, in the manifest) and which member it reads (`at`, in the record). */
export interface TableRead {
  readonly where: string;
  readonly at: string;
  /** Other ways in which the documentation may name the member: inside a list, an entry has no fixed number. */
  readonly aliases: readonly string[];
  readonly values: readonly { readonly value: LocalScalar; readonly name: string; readonly to: unknown }[];
}

/** Any pointer that the manifest reads, tables among them. */
export interface PointerRead {
  readonly where: string;
  readonly at: string;
}

type AssignmentTable = NonNullable<ReplyTables['assignment']>;

/** Every table of the manifest. Tables inside the list of approvals get the list's pointer and `/*` before their own. */
export function tablesOf(reply: ReplyTables): TableRead[] {
  const tables = [plain('/reply/status', reply.status)];
  if (reply.ground !== undefined) tables.push(plain('/reply/ground', reply.ground));
  tables.push(...reply.flags.map((table, index) => plain(`/reply/flags/${index}`, table)));
  if (reply.origin !== undefined) tables.push(plain('/reply/origin', reply.origin));
  if (reply.assignment !== undefined) tables.push(...assignmentTables(reply.assignment));
  return tables;
}

/** Every place of a record that can change an answer, with the place in the manifest that reads it. */
export function pointersRead(reply: ReplyTables): PointerRead[] {
  const { as_of, handle_at, origin, assignment } = reply;
  const single: [string, string | undefined][] = [
    ['/reply/as_of', as_of.from === 'field' ? as_of.at : undefined],
    ['/reply/handle_at', handle_at],
    ['/reply/origin/reference_at', origin?.reference_at],
    ['/reply/assignment/batch_size_at', assignment?.batch_size_at],
    ['/reply/assignment/instrument_at', assignment?.instrument_at],
    ['/reply/assignment/evidence_filed_at', assignment?.evidence_filed_at],
    ['/reply/assignment/approvals', assignment?.approvals?.at],
  ];
  const others = single.flatMap(([where, at]) => (at === undefined ? [] : [{ where, at }]));
  return [...tablesOf(reply).map(({ where, at }) => ({ where, at })), ...others];
}

/** True when one pointer stands at or above the other: reading either shows the other. */
export function reaches(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function plain(where: string, table: Pick<TableRead, 'at' | 'values'>): TableRead {
  return { where, at: table.at, aliases: [], values: table.values };
}

function assignmentTables({ level, role, action, approvals }: AssignmentTable): TableRead[] {
  const tables = [plain('/reply/assignment/level', level), plain('/reply/assignment/role', role)];
  if (action !== undefined) tables.push(plain('/reply/assignment/action', action));
  if (approvals === undefined) return tables;
  for (const name of ['level', 'role', 'action'] as const) {
    const table = approvals[name];
    tables.push({
      where: `/reply/assignment/approvals/${name}`,
      at: `${approvals.at}/*${table.at}`,
      aliases: [`${approvals.at}${table.at}`, `${approvals.at}/0${table.at}`, `${approvals.at}/-${table.at}`],
      values: table.values,
    });
  }
  return tables;
}
