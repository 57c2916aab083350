/** A reader types a character every few milliseconds; nobody's fingers do. */
const MAX_GAP_MS = 100;
/** Shorter is no code: a word that somebody types quickly. */
const MIN_LENGTH = 8;
const MAX_LENGTH = 8_192;
/** How long after the last character a reader that sends no line end is done. */
const QUIET_MS = 200;
const ENDS = new Set(['Enter', 'Tab']);

/**
 * Listens for scanners that type, wherever the focus is but in a field. While one types, its line end presses no button
 * and its TAB leaves no place.
 */
export function listenForWedge(onScan: (text: string) => void): () => void {
  let typed = '';
  let lastMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const finish = () => {
    clearTimeout(timer);
    const text = typed;
    typed = '';
    if (text.length >= MIN_LENGTH) onScan(text);
  };

  const onKey = (event: KeyboardEvent) => {
    if (isField(event.target) || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    // When the key was pressed, and not when a page that was busy came to hear of it: a code must not lose its beginning.
    const pressedMs = event.timeStamp;
    if (pressedMs - lastMs > MAX_GAP_MS) typed = '';
    if (ENDS.has(event.key)) {
      if (typed.length < MIN_LENGTH) return;
      event.preventDefault();
      event.stopPropagation();
      finish();
      return;
    }
    if (event.key.length !== 1 || typed.length >= MAX_LENGTH) return;
    // A space inside a burst is part of a code and not a press of the button in focus.
    if (typed !== '') event.preventDefault();
    typed += event.key;
    lastMs = pressedMs;
    clearTimeout(timer);
    timer = setTimeout(finish, QUIET_MS);
  };

  addEventListener('keydown', onKey, { capture: true });
  return () => {
    clearTimeout(timer);
    removeEventListener('keydown', onKey, { capture: true });
  };
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}
