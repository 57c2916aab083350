import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { type ScannedLine, scannedLines } from '../../../schemas/scanned-lines.ts';
import { BATCH_TEXTS, stoppedText } from '../../../schemas/texts/batch.ts';
import { isMendedBySigningIn, type Problem, whyOf } from '../asking/outcome.ts';
import type { Asking } from '../asking/put-question.ts';
import type { VenueAccess } from '../asking/venue-access.ts';
import { listenForWedge } from '../reading/wedge.ts';
import { say } from '../shell/language.ts';
import { askBatch, type ShownRow } from './ask-batch.ts';
import { BatchResults } from './batch-results.tsx';
import './batch.css';

const MAX_LINES = 1_000;
/** A thousand of the longest codes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

interface BatchProps {
  readonly asking: () => Promise<Asking>;
  readonly onRows: (rows: readonly ShownRow[]) => void;
  readonly onProblem: (problem: Problem) => void;
  readonly onLeave: () => void;
  /** How one signs in, where nobody is. */
  readonly wayIn: ComponentChildren;
  readonly isSomebody: boolean;
  /** How this page comes to ask as a venue. */
  readonly way: VenueAccess['way'];
  /** What is wrong with this device: below the heading. */
  readonly children: ComponentChildren;
}

/** Why it was not begun, or ended before; and what to do where that is not plain. */
interface Fault {
  readonly text: LocalisedText;
  readonly next: LocalisedText | null;
  /** Whether the rest is checked as soon as somebody has signed in. */
  readonly isMendedBySigningIn?: boolean;
}

/** Of a whole coach, and not of the one code and person of which the same is said alone. */
function faultOf(problem: Problem, way: VenueAccess['way']): Fault {
  if (problem.code === 'gateway_unreachable') return { text: BATCH_TEXTS.no_network, next: BATCH_TEXTS.away_next };
  // A sandbox lends another token to whoever goes on.
  const isMended = isMendedBySigningIn(problem) && way !== 'sandbox';
  const next = isMended ? BATCH_TEXTS.sign_in_next : BATCH_TEXTS.stopped_next;
  return { text: whyOf(problem, way), next, isMendedBySigningIn: isMended };
}

