import { context, trace } from '@opentelemetry/api';
import { AsyncContext } from './async-context.ts';
import { RecordingTracer } from './recording-tracer.ts';
import { SpanExporter } from './span-exporter.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where spans go, by the standard variables; null: nobody asked for any. */
export interface TelemetrySettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
  /** The share of traces that is recorded, from 0 to 1. */
  readonly share: number;
}

/** What records traces in this process. */
export interface Telemetry {
  /** Hands over what waits. */
  readonly flush: () => Promise<void>;
}

const NONE: Telemetry = { flush: async () => undefined };
let opened: Telemetry | null = null;

/**
 * Has traces recorded and sent by OTLP/HTTP where `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set
 * (OpenTelemetry's environment variables; `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`, `OTEL_EXPORTER_OTLP_HEADERS` and
 * `OTEL_TRACES_SAMPLER_ARG` as there). Whoever has loaded an SDK before, with `NODE_OPTIONS=--import`, has that one. Once a process.
 */
export function openTelemetry(env: Environment): Telemetry {
  opened ??= open(env);
  return opened;
}

function open(env: Environment): Telemetry {
  const settings = telemetrySettings(env);
  if (settings === null) return NONE;
  const { url, headers, service, share } = settings;
  const exporter = new SpanExporter({ url, headers, resource: { 'service.name': service } });
  const tracer = new RecordingTracer(share, (span) => exporter.add(span));
  if (!trace.setGlobalTracerProvider(tracer)) return NONE;
  context.setGlobalContextManager(new AsyncContext());
  return { flush: () => exporter.flush() };
}

/** Reads the standard variables. */
export function telemetrySettings(env: Environment): TelemetrySettings | null {
  if (env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return null;
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const url = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || (base ? `${base.replace(/\/$/, '')}/v1/traces` : '');
  if (!/^https?:\/\//.test(url)) return null;
  const share = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? '1');
  return {
    url,
    headers: headersIn(env['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''),
    service: env['OTEL_SERVICE_NAME'] || 'huren',
    share: share >= 0 && share <= 1 ? share : 1,
  };
}

/** `name=value,name=value`, percent-encoded. */
function headersIn(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), decoded(value)]];
  });
  return Object.fromEntries(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
