/**
 * Node's own module without an import, so that what uses it also loads in a browser, where there is none. WebCrypto hands
 * every operation to another thread and is woken by it again, which here costs more than a digest or a P-256 signature.
 */
export const nodeCrypto = globalThis.process?.getBuiltinModule?.('node:crypto');
