import { DOCS_TEXTS } from '../../../schemas/texts/docs.ts';
import { say } from '../shell/language.ts';

/** What stands in the examples of the quick start. */
export interface QuickStartSettings {
  readonly gateway: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenEndpoint: string;
  readonly purpose: string;
  readonly code: string;
}

/** For a shell; the next two blocks go by these names. */
export function settingsText(settings: QuickStartSettings): string {
  const { gateway, clientId, clientSecret, tokenEndpoint, purpose, code } = settings;
  return `GATEWAY='${gateway}'
CLIENT_ID='${clientId}'
CLIENT_SECRET='${clientSecret}'
TOKEN_ENDPOINT='${tokenEndpoint}'
PURPOSE='${purpose}'
CODE='${code}'
`;
}

export const CURL_TOKEN = `TOKEN=$(curl -fsS -u "$CLIENT_ID:$CLIENT_SECRET" \\
  -d grant_type=client_credentials "$TOKEN_ENDPOINT" |
  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
`;

export const CURL_SCAN = `curl -fsS "$GATEWAY/v1/verifications" \\
  -H "authorization: Bearer $TOKEN" \\
  -H 'content-type: application/json' \\
  -d "{\\"code\\":\\"$CODE\\",\\"purpose\\":\\"$PURPOSE\\"}"
`;

const SCRIPT_IMPORTS = [
  "import { readFileSync } from 'node:fs';",
  "import { VenueClient } from 'huren/client';",
  "import { OfflineVerifier } from 'huren/verify';",
];

/** A module for Node 20 and later that asks once and believes nothing that does not verify. */
export function scanScript(settings: QuickStartSettings): string {
  const { gateway, clientId, clientSecret, tokenEndpoint, purpose, code } = settings;
  return `// scan.mjs
${SCRIPT_IMPORTS.join('\n')}

const gateway = '${gateway}';
const clientId = '${clientId}';
const clientSecret = '${clientSecret}';
const tokenEndpoint = '${tokenEndpoint}';
const venue = new VenueClient({ gateway, clientId, clientSecret, tokenEndpoint });

// ${say(DOCS_TEXTS.quick_bundle)}
const bundle = await (await fetch(\`\${gateway}/federation/bundle\`)).text();
// ${say(DOCS_TEXTS.quick_anchor)}
const verifier = new OfflineVerifier({ anchor: readFileSync('anchor.json', 'utf8'), bundle });

const nonce = crypto.randomUUID();
const answer = await venue.verify({ code: '${code}', purpose: '${purpose}', nonce });
const checked = await verifier.verifyAnswer(answer, { audience: clientId, nonce });
console.log(checked.verified ? checked.claims.decision : \`refer: \${checked.link} \${checked.code}\`);
`;
}
