import type { Request, Response } from 'express';

const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Nothing from elsewhere, nothing inline: what a page may load is our own script, style and description. */
const DIRECTIVES = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** What the policy of a page allows beside: `wasm` compiles our own WebAssembly, which reads codes in pictures. */
export type Extra = 'wasm';

/** `?lang=zh|en` decides, and without it the browser's Accept-Language. */
export function languageOf(request: Request): Language {
  const asked = request.query['lang'];
  const known = LANGUAGES.find((language) => language === asked);
  if (known !== undefined) return known;
  const accepted = request.acceptsLanguages('en', 'zh', 'zh-CN', 'zh-Hans', 'zh-TW', 'zh-HK', 'zh-Hant');
  return accepted !== false && accepted.startsWith('zh') ? 'zh' : 'en';
}

/** The headers of a page, and of what it loads: a worker has a policy of its own. */
export function protect(response: Response, extra?: Extra): Response {
  const policy = DIRECTIVES.map((directive) =>
    extra === 'wasm' && directive.startsWith('script-src') ? `${directive} 'wasm-unsafe-eval'` : directive,
  );
  return response.set({ 'content-security-policy': policy.join('; '), 'x-content-type-options': 'nosniff' });
}
