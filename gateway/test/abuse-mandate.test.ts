import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { readActorFile } from '../keys/key-store.ts';
import { sandboxSignerPath } from '../sandbox/actors.ts';
import { signEvent } from '../trust/registry-event.ts';
import { PATIENTLY } from './patience.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, sandboxCodes, type VenueClient } from './venue-client.ts';

let gateway: SandboxGateway;
let venue: VenueClient;
let code: string;

beforeAll(async () => {
  gateway = await startSandboxGateway();
  venue = await openVenueClient(gateway.url);
  const codes = await sandboxCodes(gateway.url);
  code = codes.find(({ province, scenario }) => province === '310000' && scenario === 'green')?.code ?? '';
});
afterAll(() => gateway.stop());

const entitiesSchema = z.object({
  entities: z.array(z.object({ entity_id: z.string(), seq: z.int(), prev: z.string().nullable() })),
});
const mandatesSchema = z.object({
  mandates: z.array(z.object({ mandate: z.object({ id: z.string() }), state: z.string() })),
});

async function read<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  return schema.parse(await (await fetch(`${gateway.url}${path}`)).json());
}

/** The national anchor takes back every mandate in force. */
async function revokeMandates(): Promise<void> {
  const anchor = await readActorFile(sandboxSignerPath(gateway.dataDir, 'anchor'));
  if (anchor === null) throw new Error('the sandbox has no anchor');
  const { mandates } = await read('/v1/registry/mandates', mandatesSchema);
  for (const { mandate } of mandates.filter(({ state }) => state === 'active')) {
    const { entities } = await read(`/v1/registry/entities?entity_id=${anchor.entityId}`, entitiesSchema);
    const { seq, prev } = entities[0] ?? { seq: 0, prev: null };
    const event = { kind: 'mandate_revoked', body: { mandate_id: mandate.id } } as const;
    const head = { entityId: anchor.entityId, seq, prev };
    const { jws } = await signEvent(anchor.signer, head, event, Math.floor(Date.now() / 1000));
    const headers = { 'content-type': 'application/jose' };
    const reply = await fetch(`${gateway.url}/v1/registry/events`, { method: 'POST', headers, body: jws });
    expect(reply.status).toBe(201);
  }
}

async function readiness() {
  const reply = await fetch(`${gateway.url}/readyz`);
  return { status: reply.status, report: await reply.json() };
}

test('a gateway goes on answering, or does not say why it stopped, when its last mandate is gone', async () => {
  expect(await venue.verify(code)).toMatchObject({ decision: 'pass' });
  expect(await readiness()).toMatchObject({ status: 200, report: { ready: true, mandates: { state: 'active' } } });

  await revokeMandates();
  await vi.waitFor(async () => {
    expect(await venue.problem(code)).toMatchObject({ status: 403, code: 'check_not_permitted' });
  }, PATIENTLY);
  expect(await readiness()).toMatchObject({
    status: 503,
    report: { ready: false, reasons: ['mandate_lapsed'], mandates: { state: 'lapsed', active: [] } },
  });
  expect(await (await fetch(`${gateway.url}/healthz`)).json()).toEqual({ status: 'ok' });
});
