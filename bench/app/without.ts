/* An app without the module: what XS itself takes of its heap. */

import { collect, heapStats, print } from "host";

const stats = new Int32Array(3);
collect();
heapStats(stats);
print(JSON.stringify({ slots: stats[0], chunks: stats[1] }));
