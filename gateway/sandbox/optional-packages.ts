import { ConfigError } from '../compose/config.ts';

/** What plays authorization servers. A node in production has no use for it, so it may be left out of an installation. */
const PROVIDER = 'oidc-provider';

/** Throws ConfigError where the packages that only simulations need were left out of this installation. */
export function requireSandboxPackages(): void {
  try {
    import.meta.resolve(PROVIDER);
  } catch {
    throw new ConfigError({
      zh: `模拟部分需要可选的软件包 ${PROVIDER}，此处未安装：安装时不要加 --omit=optional`,
      en: `simulations need the optional package ${PROVIDER}, which is not installed here: install without --omit=optional`,
    });
  }
}
