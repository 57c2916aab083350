import { z } from 'zod';
import { readyMessageSchema, type SandboxServer } from '../../adapters/sandbox/protocol.ts';

/** What a peer of the gateway is started with: the resource that venues' tokens are for, and the gateway's own sandbox. */
export const peerSettingsSchema = z.strictObject({ audience: z.string(), sandbox: readyMessageSchema });
export type PeerSettings = z.output<typeof peerSettingsSchema>;

/** Keep-alive, as many connections as the gateway opens. */
export const PEER_POOL = { connections: 64, pipelining: 1, keepAliveTimeout: 30_000 };

/** The server that signs the tokens of the venue that asks. */
export function tokenServer({ sandbox }: PeerSettings): SandboxServer {
  const server = sandbox.servers.find(({ province }) => province === '440000');
  if (server === undefined) throw new Error('the sandbox has no authorization server');
  return server;
}
