import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

/** The log of one process: JSON lines on stderr, about requests and never about people. */
export function openLogger({ logLevel }: Config): Logger {
  return pino({ level: logLevel, base: { service: 'huren' } }, pino.destination({ dest: 2, sync: false }));
}
