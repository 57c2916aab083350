import { createHash, randomBytes } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';
import { z } from 'zod';
import type { SoapConfig } from '../../../schemas/driver-config.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { compilePointer } from '../../pointer.ts';
import {
  answerReply,
  headerOf,
  isTimely,
  plainCodes,
  sameText,
  systemReply,
  type Wire,
  type WireReply,
  type WireTools,
} from '../../sandbox/wire.ts';
import { parseXml } from './xml.ts';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });
const userNameToken = compilePointer('/Envelope/Header/Security/UsernameToken');
const soapBody = compilePointer('/Envelope/Body');

const userNameTokenSchema = z.object({
  Username: z.string(),
  Password: z.string(),
  Nonce: z.string(),
  Created: z.string(),
});

/** SOAP 1.1 with a Username Token of the OASIS profile 1.1; what is wrong with a caller is a fault with status 500. */
export function soapWire(config: SoapConfig, tools: WireTools): Wire {
  const secrets = { username: `huren-${randomBytes(4).toString('hex')}`, password: randomBytes(24).toString('hex') };
  const { operation, code_member, within = '', fields = [] } = config;
  const member = (name: string) => compilePointer(`/Envelope/Body/${operation}${within}/${name}`);
  const codeAt = member(code_member);
  const constants = fields.map(({ name, value }) => ({ place: member(name), value }));
  return {
    ...plainCodes,
    secrets,
    handle: async (request) => {
      const document = parse(request.body);
      if (tools.refusing() || !isAuthentic(document, secrets, tools)) {
        return fault(config, 'wsse:FailedAuthentication', 'the user name token is not good');
      }
      const code = codeAt(document);
      const complete = constants.every(({ place, value }) => place(document) === value);
      const action = headerOf(request, 'soapaction');
      if (
        request.path !== config.path ||
        action !== `"${config.soap_action}"` ||
        typeof code !== 'string' ||
        !complete
      ) {
        return fault(config, 'soap:Client', 'no such operation');
      }
      return answerReply(config, tools.statementAt, await tools.answer(code), writeEnvelope);
    },
  };
}

function isAuthentic(
  document: JsonValue,
  secrets: { readonly username: string; readonly password: string },
  tools: WireTools,
): boolean {
  const token = userNameTokenSchema.safeParse(userNameToken(document));
  if (!token.success) return false;
  const { Username, Password, Nonce, Created } = token.data;
  const digest = createHash('sha1')
    .update(Buffer.from(Nonce, 'base64'))
    .update(`${Created}${secrets.password}`)
    .digest('base64');
  if (Username !== secrets.username || !sameText(Password, digest)) return false;
  return isTimely(Date.parse(Created), tools.nowMs()) && Nonce !== '' && tools.nonces.useOnce(Nonce);
}

function parse(text: string): JsonValue {
  try {
    return parseXml(text);
  } catch {
    return null;
  }
}

function fault(config: SoapConfig, faultcode: string, faultstring: string): WireReply {
  return systemReply(config, 500, { Envelope: { Body: { Fault: { faultcode, faultstring } } } }, writeEnvelope);
}

/** The manifest's pointers go by local names; the elements of a fault have no namespace, the others share ours. */
function writeEnvelope(document: JsonValue): Pick<WireReply, 'contentType' | 'body'> {
  const { Fault, ...others } = Object(soapBody(document));
  const body = Fault === undefined ? others : { 'soap:Fault': Fault };
  const envelope = { 'soap:Envelope': { '@xmlns:soap': SOAP, 'soap:Body': body } };
  return { contentType: 'text/xml', body: builder.build(envelope) };
}
