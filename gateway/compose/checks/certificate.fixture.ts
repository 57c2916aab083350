/** A self-signed certificate of the tests for `gateway.example` and 127.0.0.1, valid until 2126, and its key. */
export const CERTIFICATE_PEM = pem('CERTIFICATE', [
  'MIIBrTCCAVOgAwIBAgIUHlWcn6143dePlzwJG5Ker3mj7PkwCgYIKoZIzj0EAwIw',
  'GjEYMBYGA1UEAwwPZ2F0ZXdheS5leGFtcGxlMCAXDTI2MTEyNTIxNDIwMFoYDzIx',
  'MjYxMTAxMjE0MjAwWjAaMRgwFgYDVQQDDA9nYXRld2F5LmV4YW1wbGUwWTATBgcq',
  'hkjOPQIBBggqhkjOPQMBBwNCAASHSbQkRd1r6JBm4uQs6xTiUuAySmZ6nGYJy3mj',
  'QCa2+B/bdjF4Ul6hisQqUvBsx30phgYiub/bQZi92uWYuAHOo3UwczAdBgNVHQ4E',
  'FgQUfFgkwOQPlKtTaxVPjYf0O8ur4a0wHwYDVR0jBBgwFoAUfFgkwOQPlKtTaxVP',
  'jYf0O8ur4a0wDwYDVR0TAQH/BAUwAwEB/zAgBgNVHREEGTAXgg9nYXRld2F5LmV4',
  'YW1wbGWHBH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIhAJK/DcdoOr6MYc6NQmKzfcaY',
  '64tzBulrOojVIXt3cHz5AiAQjAVqoSXfmatMyr2PIYIXoQA9gh+7MmE02pArv/DE',
  'mg==',
]);
export const CERTIFICATE_KEY_PEM = pem('PRIVATE KEY', [
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgypRoAGjbQCZp8IhX',
  'oD5DVrxaMtE5FjHBg5gGS2YgHlehRANCAASHSbQkRd1r6JBm4uQs6xTiUuAySmZ6',
  'nGYJy3mjQCa2+B/bdjF4Ul6hisQqUvBsx30phgYiub/bQZi92uWYuAHO',
]);

function pem(label: string, lines: readonly string[]): string {
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
