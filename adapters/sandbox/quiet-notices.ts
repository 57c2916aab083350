import terminal from 'node:console';

/*
 * oidc-provider greets every Node release line that is not yet long-term support on standard error. The runtime of this
 * project is pinned, so the notice says nothing; everything else still comes through. Imported before the provider.
 */
const warn = terminal.warn;
terminal.warn = (...items: unknown[]) => {
  if (!items.some((item) => typeof item === 'string' && item.includes('Unsupported runtime'))) warn(...items);
};
