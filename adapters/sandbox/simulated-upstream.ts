import type { IncomingMessage, ServerResponse } from 'node:http';
import { readTextUpTo } from '../../schemas/bounded-bytes.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { compileTranslator } from '../translate.ts';
import type { Agencies } from './agencies.ts';
import { FaultGate } from './fault-gate.ts';
import { makeKey, type SandboxKey } from './keys.ts';
import { createSimulatedServer, type Listening, listenOnLoopback } from './listen.ts';
import { NonceBook } from './nonce-book.ts';
import { RecordBook, type Shown } from './record-book.ts';
import { RequestLog } from './request-log.ts';
import { type StatementSigner, spoilSignature } from './statement-signer.ts';
import type { ReceivedRequest, Wire, WireAnswer, WireReply } from './wire.ts';
import { openWire } from './wires.ts';

const MAX_REQUEST_BYTES = 65_536;
/** Longer than any client keeps a connection idle, so that it is never we who close one in use. */
const KEEP_ALIVE_MS = 120_000;

/** One province's stand-in on a port of its own. */
export interface SimulatedUpstream {
  readonly manifest: Manifest;
  readonly origin: string;
  readonly wire: Wire;
  readonly agencies: Agencies;
  readonly book: RecordBook;
  readonly faults: FaultGate;
  readonly log: RequestLog;
  readonly close: () => void;
}

export interface UpstreamSettings {
  readonly manifest: Manifest;
  /** Null where the manifest declares no statement. */
  readonly signer: StatementSigner | null;
  readonly agencies: Agencies;
  /** For systems whose code is itself signed. */
  readonly codeCurve: 'P-256' | 'SM2';
  /** Of systems that publish signed documents; one that dies with this process unless it is given. */
  readonly publishingKey?: () => SandboxKey;
  readonly nowMs: () => number;
  /** Plain http on a free port of 127.0.0.1 unless it says otherwise. */
  readonly listening?: Listening;
}

/** Starts the stand-in of one system. */
export async function startUpstream(settings: UpstreamSettings): Promise<SimulatedUpstream> {
  const { manifest, signer, agencies, codeCurve, nowMs, listening = {} } = settings;
  const { publishingKey = () => makeKey('P-256') } = settings;
  const book = new RecordBook(manifest.reply.as_of);
  const faults = new FaultGate();
  const log = new RequestLog(manifest.province);
  const wire = openWire(manifest.driver, {
    statementAt: manifest.statement?.at ?? null,
    codeCurve,
    publishingKey,
    nowMs,
    nonces: new NonceBook(nowMs),
    refusing: () => signer === null && faults.spoilsSignatures,
    answer: answerer(settings, book, faults),
  });
  const server = createSimulatedServer(listening, (request, response) => {
    serve(request, response, { wire, faults, log, nowMs }).catch(() => response.destroy());
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const origin = await listenOnLoopback(server, listening);
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { manifest, origin, wire, agencies, book, faults, log, close };
}

function answerer(
  { manifest, signer, nowMs }: UpstreamSettings,
  book: RecordBook,
  faults: FaultGate,
): (subject: string) => Promise<WireAnswer> {
  const translate = compileTranslator(manifest);
  const sign = async ({ record, token }: Shown, atMs: number): Promise<string | null> => {
    if (signer === null) return null;
    const statement = await signer(translate(record, token, atMs).claims, atMs);
    return faults.spoilsSignatures ? spoilSignature(statement) : statement;
  };
  return async (subject) => {
    const atMs = nowMs();
    const shown = book.look(subject, atMs);
    if (shown === null) return { kind: 'unknown' };
    if (shown === 'expired') return { kind: 'expired' };
    return { kind: 'found', record: shown.record, statement: await sign(shown, atMs) };
  };
}

interface Parts {
  readonly wire: Wire;
  readonly faults: FaultGate;
  readonly log: RequestLog;
  readonly nowMs: () => number;
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const body = await readTextUpTo(request, MAX_REQUEST_BYTES);
  const received = receivedFrom(request, body ?? '');
  parts.log.add(loggedFrom(request, received), parts.nowMs());
  if (body === null) return send(response, { status: 413, contentType: 'text/plain', body: '' });
  if (await parts.faults.takes(response)) return;
  const reply = await parts.wire.handle(received);
  send(response, { ...reply, body: parts.faults.spoil(Buffer.from(reply.body)) });
}

function receivedFrom(request: IncomingMessage, body: string): ReceivedRequest {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: request.method ?? '',
    path: mark === -1 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
    headers: request.headers,
    body,
  };
}

function loggedFrom(request: IncomingMessage, received: ReceivedRequest) {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headersDistinct)) headers[name] = (value ?? []).join(', ');
  return { method: received.method, path: request.url ?? '/', headers, body: received.body };
}

function send(response: ServerResponse, reply: WireReply): void {
  const length = Buffer.byteLength(reply.body);
  response.writeHead(reply.status, { 'content-type': reply.contentType, 'content-length': length }).end(reply.body);
}
