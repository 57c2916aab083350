import type { ServerResponse } from 'node:http';
import { type Fault, MAX_FAULT_MS } from '../../schemas/sandbox.ts';

const OVERSIZE_BYTES = 2 * 1024 * 1024 + 1;
const TRICKLE_EVERY_MS = 500;
const HALF_A_REPLY = '{"half":"of a rep';

/** The fault in force at one simulated upstream. */
export class FaultGate {
  #fault: Fault = null;
  #flapCount = 0;

  get inForce(): Fault {
    return this.#fault;
  }

  set(fault: Fault): void {
    this.#fault = fault;
    this.#flapCount = 0;
  }

  /** What the fault leaves of a reply that is about to go out. */
  spoil(body: Uint8Array): Uint8Array {
    if (this.#fault !== null && 'repeated_member' in this.#fault) return withRepeatedMember(body);
    if (this.#fault !== null && 'undecodable' in this.#fault) return Buffer.concat([body, Buffer.of(0xff)]);
    return body;
  }

  get spoilsSignatures(): boolean {
    return this.#fault !== null && 'bad_signature' in this.#fault;
  }

  /**
   * Lets the fault have this request. True when it took the response over; false when the upstream should answer, which
   * after a latency is later than now.
   */
  async takes(response: ServerResponse): Promise<boolean> {
    const fault = this.#fault;
    if (fault === null || isOfTheReply(fault)) return false;
    if ('latencyMs' in fault) {
      await new Promise<void>((resolve) => setTimeout(resolve, fault.latencyMs).unref());
      return response.destroyed;
    }
    if ('flap' in fault) {
      const failing = Math.floor(this.#flapCount / fault.flap) % 2 === 0;
      this.#flapCount += 1;
      if (failing) sendJson(response, 503, '{}');
      return failing;
    }
    misbehave(fault, response);
    return true;
  }
}

type OfTheReply = Extract<Fault, { bad_signature: true } | { repeated_member: true } | { undecodable: true }>;
type Misbehaviour = Exclude<Fault, null | OfTheReply | { latencyMs: number } | { flap: number }>;

/** The system answers, and its answer is what is wrong. */
function isOfTheReply(fault: NonNullable<Fault>): fault is OfTheReply {
  return 'bad_signature' in fault || 'repeated_member' in fault || 'undecodable' in fault;
}

/** The letters that are looked at stand for themselves in every encoding that a system here answers in. */
function withRepeatedMember(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString('latin1');
  const repeated = text.startsWith('<')
    ? text.replace(/<soap:Body>.*<\/soap:Body>/s, (all) => all + all)
    : text.replace(/^\{("[^"]*"):/, '{$1:0,$1:');
  return Buffer.from(repeated, 'latin1');
}

function misbehave(fault: Misbehaviour, response: ServerResponse): void {
  if ('status' in fault) refuse(fault, response);
  else if ('garbage' in fault) sendJson(response, 200, '\u0000<<{not a reply of this system');
  else if ('reset' in fault) response.socket?.resetAndDestroy();
  else if ('oversize' in fault) sendJson(response, 200, `{"padding":"${'x'.repeat(OVERSIZE_BYTES)}"}`);
  else if ('redirect' in fault) response.writeHead(302, { location: '/redirected', 'content-length': 0 }).end();
  else if ('half_closed' in fault) startHalf(response, (half) => half.socket?.end());
  else if ('trickle' in fault) startHalf(response, trickle);
  else cutLater(response);
}

function refuse({ status, retry_after_s }: Extract<Misbehaviour, { status: number }>, response: ServerResponse): void {
  if (retry_after_s !== undefined) response.setHeader('retry-after', retry_after_s);
  sendJson(response, status, '{}');
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}

/** Promises a kilobyte, sends a few bytes of it, then goes on as told. */
function startHalf(response: ServerResponse, goOn: (response: ServerResponse) => void): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1024 });
  response.write(HALF_A_REPLY, () => goOn(response));
}

function trickle(response: ServerResponse): void {
  const drip = setInterval(() => response.write(' '), TRICKLE_EVERY_MS).unref();
  response.once('close', () => clearInterval(drip));
  cutLater(response);
}

/** A fault may hold a connection, but not for ever. */
function cutLater(response: ServerResponse): void {
  const cut = setTimeout(() => response.destroy(), MAX_FAULT_MS).unref();
  response.once('close', () => clearTimeout(cut));
}
