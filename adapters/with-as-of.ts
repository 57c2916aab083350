import type { AsOf } from '../schemas/manifest.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import { withValueAt } from './with-value-at.ts';

type AsOfField = Extract<AsOf, { from: 'field' }>;

/** The record with its as-of member saying `atMs`, in the system's own format and zone. */
export function withAsOf(record: JsonValue, asOf: AsOf, atMs: number): JsonValue {
  return asOf.from === 'reply' ? record : withValueAt(record, asOf.at, formatAsOf(asOf, atMs));
}

function formatAsOf({ format, zone }: AsOfField, atMs: number): string | number {
  const local = new Date(atMs + offsetMs(zone)).toISOString();
  switch (format) {
    case 'yyyy-MM-dd HH:mm:ss':
      return local.slice(0, 19).replace('T', ' ');
    case 'yyyy-MM-dd HH:mm':
      return local.slice(0, 16).replace('T', ' ');
    case 'yyyy-MM-dd HH:mm:ss.S':
      return `${local.slice(0, 19).replace('T', ' ')}.0`;
    case 'yyyy-MM-ddTHH:mm:ss':
      return local.slice(0, 19);
    case 'yyyy-MM-ddTHH:mm:ssZ':
      return `${local.slice(0, 23)}${zone.replace(':', '')}`;
    case 'yyyyMMddHHmmss':
      return local.slice(0, 19).replaceAll(/[-T:]/g, '');
    case 'yyyyMMddHHmmssSSS':
      return local.slice(0, 23).replaceAll(/[-T:.]/g, '');
    case 'rfc3339':
      return `${local.slice(0, 19)}${zone}`;
    case 'unix_s':
      return Math.floor(atMs / 1000);
    case 'unix_ms':
      return atMs;
  }
}

function offsetMs(zone: string): number {
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))) * 60_000;
}
