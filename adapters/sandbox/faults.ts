import { z } from 'zod';

/** Longest delay a fault may ask for; also how long a hanging or trickling reply is held before its socket is cut. */
export const MAX_FAULT_MS = 60_000;

/**
 * What a simulated upstream does wrong on demand. It applies to the simulated upstream only and to every request of that
 * province until it is set to null again.
 * - `latencyMs` waits before the answer; `status` answers that HTTP status with an empty JSON object.
 * - `hang` never answers; `reset` cuts the connection; `garbage` answers 200 with bytes that are no reply of the system.
 * - `bad_signature` breaks the signature of the statement; a system that signs nothing answers that the caller's own
 *   signature is wrong.
 * - `flap: N` answers 503 to N requests, then well to N, and so on, failures first.
 * - Beyond the contract, for the conformance kit: `oversize` (2 MiB and more), `redirect` (to an address that must not be
 *   followed), `trickle` (half a reply, then a byte at a time), `half_closed` (half a reply, then the end of the stream).
 */
export const faultSchema = z
  .union([
    z.null(),
    z.strictObject({ latencyMs: z.int().min(0).max(MAX_FAULT_MS) }),
    z.strictObject({ status: z.int().min(400).max(599) }),
    z.strictObject({ hang: z.literal(true) }),
    z.strictObject({ garbage: z.literal(true) }),
    z.strictObject({ reset: z.literal(true) }),
    z.strictObject({ bad_signature: z.literal(true) }),
    z.strictObject({ flap: z.int().min(1).max(1000) }),
    z.strictObject({ oversize: z.literal(true) }),
    z.strictObject({ redirect: z.literal(true) }),
    z.strictObject({ trickle: z.literal(true) }),
    z.strictObject({ half_closed: z.literal(true) }),
  ])
  .meta({ id: 'SandboxFault' });
export type Fault = z.infer<typeof faultSchema>;
