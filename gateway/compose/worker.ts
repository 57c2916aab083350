import { joinNode } from './node.ts';
import { runWorker } from './worker-process.ts';

/* One process of a node that runs as several. */
runWorker((config, _payload, siblings) => joinNode(config, siblings), { sandbox: false });
