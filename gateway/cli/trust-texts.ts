import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import type { FailedCheck } from '../../schemas/texts/trust-errors.ts';

/** What to do after a check failed. */
export function checkNext({ code, clock_off_s }: FailedCheck): LocalisedText {
  if (code === 'anchor_unknown') {
    return {
      zh: '用 --anchor 或 HUREN_ANCHOR_FILE 指定国家信任锚文件，勿采信此结果',
      en: 'name the national anchor file with --anchor or HUREN_ANCHOR_FILE, and do not rely on this answer',
    };
  }
  if (code === 'fetch_failed') {
    return {
      zh: '用 --bundle 指定信任包，或将 HUREN_URL 指向网关',
      en: 'name a trust bundle with --bundle, or set HUREN_URL to a gateway',
    };
  }
  // Scanning again with a clock that is off gives the same answer for ever.
  if (code === 'not_yet_valid' && clock_off_s !== undefined) {
    return {
      zh: '请校准本机时钟；若本机时钟正确，请告知网关的运维人员',
      en: 'check this clock; if it is right, tell the operator of the gateway that its clock is ahead',
    };
  }
  if (code === 'status_list_missing' || code === 'status_list_stale' || code === 'status_list_invalid') {
    return {
      zh: '请联网后重试（HUREN_URL），或用 --bundle 指定刚刚导出的信任包；也可直接扫描健康码',
      en: 'try again online (HUREN_URL) or with a trust bundle exported just now (--bundle); or scan the code itself',
    };
  }
  if (code === 'expired') {
    return {
      zh: '请重新扫描，取得新的证明；若刚刚取得，请校准本机时钟',
      en: 'scan again for a new attestation; if this one was only just made, check this clock',
    };
  }
  return { zh: '请勿采信；重新扫描健康码', en: 'do not rely on it; scan the code again' };
}
