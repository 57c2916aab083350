import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { CodedError } from '../../schemas/coded-error.ts';

/** Why a store cannot be used, with what to do about it. Nothing here names what a store holds. */
export const STORE_FAULTS = {
  host_unknown: {
    zh: '数据库主机名无法解析（DNS）：请检查地址中的主机名',
    en: 'the host of the database is not known to DNS: look at the host in its address',
  },
  connection_refused: {
    zh: '数据库地址上没有服务在监听：请确认数据库已启动，主机与端口正确',
    en: 'nothing listens at the address of the database: is it running, are host and port right?',
  },
  password_refused: {
    zh: '数据库不接受该用户或口令：请检查口令与 pg_hba.conf',
    en: 'the database refuses this user or password: look at the password, and at pg_hba.conf',
  },
  database_missing: {
    zh: '没有该名称的数据库：请先创建',
    en: 'there is no database of that name: create it first',
  },
  too_many_connections: {
    zh: '数据库的连接数已满：请调高 max_connections 或减少实例',
    en: 'the database takes no more connections: raise max_connections, or run fewer instances',
  },
  timeout: { zh: '数据库未在限时内应答', en: 'the database did not answer in time' },
  locked: { zh: '文件正被另一进程占用', en: 'another process holds the file' },
  disk_full: { zh: '磁盘已满：请腾出空间', en: 'the disk is full: make room' },
  damaged: {
    zh: '内容已损坏：请移走文件或从备份恢复',
    en: 'what is stored is damaged: move the file away, or restore a backup',
  },
  unwritable: {
    zh: '无法写入：请检查权限',
    en: 'it cannot be written: look at its permissions',
  },
  newer_schema: {
    zh: '由更新版本的程序写入：请启动该版本，或恢复升级前的备份',
    en: 'a newer version of this program wrote it: start that version, or restore a backup from before it',
  },
  older_schema: {
    zh: '表由较旧版本的程序建立：请用该版本备份，或先启动本版本一次',
    en: 'an older version of this program made its tables: use that version, or start this one once',
  },
  not_durable: {
    zh: '数据库以 fsync = off 运行：请打开 fsync',
    en: 'the database runs with fsync off: turn it on',
  },
  unavailable: { zh: '暂时不可用', en: 'it cannot be used just now' },
  closed: { zh: '已关闭', en: 'it is closed' },
} as const satisfies Record<string, LocalisedText>;
export type StoreErrorCode = keyof typeof STORE_FAULTS;

/** A store cannot be used. `what` names the file or the database, never with an address, which can hold a password. */
export class StoreError extends CodedError<StoreErrorCode> {
  override readonly name = 'StoreError';

  constructor(code: StoreErrorCode, what: string, options: { readonly cause?: unknown } = {}) {
    super(code, `${what}: ${STORE_FAULTS[code].en}`, options);
  }
}
