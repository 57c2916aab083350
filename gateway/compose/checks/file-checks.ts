import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { isKeySetting, readKeySetting } from '../../keys/key-setting.ts';
import { openAccessFiles } from '../../upstream/access-files.ts';
import { ConfigError } from '../config.ts';
import { readAnchor } from '../read-anchor.ts';
import { bad, type Finding, good, type Subject, unused } from './finding.ts';

const GROUP_AND_OTHERS = 0o077;
const OTHERS = 0o007;

/** The anchor file: there, and of the documented form. */
export function checkAnchorFile({ config, sandbox }: Subject): Finding {
  const about = ['file', 'HUREN_ANCHOR_FILE'] as const;
  if (config.anchorFile === null) {
    if (sandbox) return unused(about, { zh: '沙箱自带信任锚', en: 'a sandbox brings its own anchor' });
    const found = { zh: '未设置：不知道信任谁', en: 'not set: nobody is believed' };
    return bad(about, found, { zh: '向国家锚点索取该文件', en: 'get the file from the national anchor' });
  }
  try {
    const anchor = readAnchor(config.anchorFile);
    const id = anchor?.federation.entity_id ?? '';
    if (anchor?.registry !== anchor?.federation) {
      return good(about, { zh: `信任锚 ${id}，并固定了注册表`, en: `anchor ${id}, with its registry pinned` });
    }
    return good(about, { zh: `信任锚 ${id}，未另行固定注册表`, en: `anchor ${id}, no registry pinned beside it` });
  } catch {
    const found = {
      zh: `${config.anchorFile} 不是可读的信任锚文件`,
      en: `${config.anchorFile} is no readable anchor file`,
    };
    return bad(about, found, { zh: '核对路径，或重新索取该文件', en: 'check the path, or get the file again' });
  }
}

/** The folder of what is held for provinces: each file of the documented form, and read by its owner alone. */
export function checkUpstreamFiles({ config }: Subject): Finding {
  const about = ['file', 'HUREN_UPSTREAM_DIR'] as const;
  const { upstreamDir } = config;
  if (upstreamDir === null) return unused(about, { zh: '未设置', en: 'not set' });
  try {
    openAccessFiles(upstreamDir, { nowMs: Date.now, onFault: () => undefined });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [zh, en] = [error.text.zh, error.text.en].map((text) => text.replace(/^HUREN_UPSTREAM_DIR: /, ''));
    return bad(about, { zh: zh ?? '', en: en ?? '' }, { zh: '改正该文件', en: 'mend that file' });
  }
  const count = readdirSync(upstreamDir).filter((name) => /^\d{6}\.json$/.test(name)).length;
  if (count === 0) return unused(about, { zh: '目录为空', en: 'the folder is empty' });
  return good(about, { zh: `${count} 个省份的文件均可用`, en: `files of ${count} provinces, all usable` });
}

/** Every key file: a ring that others can read may be in other hands, and one that is damaged stops the start. */
export function checkKeyFiles({ config }: Subject): Finding[] {
  const setting = config.keys === null ? 'HUREN_DATA_DIR' : 'HUREN_KEYS';
  // A text that is none has been told as a setting.
  if (config.keys !== null && !isKeySetting(config.keys)) return [];
  const { folder, token } = readKeySetting({ setting: config.keys, dataDir: config.dataDir });
  if (token === null) return ringFindings(setting, folder);
  const pin = permissionFinding('keys', setting, token.pinFile, OTHERS);
  return [permissionFinding('keys', setting, token.modulePath, 0), pin, ...ringFindings(setting, folder)];
}

function ringFindings(setting: string, folder: string): Finding[] {
  const files = filesBelow(folder).filter((name) => name.endsWith('.json'));
  if (files.length === 0) {
    const found = {
      zh: `${folder} 中尚无密钥，首次启动时生成`,
      en: `no keys in ${folder} yet: the first start makes them`,
    };
    return [unused(['keys', setting], found)];
  }
  const findings = files.map((name) => keyFileFinding(setting, join(folder, name)));
  const wrong = findings.filter(({ outcome }) => outcome === 'bad');
  if (wrong.length > 0) return wrong;
  const found = {
    zh: `${folder} 中 ${files.length} 个密钥文件均可用`,
    en: `${files.length} key files in ${folder}, all usable`,
  };
  return [good(['keys', setting], found)];
}

/** What the file holds is looked at and never shown. */
function keyFileFinding(setting: string, path: string): Finding {
  const permission = permissionFinding('keys', setting, path, GROUP_AND_OTHERS);
  if (permission.outcome === 'bad') return permission;
  const value = jsonOrUndefined(readFileSync(path, 'utf8'));
  if (typeof value === 'object' && value !== null && ('keys' in value || 'jwk' in value)) return permission;
  const found = { zh: `${path} 不是密钥文件`, en: `${path} is no key file` };
  return bad(['keys', setting], found, { zh: '从备份恢复', en: 'restore it from a backup' });
}

/** Whether a file can be read here and by nobody in `mask`. */
export function permissionFinding(
  check: 'file' | 'keys' | 'tls',
  setting: string,
  path: string,
  mask: number,
): Finding {
  const about = [check, setting] as const;
  const stat = statOf(path);
  if (stat === null || !stat.isFile() || !isReadable(path)) {
    const found = { zh: `${path} 无法读取`, en: `${path} cannot be read` };
    return bad(about, found, { zh: '核对路径与权限', en: 'check the path and who may read it' });
  }
  const mode = (stat.mode & 0o777).toString(8).padStart(3, '0');
  if ((stat.mode & mask) === 0) return good(about, { zh: `${path}（${mode}）`, en: `${path} (${mode})` });
  const allowed = mask === OTHERS ? '640' : '600';
  return bad(
    about,
    { zh: `他人可以读取 ${path}（${mode}）`, en: `${path} may be read by others (${mode})` },
    { zh: `chmod ${allowed} ${path}，并更换其中内容`, en: `chmod ${allowed} ${path}, and replace what it holds` },
  );
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function isReadable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  } catch {
    return [];
  }
}
