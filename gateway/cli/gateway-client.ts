import type { z } from 'zod';
import { readBytesUpTo } from '../../schemas/bounded-bytes.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { problemSchema } from '../../schemas/problem.ts';
import type { HttpReply } from '../client/exchange.ts';
import { isLoopback } from '../compose/config-rules.ts';
import { MAX_TRUST_BUNDLE_BYTES } from '../trust/bundle-bytes.ts';
import { isCertificateFault } from '../upstream/certificate-fault.ts';
import type { Environment } from './cli.ts';
import { CliError } from './cli-error.ts';

const DEFAULT_URL = 'http://127.0.0.1:8080';
const REPLY_WITHIN_MS = 15_000;
/** The largest one is a trust bundle. */
const MAX_REPLY_BYTES = MAX_TRUST_BUNDLE_BYTES;

interface RawReply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** The address of the running gateway, without a slash at the end. Throws CliError where HUREN_URL is none that is confidential. */
export function gatewayUrl(env: Environment): string {
  const given = env['HUREN_URL'];
  if (given === undefined || given === '') return DEFAULT_URL;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    const text = { zh: 'HUREN_URL 不是 http(s) 地址', en: 'HUREN_URL is not an http(s) address' };
    throw CliError.of('usage_invalid', text);
  }
  // Commands send it a venue's token and people's codes.
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    const text = {
      zh: 'HUREN_URL 须为 https 地址（http 仅限本机回环）',
      en: 'HUREN_URL must be an https address (http is taken on loopback alone)',
    };
    throw CliError.of('usage_invalid', text);
  }
  return url.href.replace(/\/+$/, '');
}

/** The public HTTP API of one gateway. */
export class GatewayClient {
  readonly url: string;
  constructor(url: string) {
    this.url = url;
  }

  /** Throws CliError: unreachable, a problem reply, or a reply that has not the documented form. */
  async get<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
    const reply = await this.send(path, {});
    if (reply.status === 200) return parseReply(reply, schema);
    throw CliError.refused(parseReply(reply, problemSchema));
  }

  /** As `get`, and null where the gateway has no such resource. */
  async find<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T> | null> {
    const reply = await this.send(path, {});
    if (reply.status === 404) return null;
    if (reply.status === 200) return parseReply(reply, schema);
    throw CliError.refused(parseReply(reply, problemSchema));
  }

  /** The bytes of a resource. Throws as `get` does. */
  async bytes(path: string): Promise<Uint8Array> {
    const { status, bytes } = await sendRaw(`${this.url}${path}`, {});
    if (status === 200) return bytes;
    throw CliError.refused(parseReply({ text: textOf(bytes) }, problemSchema));
  }

  send(path: string, init: RequestInit): Promise<HttpReply> {
    return sendBounded(`${this.url}${path}`, init);
  }
}

/**
 * One bounded HTTP exchange. A redirect is refused: it would carry a token or a code to a host that nobody named.
 * Throws CliError `gateway_unreachable`, `certificate_untrusted`.
 */
export async function sendBounded(url: string, init: RequestInit): Promise<HttpReply> {
  const { status, headers, bytes } = await sendRaw(url, init);
  return { status, headers, text: textOf(bytes) };
}

async function sendRaw(url: string, init: RequestInit): Promise<RawReply> {
  try {
    const signal = AbortSignal.timeout(REPLY_WITHIN_MS);
    const response = await fetch(url, { ...init, redirect: 'error', signal });
    const bytes = await readBytesUpTo(response.body, MAX_REPLY_BYTES);
    if (bytes === null) throw unreadable();
    return { status: response.status, headers: response.headers, bytes };
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { origin } = new URL(url);
    if (error instanceof Error && isCertificateFault(error.cause)) {
      throw CliError.of('certificate_untrusted', {
        zh: `${origin} 的证书在此不受信任`,
        en: `the certificate of ${origin} is not trusted here`,
      });
    }
    throw CliError.of('gateway_unreachable', { zh: `${origin} 没有应答`, en: `nothing answers at ${origin}` });
  }
}

/** Throws CliError `reply_unreadable` unless the reply is JSON of the documented form. */
export function parseReply<T extends z.ZodType>({ text }: Pick<HttpReply, 'text'>, schema: T): z.output<T> {
  const document = jsonOrUndefined(text);
  const parsed = schema.safeParse(document);
  if (document === undefined || !parsed.success) throw unreadable();
  return parsed.data;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function unreadable(): CliError {
  return CliError.of('reply_unreadable', {
    zh: '应答不符合约定格式',
    en: 'the reply has not the documented form',
  });
}
