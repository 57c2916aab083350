import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WrongUsage } from '../program-options.ts';
import { CASES } from './case-plans.ts';
import { measureLog } from './log-figures.ts';
import { openLoopResultSchema } from './open-loop-result.ts';
import { readOptions } from './options.ts';
import { benchResultSchema } from './result.ts';

const RATIOS = [
  'cold/handwritten',
  'repeat/handwritten',
  'repeat/bare-http',
  'hung/healthy-p99',
  'instances-2/1',
  'cold/fast',
  'cold-merkle/handwritten',
  'batch-item/handwritten',
  'batch-item-plain/handwritten',
  'cold-plain/cold',
  'federated-cold/cold',
  'federated-cold-batched/federated-cold',
  'fast/handwritten',
  'proxy/handwritten',
  'hcert/raw-es256',
  'hcert-ps256/raw-ps256',
  'routing-3400/routing-34',
];

async function bench(...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bench.ts'), ...args], { stdio: 'pipe' });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.err += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, ...output };
}

test('the benchmark leaves out a case or a ratio, or counts wrong replies as right', async () => {
  const { code, out, err } = await bench(
    '--json',
    '--seconds',
    '0.1',
    '--rounds',
    '1',
    '--connections',
    '2',
    '--warm-up',
    '20',
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const result = benchResultSchema.parse(JSON.parse(out));
  expect(result.cases.map(({ name }) => name)).toEqual([...CASES]);
  expect(Object.keys(result.ratios)).toEqual(RATIOS);
  for (const { rps, p50_ms, p99_ms, cpu_us_per_op, wrong } of result.cases) {
    expect(Math.min(rps, p50_ms, p99_ms, cpu_us_per_op)).toBeGreaterThan(0);
    expect(p99_ms).toBeGreaterThanOrEqual(p50_ms);
    expect(wrong).toBe(0);
  }
  for (const { name, cpu_us_per_op, issuer_cpu_us_per_op } of result.cases) {
    const part = (issuer_cpu_us_per_op ?? 0) / cpu_us_per_op;
    // The node's work is in the sum, and is not all of it.
    expect([name, part > 0, part < 1]).toEqual([name, name.startsWith('federated'), true]);
  }
});

test('the open loop leaves out a rate, or questions that should travel together go one by one', async () => {
  const { code, out, err } = await bench('--open-loop', '--json', '--seconds', '0.05', '--rounds', '1');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const { questions, signatures } = openLoopResultSchema.parse(JSON.parse(out));
  for (const rates of [questions, signatures]) {
    expect(rates.map(({ per_second }) => per_second)).toEqual([100, 500, 1_000, 2_000, 4_000]);
    for (const { alone } of rates) expect(alone.in_one).toBe(1);
    expect(rates.at(-1)?.together.in_one).toBeGreaterThan(1);
  }
});

test('the benchmark runs on a wrong command line, or does not say what is wrong with it', async () => {
  const { code, out, err } = await bench('--second', '1');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain("Unknown option '--second'");
});

test.each([
  ['--seconds', 'long'],
  ['--seconds', '5', '--rounds', '15'],
  ['--warm-up', '0'],
  ['--profile', 'warm'],
  ['now'],
])('an option is taken that means nothing: %s', (...args) => {
  expect(() => readOptions(args)).toThrow(WrongUsage);
});

test('figures of the log are taken from one that no auditor would pass, or a start reads what its snapshot holds', async () => {
  const { sizes, start_from_snapshot_s, start_without_snapshot_s } = await measureLog(() => {}, [400, 800]);
  expect(sizes.map(({ entries }) => entries)).toEqual([400, 800]);
  expect(start_from_snapshot_s).toBeLessThan(start_without_snapshot_s);
});
