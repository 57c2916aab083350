import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

/** Lines are written together once they are so many bytes, or so old: a system call for each costs more than the line. */
const TOGETHER = { minLength: 8_192, periodicFlush: 200 };
const WARNING = pino.levels.values['warn'] ?? 0;

/**
 * The log of one process: JSON lines on stderr, about requests and never about people. What somebody should look at is
 * written at once, with whatever came before it; the rest at the latest when the process ends.
 */
export function openLogger({ logLevel }: Config): Logger {
  return pino(
    {
      level: logLevel,
      base: { service: 'huren' },
      hooks: {
        logMethod(line, write, level) {
          write.apply(this, line);
          if (level >= WARNING) this.flush();
        },
      },
    },
    pino.destination({ dest: 2, sync: false, ...TOGETHER }),
  );
}
