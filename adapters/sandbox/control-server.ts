import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { z } from 'zod';
import { readTextUpTo } from '../../schemas/bounded-bytes.ts';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { faultRequestSchema, recordRequestSchema, type SandboxVenue } from '../../schemas/sandbox.ts';
import type { ScenarioCodes } from './codes.ts';
import { listenOnLoopback } from './listen.ts';
import {
  type keyStepReplySchema,
  keyStepSchema,
  MAX_CONTROL_BODY_BYTES,
  MAX_SYSTEM_BYTES,
  type SandboxUpstream,
  type SystemRequest,
  type submittedSystemsSchema,
  systemRequestSchema,
} from './protocol.ts';
import { SandboxError, type SandboxErrorCode } from './sandbox-error.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';
import type { StatementKeys } from './statement-keys.ts';
import { sameText } from './wire.ts';

/** One province of the sandbox: its stand-in and the codes that lead to its records. */
export interface SandboxProvince {
  readonly upstream: SimulatedUpstream;
  readonly codes: ScenarioCodes;
  /** Whether gateways know it from the start; the others are there to be registered. */
  readonly registered: boolean;
  /** Null where the system signs no statements. */
  readonly statementKeys: StatementKeys | null;
}

export interface ControlServer {
  readonly origin: string;
  readonly token: string;
  readonly close: () => void;
}

interface Parts {
  readonly provinces: ReadonlyMap<ProvinceCode, SandboxProvince>;
  readonly venues: readonly SandboxVenue[];
  /** Plays a system that was submitted, in place of what was submitted for that province before; null: nothing is added here. */
  readonly addSystem: ((system: SystemRequest) => Promise<SandboxUpstream>) | null;
  /** What was added since the start. */
  readonly submitted: ReadonlyMap<ProvinceCode, SandboxUpstream>;
  readonly nowMs: () => number;
}

const HTTP_STATUS: Readonly<Record<SandboxErrorCode, number>> = {
  body_invalid: 400,
  token_invalid: 401,
  not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  internal: 500,
};

/** The loopback API of protocol.ts. Only who holds the random token, handed to the parent alone, may use it. */
export async function startControlServer(parts: Parts): Promise<ControlServer> {
  const token = randomBytes(32).toString('base64url');
  const server: Server = createServer((request, response) => {
    handle(request, token, parts).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        const known = error instanceof SandboxError ? error : new SandboxError('internal', 'the sandbox failed');
        send(response, HTTP_STATUS[known.code], { code: known.code, detail: known.message });
      },
    );
  });
  const origin = await listenOnLoopback(server);
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { origin, token, close };
}

interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

async function handle(request: IncomingMessage, token: string, parts: Parts): Promise<ControlReply> {
  if (!sameText(request.headers.authorization ?? '', `Bearer ${token}`)) {
    throw new SandboxError('token_invalid', 'the control token is missing or wrong');
  }
  const url = new URL(request.url ?? '/', 'http://sandbox.invalid');
  switch (url.pathname) {
    case '/codes':
      only(request, 'GET');
      return { status: 200, body: codesOf(parts, url.searchParams.get('unregistered') !== '1') };
    case '/venues':
      only(request, 'GET');
      return { status: 200, body: parts.venues };
    case '/requests':
      only(request, 'GET');
      return { status: 200, body: requestsOf(parts, url.searchParams.get('province')) };
    case '/systems':
      if (request.method === 'GET') return { status: 200, body: submittedOf(parts) };
      only(request, 'POST');
      return {
        status: 200,
        body: await addSystem(parts, await bodyOf(request, systemRequestSchema, MAX_SYSTEM_BYTES)),
      };
    case '/records':
      only(request, 'POST');
      return { status: 201, body: postRecord(parts, await bodyOf(request, recordRequestSchema)) };
    case '/keys':
      only(request, 'POST');
      return { status: 200, body: stepKeys(parts, await bodyOf(request, keyStepSchema)) };
    case '/faults':
      only(request, 'PUT');
      return { status: 200, body: putFault(parts, await bodyOf(request, faultRequestSchema)) };
    default:
      throw new SandboxError('not_found', 'no such sandbox path');
  }
}

function submittedOf({ submitted }: Parts): z.infer<typeof submittedSystemsSchema> {
  return [...submitted].map(([province, system]) => ({ province, system }));
}

async function addSystem({ addSystem: add }: Parts, system: SystemRequest): Promise<SandboxUpstream> {
  if (add === null) throw new SandboxError('not_found', 'no system is added here');
  return await add(system);
}

function codesOf({ provinces, nowMs }: Parts, registered: boolean) {
  const wanted = [...provinces.values()].filter((province) => province.registered === registered);
  return wanted.flatMap(({ codes }) => codes.list(nowMs()));
}

function requestsOf(parts: Parts, wanted: string | null) {
  if (wanted === null) return [...parts.provinces.values()].flatMap(({ upstream }) => upstream.log.all());
  const province = provinceCodeSchema.safeParse(wanted);
  if (!province.success) throw new SandboxError('body_invalid', 'province: not a GB/T 2260 province code');
  return provinceOf(parts, province.data).upstream.log.all();
}

function postRecord(parts: Parts, { province, raw }: z.output<typeof recordRequestSchema>) {
  return { code: provinceOf(parts, province).codes.post(raw) };
}

function putFault(parts: Parts, { province, fault }: z.output<typeof faultRequestSchema>) {
  const { faults } = provinceOf(parts, province).upstream;
  faults.set(fault);
  return { province, fault: faults.inForce };
}

function stepKeys(
  parts: Parts,
  { province, step }: z.output<typeof keyStepSchema>,
): z.input<typeof keyStepReplySchema> {
  const { statementKeys } = provinceOf(parts, province);
  if (statementKeys === null) throw new SandboxError('body_invalid', `province: ${province} signs no statements`);
  switch (step) {
    case 'announce':
      statementKeys.announce();
      break;
    case 'activate':
      statementKeys.activate('retired');
      break;
    case 'revoke':
      statementKeys.activate('revoked');
      break;
  }
  return { province, keys: statementKeys.published };
}

function provinceOf(parts: Parts, province: ProvinceCode): SandboxProvince {
  const found = parts.provinces.get(province);
  if (found === undefined) throw new SandboxError('body_invalid', `province: ${province} is not simulated`);
  return found;
}

async function bodyOf<T extends z.ZodType>(
  request: IncomingMessage,
  schema: T,
  maxBytes = MAX_CONTROL_BODY_BYTES,
): Promise<z.output<T>> {
  const text = await readTextUpTo(request, maxBytes);
  if (text === null) throw new SandboxError('body_too_large', `at most ${maxBytes} bytes`);
  const body = jsonOrUndefined(text);
  if (body === undefined) throw new SandboxError('body_invalid', 'the body is not JSON');
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SandboxError('body_invalid', `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'invalid'}`);
}

function only(request: IncomingMessage, method: string): void {
  if (request.method !== method) throw new SandboxError('method_not_allowed', `this path takes ${method}`);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, headers).end(text);
}
