import { joinNode } from './node.ts';
import { runWorker } from './worker-process.ts';

/* One process of a node that runs as several. */
runWorker((config) => joinNode(config), { sandbox: false });