/** Many codes at once, for a coach or a train. Codes and results are in this view's memory alone. */
export function Batch({ asking, onRows, onProblem, onLeave, wayIn, isSomebody, way, children }: BatchProps) {
  const [text, setText] = useState('');
  const [waiting, setWaiting] = useState<readonly ScannedLine[]>([]);
  const [rows, setRows] = useState<readonly ShownRow[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  /** The run that is under way; what comes of one that was stopped is nobody's. */
  const current = useRef<object | null>(null);
  const name = useRef<HTMLHeadingElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    field.current?.focus();
    const add = (code: string) =>
      setText((before) => `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${code}\n`);
    const stop = listenForWedge(add);
    return () => {
      stop();
      current.current = null;
    };
  }, []);

  const run = async (lines: readonly ScannedLine[]) => {
    const mine = {};
    current.current = mine;
    const isWanted = () => current.current === mine;
    setRunning(true);
    setFault(null);
    let left = lines;
    const take = (more: readonly ShownRow[]) => {
      left = left.slice(more.length);
      setWaiting(left);
      setRows((before) => [...before, ...more]);
      onRows(more);
    };
    const problem = await askBatch(lines, await asking(), { onRows: take, isWanted });
    if (!isWanted()) return;
    setWaiting(left);
    setRunning(false);
    if (problem === null) return;
    setFault(faultOf(problem, way));
    onProblem(problem);
  };
  useEffect(() => {
    if (!isSomebody || fault?.isMendedBySigningIn !== true || waiting.length === 0) return;
    name.current?.focus();
    void run(waiting);
  }, [isSomebody]);
  const start = () => {
    const lines = scannedLines(text);
    const refused = lines.length === 0 ? BATCH_TEXTS.none : lines.length > MAX_LINES ? BATCH_TEXTS.too_many : null;
    if (refused !== null) return setFault({ text: refused, next: null });
    // Nobody else reads them off the screen.
    setText('');
    setRows([]);
    setWaiting(lines);
    void run(lines);
  };
  const stop = () => {
    current.current = null;
    setRunning(false);
    setFault({ text: BATCH_TEXTS.stopped_by_hand, next: null });
    name.current?.focus();
  };
  const takeFile = async (file: File) => {
    if (file.size > MAX_FILE_BYTES) return setFault({ text: BATCH_TEXTS.too_many, next: null });
    setText(await file.text());
  };

  const total = rows.length + waiting.length;
  const isStopped = !isRunning && waiting.length > 0;
  /** Signing in is then the way on, and this page goes on by itself. */
  const isForSigningIn = fault?.isMendedBySigningIn === true && !isSomebody;
  return (
    <section
      class="batch"
      aria-labelledby="batch-name"
      data-batch={isRunning ? 'running' : total === 0 ? 'empty' : isStopped ? 'stopped' : 'done'}
    >
      <h1 id="batch-name" ref={name} tabIndex={-1}>
        {say(BATCH_TEXTS.heading)}
      </h1>
      {children}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isRunning && !(isStopped && text.trim() === '')) start();
        }}
      >
        <label for="codes">{say(BATCH_TEXTS.codes)}</label>
        <textarea
          id="codes"
          ref={field}
          rows={total === 0 ? 6 : 2}
          value={text}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby="codes-hint"
          onInput={(event) => {
            setText(event.currentTarget.value);
            // What was said of lines that are others now; a batch that has stopped is still to be gone on with.
            if (waiting.length === 0) setFault(null);
          }}
        />
        <p id="codes-hint" class="quiet">
          {say(BATCH_TEXTS.codes_hint)}
        </p>
        <label class="file button">
          {say(BATCH_TEXTS.file)}
          <input
            type="file"
            accept="text/plain,text/csv,.txt"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file !== undefined) void takeFile(file);
              currentTarget.value = '';
            }}
          />
        </label>
        <p class="tools">
          <button
            type="submit"
            class={isStopped ? undefined : 'primary'}
            aria-disabled={isRunning || (isStopped && text.trim() === '')}
          >
            {say(BATCH_TEXTS.start)}
          </button>
          <button type="button" onClick={onLeave}>
            {say(BATCH_TEXTS.one)}
          </button>
        </p>
      </form>
      {total > 0 && <progress aria-label={say(BATCH_TEXTS.progress)} value={rows.length} max={total} />}
      {isRunning && (
        <p class="tools">
          <strong>{say(BATCH_TEXTS.running)}</strong>
          <button type="button" onClick={stop}>
            {say(BATCH_TEXTS.stop)}
          </button>
        </p>
      )}
      {fault !== null && (
        <p class="notice" role="alert">
          {waiting[0] !== undefined && (
            <strong class="stopped">
              {say(stoppedText({ line: waiting[0].line, checked: rows.length, total }))}
              {say({ zh: '。', en: '. ' })}
            </strong>
          )}
          {say(fault.text)}
          {say({ zh: '。', en: '. ' })}
          {fault.next !== null && say(fault.next)}
          {fault.next !== null && say({ zh: '。', en: '. ' })}
          {waiting.length > 0 && (
            <button
              type="button"
              class={isForSigningIn ? undefined : 'primary'}
              onClick={() => {
                name.current?.focus();
                void run(waiting);
              }}
            >
              {say(BATCH_TEXTS.go_on)}
            </button>
          )}
        </p>
      )}
      {wayIn}
      {rows.length > 0 && (
        <BatchResults
          rows={rows}
          total={total}
          isRunning={isRunning}
          onClear={() => {
            setRows([]);
            setWaiting([]);
            setFault(null);
            name.current?.focus();
          }}
        />
      )}
    </section>
  );
}
