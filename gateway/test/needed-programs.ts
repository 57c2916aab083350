import { CHROMIUM_PLACES } from './chromium-places.ts';

/** A program of somebody else's that tests start for real, and the packages of Debian that it comes with. */
export interface NeededProgram {
  readonly program: string;
  readonly debianPackages: readonly string[];
  /** Any of them will do; null: wherever programs are. */
  readonly paths: readonly string[] | null;
}

/** Without these the tests do not begin. */
export const NEEDED_PROGRAMS: readonly NeededProgram[] = [
  { program: 'redis-server', debianPackages: ['redis-server'], paths: null },
  { program: 'postgres', debianPackages: ['postgresql'], paths: null },
  { program: 'softhsm2-util', debianPackages: ['softhsm2'], paths: null },
  { program: 'haproxy', debianPackages: ['haproxy'], paths: null },
  { program: 'prometheus', debianPackages: ['prometheus'], paths: null },
  { program: 'promtool', debianPackages: ['prometheus'], paths: null },
  { program: 'chromium', debianPackages: ['chromium', 'fonts-noto-cjk'], paths: CHROMIUM_PLACES },
];

/** What checks a deployment's files: a test that lacks its own says so and is skipped. */
export const CHECKING_PROGRAMS = {
  kubectl: 'kubectl, of the packages of Kubernetes',
  nginx: 'nginx-light',
  'systemd-analyze': 'systemd',
} as const;
