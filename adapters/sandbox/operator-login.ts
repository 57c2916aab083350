import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import type { ClientMetadata, Configuration } from 'oidc-provider';
import { readTextUpTo } from '../../schemas/bounded-bytes.ts';
import type { SandboxOperator } from './protocol.ts';

/** Path below which the login page of an interaction lies. */
const LOGIN_PATH = '/login/';
const MAX_FORM_BYTES = 1024;
const EXPIRED = '登录已过期，请返回注册表重新登录。 This login has expired: go back to the registry.\n';
const SESSION_S = 3_600;
const CODE_S = 60;

/** The client that the gateway's registry page is: authorization code with PKCE, and nothing else. */
export interface OperatorClient {
  readonly client_id: string;
  readonly client_secret: string;
}

/** A client of its own for every start: its secret lives no longer than the processes that know it. */
export function newOperatorClient(): OperatorClient {
  return { client_id: 'registry-page', client_secret: randomBytes(24).toString('base64url') };
}

/** What the provider needs to know of the registry page. `redirectUri` is the only place a code is sent to. */
export function operatorClientMetadata(client: OperatorClient, redirectUri: string): ClientMetadata {
  return {
    ...client,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid',
  };
}

/** The part of the provider's configuration that is about operators. */
export function operatorConfiguration(operators: readonly SandboxOperator[]) {
  return {
    claims: { openid: ['sub', 'entity_id', 'name'] },
    findAccount: (_ctx, sub) => {
      const operator = operators.find(({ account }) => account === sub);
      if (operator === undefined) return undefined;
      const { entityId, name } = operator;
      return { accountId: sub, claims: () => ({ sub, entity_id: entityId, name: `${name.zh} ${name.en}` }) };
    },
    interactions: { url: (_ctx, interaction) => `${LOGIN_PATH}${interaction.uid}` },
    // Whoever logs in to the registry page has agreed to the page knowing who logged in.
    loadExistingGrant: async ({ oidc }) => {
      const accountId = oidc.session?.accountId;
      const clientId = oidc.client?.clientId;
      if (accountId === undefined || clientId === undefined) return undefined;
      const grant = new oidc.provider.Grant({ accountId, clientId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    // The library's own page would load a font from elsewhere.
    renderError: (ctx, { error }) => {
      ctx.type = 'text/plain; charset=utf-8';
      ctx.body = `${EXPIRED}${error}\n`;
    },
    ttl: { AuthorizationCode: CODE_S, Grant: SESSION_S, IdToken: SESSION_S, Interaction: 600, Session: SESSION_S },
  } satisfies Configuration;
}

/** Answers the login page; false where the request is not about it. */
export function answerLogin(
  provider: Provider,
  operators: readonly SandboxOperator[],
  pageOrigin: string,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    if (request.url?.startsWith(LOGIN_PATH) !== true) return false;
    const work =
      request.method === 'POST' ? logIn(provider, operators, request, response) : show(provider, request, response);
    work.catch(() => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(EXPIRED);
    });
    return true;
  };

  async function show(at: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await at.interactionDetails(request, response);
    const nonce = randomBytes(16).toString('base64url');
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        // A browser applies form-action to where the form's answer redirects to as well.
        'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self' ${pageOrigin}; frame-ancestors 'none'; base-uri 'none'`,
      })
      .end(loginPage(operators, nonce));
  }
}

async function logIn(
  provider: Provider,
  operators: readonly SandboxOperator[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const accountId = new URLSearchParams((await readTextUpTo(request, MAX_FORM_BYTES)) ?? '').get('account');
  if (accountId === null || operators.every(({ account }) => account !== accountId)) throw new Error('no such account');
  await provider.interactionFinished(request, response, { login: { accountId } }, { mergeWithLastSubmission: false });
}

/** No password: this provider stands in for a real one, and must not look like it. */
function loginPage(operators: readonly SandboxOperator[], nonce: string): string {
  const buttons = operators.map(
    ({ account, name }) =>
      `<p><button name="account" value="${account}">${name.zh}<br><span lang="en">${name.en}</span></button></p>`,
  );
  return `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>沙箱登录 · Sandbox login</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; }
body { max-width: 30rem; margin: 0 auto; padding: 1rem; font: 1rem/1.6 system-ui, "Noto Sans CJK SC", sans-serif; }
button { width: 100%; min-height: 3rem; font: inherit; }
.notice { padding: 0.75rem 1rem; border: 3px dashed; }
</style></head>
<body><main>
<h1>沙箱登录 <span lang="en">Sandbox login</span></h1>
<p class="notice">这不是真实的身份验证：无需口令，人物均为虚构。<br><span lang="en">This is no real authentication: there is no password, and nobody here exists.</span></p>
<form method="post">${buttons.join('\n')}</form>
</main></body></html>
`;
}
