import { z } from 'zod';
import { askControl } from '../../../../adapters/sandbox/control-client.ts';
import { keyStepReplySchema, type StatementKeyRecord } from '../../../../adapters/sandbox/protocol.ts';
import type { Nation, RunningProvince } from '../nation.ts';
import { someOf } from '../nation.ts';
import { anchorKey } from '../national-ceremony.ts';
import type { Office } from '../office.ts';
import { provinceKey } from '../provincial-ceremony.ts';
import { type Drill, must } from './drill.ts';
import { whenAllFollow } from './following.ts';
import { whileScanning } from './scanning.ts';

/**
 * Every kind of key is changed while travellers are scanned: the federation keys of anchor, province, gateway, issuer and
 * the venues' authorization server, what attests, what signs statements, what signs events, and the log's own. No scan
 * meets an answer that does not verify.
 */
export const ROTATE_EVERY_KEY: Drill = {
  name: 'rotate_every_key',
  run: async (nation) => {
    const [province, stated] = someOf(nation);
    const { offices } = province;
    const changed: string[] = [];
    const { scans, faults } = await whileScanning(nation, async () => {
      const rotate = async (office: Office, owner: string, use: string) => {
        await rotated(office, owner, use);
        changed.push(`${owner} ${use}`);
      };
      await rotate(nation.offices.anchor, 'anchor', 'federation');
      await rotate(offices.authority, 'province', 'federation');
      await rotate(offices.destination, 'gateway', 'federation');
      await rotate(offices.authority, 'authorization-server', 'federation');
      await rotate(offices.destination, 'gateway', 'attestation');
      // Of a province whose system signs nothing: its issuer signs every statement.
      await rotate(stated.offices.issuer, 'issuer', 'federation');
      await rotate(stated.offices.issuer, 'issuer', 'statement');
      await rotate(nation.offices.anchor, 'anchor', 'registry');
      await rotate(offices.authority, 'province', 'registry');
      await rotateStatementKey(nation, province);
      changed.push('system statement');
      await rotateLogKey(nation);
      changed.push('registry log');
      await whenAllFollow(nation, 'drill-rotated');
    });
    must(faults.length === 0, `${faults.length} of ${scans} scans went wrong, such as ${faults[0]}`);
    must(scans > 0, 'nobody scanned meanwhile');
    return `${changed.length} keys changed (${changed.join(', ')}); all ${scans} scans meanwhile verified`;
  },
};

const rotatedSchema = z.object({ kid: z.string() });

async function rotated(office: Office, owner: string, use: string): Promise<void> {
  const named = ['--owner', owner, '--use', use, '--json'];
  const [announced, active] = [
    await office.step('keys', 'new', ...named),
    await office.step('keys', 'rotate', ...named),
  ].map((printed) => rotatedSchema.parse(JSON.parse(printed)).kid);
  must(announced === active, `${owner} ${use}: another key than the announced one was put to use`);
}

/** As a province has to: everybody knows the next key before its system signs with it. */
async function rotateStatementKey(nation: Nation, { plan, offices, system }: RunningProvince): Promise<void> {
  const key = ['--use', 'statement', '--key', provinceKey(plan)];
  const step = async (wish: 'announce' | 'activate'): Promise<readonly StatementKeyRecord[]> => {
    const body = { province: plan.code, step: wish };
    return (await askControl(system.ready.control, keyStepReplySchema, 'POST', '/keys', body)).keys;
  };
  const next = (await step('announce')).find(({ state }) => state === 'announced');
  must(next !== undefined, 'the system announced no key');
  await offices.authority.step('registry', 'enrol-key', JSON.stringify(next.jwk), ...key);
  await whenAllFollow(nation, `drill-statement-${plan.code}`);
  const before = (await step('activate')).find(({ state }) => state === 'retired');
  must(before !== undefined, 'the system retired no key');
  await offices.authority.step('registry', 'retire-key', '--kid', before.jwk.kid, ...key);
}

const logKeysSchema = z.object({ log_keys: z.array(z.string()).min(1) });

/** The anchor lets the next key sign beside the old one, the registry uses it, and the anchor ends the old one. */
async function rotateLogKey({ plan, offices: { anchor, registrar } }: Nation): Promise<void> {
  const ring = ['--owner', 'registry', '--use', 'log', '--json'];
  const verifierKeys = async () =>
    logKeysSchema.parse(JSON.parse(await registrar.step('registry', 'public-key', ...ring))).log_keys;
  const [old = ''] = await verifierKeys();
  await registrar.step('keys', 'new', ...ring);
  const next = (await verifierKeys()).find((one) => one !== old) ?? '';
  const key = ['--key', anchorKey(plan)];
  await anchor.step('registry', 'add-log-key', next, ...key);
  await registrar.step('keys', 'rotate', ...ring);
  await anchor.step('registry', 'retire-log-key', old, ...key);
}
