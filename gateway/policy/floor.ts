import type { Decision, Status } from '../../schemas/status.ts';
import type { Cell } from './cells.ts';

/** How hard a decision is on the holder. */
export const STRICTNESS: Readonly<Record<Decision, number>> = { pass: 0, refer: 1, restrict: 2 };

/** Only a green passes, and only one that is in date and shows no pop-up. */
export function mayPass(cell: Cell): boolean {
  return cell.status === 'green' && cell.age_band !== 'too_old' && !cell.popup;
}

/**
 * Only a substantiated yellow or red restricts, and only on a current answer. A stale or outdated non-green is
 * `refer`: the assignment may have been lifted since, nobody can ask, and a person at the door still looks at it. So
 * neither the holder's right nor the safety of the venue hangs on an old answer.
 */
export function mayRestrict(cell: Cell): boolean {
  return cell.status !== 'green' && cell.provenance !== 'none' && !cell.stale && cell.age_band !== 'too_old';
}

/** What holds after any table, whoever wrote it: a decision that the cell cannot carry becomes `refer`. */
export function holdToFloor(cell: Cell, decision: Decision): Decision {
  switch (decision) {
    case 'pass':
      return mayPass(cell) ? 'pass' : 'refer';
    case 'restrict':
      return mayRestrict(cell) ? 'restrict' : 'refer';
    case 'refer':
      return 'refer';
  }
}

/** The status a venue gets to see. A colour that restricts nobody is not shown at a door. */
export function shownStatus(cell: Cell, decision: Decision): Status {
  if (cell.status === 'green') return 'green';
  return decision === 'restrict' ? cell.status : 'indeterminate';
}
