import { statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { limitOnOpenFiles, NEEDED_OPEN_FILES } from '../../access/open-file-limit.ts';
import { dataFolderFault, nearestFolder } from '../data-folder.ts';
import { listenFault } from '../listen-fault.ts';
import { bad, type Finding, good, type Subject, same, unused } from './finding.ts';

/** Less than this is gone after an hour of a log at level info. */
const NEEDED_FREE_MIB = 512;

/** Where keys, log and counts are to be. */
export function checkDataDirectory({ config }: Subject): Finding {
  const about = ['data_directory', 'HUREN_DATA_DIR'] as const;
  const folder = resolve(config.dataDir);
  const place = nearestFolder(folder);
  if (dataFolderFault(folder) !== null) {
    const found = { zh: `无法写入 ${place}`, en: `${place} cannot be written to` };
    return bad(about, found, {
      zh: '核对其所有者与挂载方式，或换用其他目录',
      en: 'check its owner and mount, or choose another',
    });
  }
  if (place === folder) return good(about, { zh: `${folder} 可写`, en: `${folder} can be written to` });
  return good(about, { zh: `${folder} 将在启动时建立`, en: `${folder} will be made by the start` });
}

/** Room where the data are. */
export function checkDisk({ config }: Subject): Finding {
  const about = ['disk', 'HUREN_DATA_DIR'] as const;
  const { bavail, bsize } = statfsSync(nearestFolder(config.dataDir));
  const freeMib = Math.floor((bavail * bsize) / (1024 * 1024));
  const found = { zh: `剩余 ${freeMib} MiB`, en: `${freeMib} MiB are free` };
  if (freeMib >= NEEDED_FREE_MIB) return good(about, found);
  return bad(about, found, { zh: `至少腾出 ${NEEDED_FREE_MIB} MiB`, en: `make room: at least ${NEEDED_FREE_MIB} MiB` });
}

/** Connections and files that a process may have open. `limit`: of this process. */
export function checkOpenFiles(limit: number | null = limitOnOpenFiles()): Finding {
  const about = ['open_files', 'ulimit -n'] as const;
  if (limit === null) return unused(about, { zh: '系统未说明', en: 'the system does not say' });
  if (limit >= NEEDED_OPEN_FILES)
    return good(about, same(limit === Number.MAX_SAFE_INTEGER ? 'unlimited' : `${limit}`));
  return bad(
    about,
    {
      zh: `${limit}，少于 ${NEEDED_OPEN_FILES}：人多时会拒绝连接`,
      en: `${limit}, less than ${NEEDED_OPEN_FILES}: a surge ends in refused connections`,
    },
    {
      zh: '用 ulimit -n、systemd 的 LimitNOFILE 或容器的 --ulimit 提高',
      en: 'raise it with ulimit -n, LimitNOFILE of systemd or --ulimit of a container',
    },
  );
}

/** Whether the server could listen now. */
export function checkPort({ config }: Subject): Promise<Finding> {
  const { host, port } = config;
  const server = createServer();
  return new Promise((done) => {
    server.once('error', (error) => {
      const { text, message } = listenFault(error, { host, port });
      const [setting = 'HUREN_PORT'] = message.split(':');
      const prefix = `${setting}: `;
      const found = { zh: text.zh.slice(prefix.length), en: text.en.slice(prefix.length) };
      done(
        bad(['port', setting], found, {
          zh: '若占用者是本网关自己，则无需处理',
          en: 'nothing is wrong where this very gateway is what runs there',
        }),
      );
    });
    server.listen(port, host, () => {
      const found = { zh: `${host}:${port} 空闲`, en: `${host}:${port} is free` };
      server.close(() => done(good(['port', 'HUREN_PORT'], found)));
    });
  });
}
