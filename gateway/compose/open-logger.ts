import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';
import { linesOnStderr } from './gathered-lines.ts';
import { terminalLine } from './terminal-line.ts';

const WARNING = pino.levels.values['warn'] ?? 0;

/**
 * The log of one process on stderr, about requests and never about people: JSON lines, of which what somebody should look
 * at is written at once, with whatever came before it, and the rest at the latest when the process ends. On a terminal,
 * readable lines, and without a setting only those that somebody should look at: whoever sits there reads something else.
 */
export function openLogger({ logLevel }: Pick<Config, 'logLevel'>, isTerminal = process.stderr.isTTY === true): Logger {
  return pino(
    {
      level: logLevel ?? (isTerminal ? 'warn' : 'info'),
      base: { service: 'huren' },
      hooks: {
        logMethod(line, write, level) {
          write.apply(this, line);
          if (level >= WARNING) this.flush();
        },
      },
    },
    isTerminal ? terminal() : linesOnStderr(),
  );
}

function terminal(): DestinationStream {
  const isColoured = process.env['NO_COLOR'] === undefined;
  return { write: (line) => void process.stderr.write(terminalLine(line, { isColoured })) };
}
