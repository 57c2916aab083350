import { useEffect, useState } from 'preact/hooks';
import { z } from 'zod';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { sandboxCodesSchema, venueSchema } from '../../../schemas/sandbox.ts';
import { DOCS_TEXTS } from '../../../schemas/texts/docs.ts';
import { say } from '../shell/language.ts';
import { askOwnGateway } from '../shell/own-gateway.ts';
import { CURL_SCAN, CURL_TOKEN, type QuickStartSettings, scanScript, settingsText } from './quick-start-text.ts';

const ANSWER_WITHIN_MS = 10_000;
const METADATA = '/.well-known/oauth-protected-resource';
/** Nothing that a shell would read as anything but itself. */
const PLAIN = /^[A-Za-z0-9]+$/;
/** The end of a line that goes on: the sign that says so never stands on a line of its own. */
const CONTINUED = /(\S+ \\)(?=\n)/;
const BLANKS = { clientId: '…', clientSecret: '…', tokenEndpoint: 'https://…', purpose: '…', code: '…' };

/** A token, one scan and an offline verification, with what this gateway's sandbox gives out filled in. */
export function QuickStart() {
  const [settings, setSettings] = useState<QuickStartSettings | null>(null);
  useEffect(() => {
    void sandboxSettings().then(setSettings);
  }, []);
  const shown = settings ?? { gateway: location.origin, ...BLANKS };
  return (
    <section id="quick-start" aria-labelledby="h-quick" data-settings={settings === null ? 'blank' : 'sandbox'}>
      <h2 id="h-quick">{say(DOCS_TEXTS.quick)}</h2>
      {settings === null ? (
        <p>
          {say(DOCS_TEXTS.quick_elsewhere)}
          {say({ zh: '', en: ' ' })}
          <a href={METADATA}>{METADATA}</a>
        </p>
      ) : (
        <p>{say(DOCS_TEXTS.quick_sandbox)}</p>
      )}
      <Block name="settings" title={say(DOCS_TEXTS.quick_settings)} text={settingsText(shown)} />
      <Block name="token" title={say(DOCS_TEXTS.quick_token)} text={CURL_TOKEN} />
      <Block name="scan" title={say(DOCS_TEXTS.quick_scan)} text={CURL_SCAN} />
      <Block name="verify" title={say(DOCS_TEXTS.quick_verify)} text={scanScript(shown)} />
      <p class="quiet">{say(DOCS_TEXTS.quick_package)}</p>
    </section>
  );
}

interface BlockProps {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

function Block({ name, title, text }: BlockProps) {
  const [isCopied, setCopied] = useState(false);
  return (
    <figure class="block">
      <figcaption>
        <span>{title}</span>
        <button
          type="button"
          aria-label={`${say(isCopied ? DOCS_TEXTS.copied : DOCS_TEXTS.copy)} · ${title}`}
          onClick={() => {
            navigator.clipboard.writeText(text).then(
              () => setCopied(true),
              () => setCopied(false),
            );
          }}
        >
          {say(isCopied ? DOCS_TEXTS.copied : DOCS_TEXTS.copy)}
        </button>
      </figcaption>
      <pre data-block={name}>
        {text.split(CONTINUED).map((part, at) => (at % 2 === 1 ? <span class="whole">{part}</span> : part))}
      </pre>
    </figure>
  );
}

/** What the sandbox gives out to try it with; null anywhere else. */
async function sandboxSettings(): Promise<QuickStartSettings | null> {
  const [venues, codes] = await Promise.all([
    askOwnGateway('/sandbox/venues', {}, ANSWER_WITHIN_MS),
    askOwnGateway('/sandbox/codes', {}, ANSWER_WITHIN_MS),
  ]);
  const [venue] = z.array(venueSchema).safeParse(jsonOrUndefined(venues?.text ?? '')).data ?? [];
  const listed = sandboxCodesSchema.safeParse(jsonOrUndefined(codes?.text ?? '')).data ?? [];
  const green = listed.find(({ code, venue: place, expected }) => {
    return place === undefined && PLAIN.test(code) && 'decision' in expected && expected.decision === 'pass';
  });
  const purpose = venue?.purposes[0];
  if (venue === undefined || green === undefined || purpose === undefined) return null;
  return {
    gateway: location.origin,
    clientId: venue.client_id,
    clientSecret: venue.client_secret,
    tokenEndpoint: venue.token_endpoint,
    purpose,
    code: green.code,
  };
}
