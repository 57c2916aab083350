import { SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startSpanCollector } from '../test/span-collector.ts';
import { AsyncContext } from './async-context.ts';
import { telemetrySettings } from './open-telemetry.ts';
import type { EndedSpan } from './otlp.ts';
import { RecordingTracer } from './recording-tracer.ts';
import { SpanExporter } from './span-exporter.ts';

const OTLP = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

test.each([
  ['nothing', {}],
  ['what is switched off', { ...OTLP, OTEL_SDK_DISABLED: 'true' }],
  ['another exporter', { ...OTLP, OTEL_TRACES_EXPORTER: 'none' }],
  ['what is no address', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }],
])('traces are recorded for %s', (_case, env) => {
  expect(telemetrySettings(env)).toBeNull();
});

test('the standard variables are read otherwise than OpenTelemetry says', () => {
  const more = { OTEL_SERVICE_NAME: 'henan', OTEL_TRACES_SAMPLER_ARG: '0.25' };
  expect(telemetrySettings({ ...OTLP, ...more, OTEL_EXPORTER_OTLP_HEADERS: 'Key=a%20b, other = c' })).toEqual({
    url: 'http://collector:4318/v1/traces',
    headers: { key: 'a b', other: 'c' },
    service: 'henan',
    share: 0.25,
  });
});

test('a span lacks what ties it to the one above, or says what went wrong in words', async () => {
  const ended: EndedSpan[] = [];
  const tracer = new RecordingTracer(1, (span) => ended.push(span));
  const contexts = new AsyncContext();
  const above = tracer.startSpan('above', { kind: SpanKind.SERVER, root: true });
  await contexts.with(trace.setSpan(contexts.active(), above), async () => {
    await Promise.resolve();
    const below = tracer.startSpan('below', {}, contexts.active());
    below.recordException(new Error('a name'));
    below.end();
  });
  above.end();
  const [below] = ended;
  expect(below).toMatchObject({ parentSpanId: above.spanContext().spanId, status: { code: 2 } });
  expect(below?.context.traceId).toBe(above.spanContext().traceId);
  expect(JSON.stringify(ended)).not.toContain('a name');
});

test('two nodes with one share record different traces', () => {
  const [one, two] = [new RecordingTracer(0.5, () => undefined), new RecordingTracer(0.5, () => undefined)];
  const recorded = Array.from({ length: 200 }, () => one.startSpan('here', { root: true })).filter((span) =>
    span.isRecording(),
  );
  expect(recorded.length).toBeGreaterThan(50);
  expect(recorded.length).toBeLessThan(150);
  for (const span of recorded) {
    const remote = { ...span.spanContext(), traceFlags: TraceFlags.NONE, isRemote: true };
    expect(two.startSpan('there', {}, trace.setSpanContext(new AsyncContext().active(), remote)).isRecording()).toBe(
      true,
    );
  }
});

test('a collector gets another form than it reads', async () => {
  const collector = await startSpanCollector();
  const exporter = new SpanExporter({
    url: `${collector.url}/v1/traces`,
    headers: { key: 'k' },
    resource: { 'service.name': 'huren' },
  });
  const tracer = new RecordingTracer(1, (span) => exporter.add(span));
  tracer.startSpan('GET /healthz', { kind: SpanKind.SERVER, attributes: { 'http.response.status_code': 200 } }).end();
  await exporter.flush();
  collector.stop();
  const attributes = [{ key: 'http.response.status_code', value: { intValue: '200' } }];
  expect(collector.spans()).toMatchObject([{ name: 'GET /healthz', kind: 2, attributes }]);
  expect(collector.received()).toMatch(/^\/v1\/traces .*"key":"k"/);
});

test('a collector that breaks off after it has answered ends the process', async () => {
  const brokenOff = new ReadableStream({ start: (controller) => controller.error(new Error('reset')) });
  vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(new Response(brokenOff));
  onTestFinished(() => void vi.restoreAllMocks());
  const exporter = new SpanExporter({ url: 'http://collector/v1/traces', headers: {}, resource: {} });
  const tracer = new RecordingTracer(1, (span) => exporter.add(span));
  tracer.startSpan('GET /healthz').end();
  await expect(exporter.flush()).resolves.toBeUndefined();
});
