import { request } from 'undici';
import type { PostJson } from '../registry/registry-door.ts';

/** POSTs to a node on this machine. */
export function postLocally(url: string): PostJson {
  return async (path, body) => {
    const reply = await request(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: reply.statusCode, text: await reply.body.text() };
  };
}
