import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { same } from './finding.ts';

const NO_NAME = { zh: '主机名无法解析', en: 'its host name does not resolve' };
const REFUSED = { zh: '没有服务在该地址监听', en: 'nothing listens there' };
const SILENT = { zh: '没有及时答复', en: 'it does not answer in time' };
const UNREACHABLE = { zh: '没有到该地址的路由', en: 'there is no route to it' };
const CUT = { zh: '连接被中断', en: 'the connection is cut' };
const UNKNOWN_CA = {
  zh: '其证书不是由所信任的机构签发（见 HUREN_CA_FILE）',
  en: 'its certificate is by nobody who is believed here (see HUREN_CA_FILE)',
};
const PASSWORD = { zh: '用户名或密码不被接受', en: 'user or password are not accepted' };

/** By the codes of Node and Redis; PostgreSQL's have their words with its pool. */
const WORDS = new Map<string, LocalisedText>([
  ['ENOTFOUND', NO_NAME],
  ['EAI_AGAIN', NO_NAME],
  ['ECONNREFUSED', REFUSED],
  ['ETIMEDOUT', SILENT],
  ['UND_ERR_CONNECT_TIMEOUT', SILENT],
  ['UND_ERR_HEADERS_TIMEOUT', SILENT],
  ['UND_ERR_BODY_TIMEOUT', SILENT],
  ['ABORT_ERR', SILENT],
  ['EHOSTUNREACH', UNREACHABLE],
  ['ENETUNREACH', UNREACHABLE],
  ['ECONNRESET', CUT],
  ['EPIPE', CUT],
  ['UND_ERR_SOCKET', CUT],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNKNOWN_CA],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_CA],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_CA],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_CA],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_CA],
  ['ERR_TLS_CERT_ALTNAME_INVALID', { zh: '其证书写的是别的名称', en: 'its certificate has another name' }],
  ['CERT_HAS_EXPIRED', { zh: '其证书已过期', en: 'its certificate has expired' }],
  ['WRONGPASS', PASSWORD],
  ['NOAUTH', { zh: '需要密码', en: 'it wants a password' }],
]);

/** Why something could not be reached, in words where the code is known, and never in the library's own. */
export function faultWords(error: unknown): LocalisedText {
  const codes = codesOf(error);
  for (const code of codes) {
    const words = WORDS.get(code);
    if (words !== undefined) return words;
  }
  return same(codes[0] ?? 'unknown');
}

/** Codes of an error and of what caused it. Redis says its code as the first word of the message. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const [, first] = /^([A-Z]{4,})\b/.exec(error.message) ?? [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return [...own, ...(first === undefined ? [] : [first]), ...inner, ...codesOf(error.cause), error.name];
}
