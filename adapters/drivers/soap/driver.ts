import { createHash } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';
import type { SoapConfig } from '../../../schemas/driver-config.ts';
import type { StatusOutcome } from '../../../schemas/driver-exchange.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { compilePointer } from '../../pointer.ts';
import { withValueAt } from '../../with-value-at.ts';
import type { Driver, DriverContext } from '../driver.ts';
import { type QuestionMembers, questionOf } from '../question.ts';
import { compileReply } from '../reply.ts';
import { parseXml } from './xml.ts';

/**
 * SOAP 1.1, as Shanghai's sibling services speak it (`SOAPAction` and text/xml are those of published open-source code;
 * the user name token is a sandbox assumption). `POST <path>` with `SOAPAction: "<soap_action>"` and an envelope whose
 * body is `<q:operation xmlns:q="namespace"><q:code_member>token</q:code_member></q:operation>` and whose header is a
 * `wsse:Security/wsse:UsernameToken` of the OASIS Username Token Profile 1.1: `wsse:Username` = secret `username`,
 * `wsse:Nonce` = base64 of the nonce's octets, `wsu:Created` = RFC 3339 UTC, and `wsse:Password` = base64 of SHA-1 over
 * nonce octets + created + secret `password`.
 *
 * The reply is read by local names, text as strings, an empty element as a missing one, a repeated one as a list. So is
 * the faultcode of a SOAP fault, whose prefix is the document's own choice: a manifest declares `Client.NoSuchCode`. A
 * fault (HTTP 500) `FailedAuthentication` says that our credentials are wrong.
 */
export const soap: Driver<SoapConfig> = {
  name: 'soap',
  open: (config, statementAt, context) => {
    const by_status = [...(config.outcome.by_status ?? []), REFUSED];
    const answer = { ...config, outcome: { ...config.outcome, by_status } };
    const { read } = compileReply(answer, statementAt, context, parseEnvelope);
    return async (token) =>
      read(
        await context.fetch({
          method: 'POST',
          path: config.path,
          headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${config.soap_action}"` },
          body: question(config, token, context),
        }),
      );
  },
};

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });
const FAULT_CODE = '/Envelope/Body/Fault/faultcode';
const REFUSED: StatusOutcome = { status: 500, means: 'refused', at: FAULT_CODE, codes: ['FailedAuthentication'] };
const faultCode = compilePointer(FAULT_CODE);

function question(config: SoapConfig, token: string, context: DriverContext): string {
  return builder.build({
    'soap:Envelope': {
      '@xmlns:soap': SOAP,
      'soap:Header': { 'wsse:Security': userNameToken(context) },
      'soap:Body': {
        [`q:${config.operation}`]: { '@xmlns:q': config.namespace, ...qualified(questionOf(config, token)) },
      },
    },
  });
}

function qualified(members: QuestionMembers): QuestionMembers {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [`q:${name}`, typeof value === 'string' ? value : qualified(value)]),
  );
}

function userNameToken(context: DriverContext) {
  const nonce = context.nonce();
  const created = new Date(context.nowMs()).toISOString();
  const digest = createHash('sha1')
    .update(`${nonce}${created}${context.secret('password')}`)
    .digest('base64');
  return {
    '@soap:mustUnderstand': '1',
    '@xmlns:wsse': `${WSS}-wssecurity-secext-1.0.xsd`,
    '@xmlns:wsu': `${WSS}-wssecurity-utility-1.0.xsd`,
    'wsse:UsernameToken': {
      'wsse:Username': context.secret('username'),
      'wsse:Password': { '@Type': `${WSS}-username-token-profile-1.0#PasswordDigest`, '#text': digest },
      'wsse:Nonce': {
        '@EncodingType': `${WSS}-soap-message-security-1.0#Base64Binary`,
        '#text': Buffer.from(nonce).toString('base64'),
      },
      'wsu:Created': created,
    },
  };
}

function parseEnvelope(text: string): JsonValue {
  const document = parseXml(text);
  const code = faultCode(document);
  return typeof code === 'string' ? withValueAt(document, FAULT_CODE, code.slice(code.indexOf(':') + 1)) : document;
}
