import type { Dispatcher } from 'undici';
import type { UpstreamReply, UpstreamRequest } from '../../adapters/drivers/driver.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { GatheredBytes } from '../../schemas/bounded-bytes.ts';
import { BoundedLines } from './bounded-lines.ts';
import type { Deadline } from './deadlines.ts';

/** Throws UpstreamError at a line that should not be there: the rest is then left unread. */
export interface LineReader {
  readonly most: number;
  readonly onLine: (line: string) => void;
}

export interface ExchangeTerms {
  readonly deadline: Deadline;
  readonly maxBytes: number;
  /** A reply of status 200 is lines, which go there as they come; its body is empty then. */
  readonly lines: LineReader | undefined;
  /** Its answer has begun to come. */
  readonly begun: () => void;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Sends one request, and calls `resolve` with its whole reply. Handles what the pool tells it by itself: a stream for each
 * reply and a signal for each request cost as much as the request. Calls `reject` with UpstreamError `timeout` and
 * `oversize`, with `Unanswered`, and with whatever else the pool or a line comes to. What it is told after a first call is to
 * be ignored.
 */
export function exchange(
  pool: Dispatcher,
  request: UpstreamRequest,
  terms: ExchangeTerms,
  resolve: (reply: UpstreamReply) => void,
  reject: (error: unknown) => void,
): void {
  const { method, path, headers, body = null } = request;
  pool.dispatch({ method, path, headers, body }, new Exchange(terms, resolve, reject));
}

/** It failed before the first byte of a reply. Every question here is a query, so it is safe to ask again. */
export class Unanswered extends Error {
  constructor(cause: unknown) {
    super('no reply', { cause });
  }
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #terms: ExchangeTerms;
  readonly #resolve: (reply: UpstreamReply) => void;
  readonly #reject: (error: unknown) => void;
  readonly #body: GatheredBytes;
  #controller: Dispatcher.DispatchController | null = null;
  #head: Omit<UpstreamReply, 'body'> | null = null;
  #lines: BoundedLines | null = null;
  /** Why it was given up; the pool hears of it as soon as it has a connection to give up. */
  #givenUp: Error | null = null;

  constructor(terms: ExchangeTerms, resolve: (reply: UpstreamReply) => void, reject: (error: unknown) => void) {
    this.#terms = terms;
    this.#body = new GatheredBytes(terms.maxBytes);
    this.#resolve = resolve;
    this.#reject = reject;
    terms.deadline.onOver = () => {
      this.#giveUp(new UpstreamError('timeout', 'the other side did not answer in time'));
    };
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#givenUp !== null) controller.abort(this.#givenUp);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return;
    this.#head = { status, headers: flat(headers) };
    const { lines, maxBytes } = this.#terms;
    if (lines === undefined || status !== 200) return;
    this.#lines = new BoundedLines({ most: lines.most, maxBytes }, (line) => {
      this.#terms.begun();
      lines.onLine(line);
    });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#lines !== null) {
      this.#attempt(this.#lines, (lines) => lines.take(chunk));
      return;
    }
    if (!this.#body.add(chunk)) this.#giveUp(new UpstreamError('oversize', 'the reply is larger than allowed'));
  }

  onResponseEnd(): void {
    this.#terms.deadline.onOver = null;
    if (this.#lines !== null) this.#attempt(this.#lines, (lines) => lines.end());
    if (this.#head !== null) this.#resolve({ ...this.#head, body: this.#body.whole() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#terms.deadline.onOver = null;
    // To have it given up is what the pool was told.
    if (this.#givenUp === null) this.#reject(this.#head === null ? new Unanswered(error) : error);
  }

  #attempt(lines: BoundedLines, read: (lines: BoundedLines) => void): void {
    try {
      read(lines);
    } catch (error) {
      this.#giveUp(error instanceof Error ? error : new Error('a line cannot be read'));
    }
  }

  /** Once it was given up nothing that still comes changes what it came to. */
  #giveUp(error: Error): void {
    this.#terms.deadline.onOver = null;
    this.#givenUp ??= error;
    this.#reject(error);
    this.#controller?.abort(error);
  }
}

function flat(headers: Headers): Readonly<Record<string, string>> {
  return isFlat(headers) ? headers : flattened(headers);
}

function isFlat(headers: Headers): headers is Readonly<Record<string, string>> {
  for (const name in headers) if (typeof headers[name] !== 'string') return false;
  return true;
}

function flattened(headers: Headers): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) all[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return all;
}
