import type { RefObject, TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A cell, by its row and its column from 0 on. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

const STEPS = new Map<string, Place>([
  ['ArrowUp', { row: -1, column: 0 }],
  ['ArrowDown', { row: 1, column: 0 }],
  ['ArrowLeft', { row: 0, column: -1 }],
  ['ArrowRight', { row: 0, column: 1 }],
]);

interface GridKeys {
  readonly table: RefObject<HTMLTableElement | null>;
  readonly active: Place | undefined;
  /** Takes the stop to the first cell of a row. */
  readonly goTo: (row: number) => void;
  readonly onKeyDown: (event: TargetedKeyboardEvent<HTMLElement>) => void;
}

/**
 * One cell takes part in the order of tabs, and arrow keys move which: a thousand cells are one stop. `places`: row by
 * row; `asked`: the one that is looked at, where it begins.
 */
export function useGridKeys(places: readonly Place[], asked: Place | undefined): GridKeys {
  const table = useRef<HTMLTableElement>(null);
  const [wanted, setWanted] = useState<Place | undefined>();
  // Provinces come and go; the cell stays one that is there.
  const active = places.find((place) => isAt(place, wanted)) ?? asked ?? places[0];
  const isMoved = useRef(false);
  // Once it is drawn: on a phone the row that it is moved to was not there before.
  useLayoutEffect(() => {
    const found = isMoved.current && wanted && table.current?.querySelector(`[data-at="${placeName(wanted)}"]`);
    if (found instanceof HTMLElement) found.focus();
    isMoved.current = false;
  }, [wanted]);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const step = STEPS.get(event.key);
    if (step === undefined || active === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    isMoved.current = true;
    setWanted(nextFrom(active, step, places));
  };
  const goTo = (wantedRow: number) => setWanted(places.find(({ row }) => row === wantedRow));
  return { table, active, goTo, onKeyDown };
}

/** Tells places apart within a page. */
export function placeName({ row, column }: Place): string {
  return `${row}-${column}`;
}

export function isAt(place: Place, other: Place | undefined): boolean {
  return place.row === other?.row && place.column === other.column;
}

/** The nearest cell that way, past places that hold none. */
function nextFrom(from: Place, step: Place, places: readonly Place[]): Place {
  const ahead = places.filter(({ row, column }) =>
    step.row === 0
      ? row === from.row && (column - from.column) * step.column > 0
      : column === from.column && (row - from.row) * step.row > 0,
  );
  return (step.row + step.column > 0 ? ahead[0] : ahead.at(-1)) ?? from;
}
