import { createHmac, randomBytes, randomInt } from 'node:crypto';
import type { DeviceReaderConfig } from '../../../schemas/driver-config.ts';
import {
  answerReply,
  codeInJson,
  errorReply,
  isTimely,
  jsonMembers,
  plainCodes,
  sameText,
  type Wire,
  type WireTools,
} from '../../sandbox/wire.ts';

interface ReaderSecrets {
  readonly sn: string;
  readonly authorization_code: string;
  readonly app_key: string;
  readonly device_key: string;
}

/** The national reader family: two signatures over device, authorisation, nonce, time and code; numeric return codes. */
export function deviceReaderWire(config: DeviceReaderConfig, tools: WireTools): Wire {
  const secrets = {
    sn: `SBX${String(randomInt(1e9)).padStart(9, '0')}`,
    authorization_code: randomBytes(12).toString('hex'),
    app_key: randomBytes(24).toString('hex'),
    device_key: randomBytes(24).toString('hex'),
  };
  return {
    ...plainCodes,
    secrets,
    handle: async (request) => {
      const question = questionOf(request.body, config);
      const fault = refusal(question, secrets, tools);
      if (fault !== null) return errorReply(config, 200, fault.code, fault.message);
      if (request.path !== config.path) return errorReply(config, 404, 40400, 'no such service');
      return answerReply(config, tools.statementAt, await tools.answer(question.code));
    },
  };
}

function questionOf(body: string, config: DeviceReaderConfig) {
  const members = jsonMembers(body);
  const text = (member: string): string => {
    const value = members.get(member);
    return typeof value === 'string' ? value : '';
  };
  return {
    sn: text('sn'),
    authorizationCode: text('authorizationCode'),
    nonce: text('nonce'),
    timestamp: text('timestamp'),
    sign: text('sign'),
    devSign: text('devSign'),
    code: codeInJson(body, config) ?? '',
  };
}

function refusal(question: ReturnType<typeof questionOf>, secrets: ReaderSecrets, tools: WireTools) {
  const { sn, authorizationCode, nonce, timestamp, sign, devSign, code } = question;
  const signed = [sn, authorizationCode, nonce, timestamp, code].join('\n');
  const hmac = (key: string) => createHmac('sha256', key).update(signed).digest('hex');
  if (sn !== secrets.sn || authorizationCode !== secrets.authorization_code) {
    return { code: 40000, message: 'device not authorised' };
  }
  if (tools.refusing() || !sameText(sign, hmac(secrets.app_key)) || !sameText(devSign, hmac(secrets.device_key))) {
    return { code: 10006, message: 'bad sign' };
  }
  if (!isTimely(Number(timestamp), tools.nowMs())) return { code: 10006, message: 'timestamp out of range' };
  if (nonce === '' || !tools.nonces.useOnce(nonce)) return { code: 10006, message: 'nonce used' };
  return null;
}
