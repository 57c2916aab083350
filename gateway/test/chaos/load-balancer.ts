import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { killAtExit } from '../kill-at-exit.ts';

export interface LoadBalancer {
  readonly stop: () => Promise<void>;
}

/** Starts a real HAProxy in front of gateways: round robin, readiness checked five times a second. */
export async function startLoadBalancer(
  folder: string,
  port: number,
  gateways: readonly number[],
): Promise<LoadBalancer> {
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration(port, gateways));
  // Debian keeps it where only root's PATH looks.
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin` };
  const child = spawn('haproxy', ['-f', file, '-db'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  killAtExit(child);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`haproxy ended: ${complaints}`);
    const reply = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
    if (reply?.status === 200) break;
    await delay(50);
  }
  return {
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function configuration(port: number, gateways: readonly number[]): string {
  const servers = gateways.map((at, n) => `  server gateway${n} 127.0.0.1:${at} check inter 200ms fall 5 rise 1`);
  return `defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 30s
  timeout http-request 10s
  # A busy gateway answers its check late. Taking it out for that would make the others busier still; one that is gone
  # refuses the connection, and five refusals take a second.
  timeout check 5s
  option redispatch
  retries 2
  retry-on conn-failure
frontend venues
  bind 127.0.0.1:${port}
  default_backend gateways
backend gateways
  balance roundrobin
  option httpchk GET /readyz
  http-check expect status 200
  # A request whose connection was closed under it before a byte came back may go to another gateway: it is a question.
  retry-on conn-failure empty-response
${servers.join('\n')}
`;
}
