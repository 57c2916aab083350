import { ConfigError } from './config.ts';

/** Why an address could not be listened on, as the setting that has to change: the host, or else the port. */
export function listenFault(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): ConfigError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'EADDRINUSE':
      return ConfigError.of({
        setting: 'HUREN_PORT',
        text: {
          zh: `${host} 的 ${port} 端口已被占用；请停止占用者或换用其他端口`,
          en: `port ${port} of ${host} is taken: end what listens there, or choose another`,
        },
      });
    case 'EACCES':
      return ConfigError.of({
        setting: 'HUREN_PORT',
        text: {
          zh: `无权监听 ${port} 端口；请使用 1024 及以上的端口`,
          en: `port ${port} may not be listened on by this user: choose 1024 or above`,
        },
      });
    default:
      return ConfigError.of({
        setting: 'HUREN_HOST',
        text: {
          zh: `${host} 不是本机可监听的地址（${code}）；请用 127.0.0.1、0.0.0.0 或本机地址之一`,
          en: `${host} is no address of this machine (${code}): use 127.0.0.1, 0.0.0.0 or one of its own`,
        },
      });
  }
}
