import { setTimeout as delay } from 'node:timers/promises';
import { PATIENCE_MS } from '../patience.ts';
import { pushEvent, signEvent } from '../security-event.ts';
import type { ChaosRecord } from './records.ts';
import type { Invalidations } from './report.ts';
import type { Stage } from './stage.ts';
import type { VenueLoad } from './venue-load.ts';

const EVERY_MS = 30;

/** With nothing wrong: a province says of one holder after another that the status changed; how soon each gateway knew. */
export async function measureInvalidations(
  stage: Stage,
  load: VenueLoad,
  records: readonly ChaosRecord[],
  events: number,
): Promise<Invalidations> {
  load.enter('events, nothing wrong');
  const known = records.flatMap(({ province, handle }) => (handle === null ? [] : [{ province, handle }]));
  const before = await effectsOf(stage);
  let accepted = 0;
  for (let n = 0; n < events; n += 1) {
    const about = known[n % known.length];
    if (about === undefined) break;
    const { province, handle } = about;
    const changed = { 'urn:huren:event:status-changed': { handle } };
    const token = await signEvent({ url: stage.url, dataDir: stage.dataDir, province, events: changed });
    const reply = await pushEvent(stage.url, token);
    await reply.arrayBuffer();
    if (reply.status === 202) accepted += 1;
    await delay(EVERY_MS);
  }
  const wanted = accepted * stage.gateways.length;
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const after = await effectsOf(stage);
    const effects = after.effects - before.effects;
    if (effects >= wanted || performance.now() > untilMs) {
      return { pushed: events, accepted, wanted, effects, within100Ms: after.within100Ms - before.within100Ms };
    }
    await delay(50);
  }
}

async function effectsOf({ gateways }: Stage): Promise<Pick<Invalidations, 'effects' | 'within100Ms'>> {
  let [effects, within100Ms] = [0, 0];
  for (const { port } of gateways) {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    effects += numberAfter(text, 'huren_invalidation_seconds_count ');
    within100Ms += numberAfter(text, 'huren_invalidation_seconds_bucket{le="0.1"} ');
  }
  return { effects, within100Ms };
}

function numberAfter(text: string, name: string): number {
  const at = text.indexOf(name);
  return at === -1 ? 0 : Number.parseFloat(text.slice(at + name.length));
}
