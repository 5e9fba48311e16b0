/* An app with a device, which it has used: compare with without.ts. */

import { collect, heapStats, print } from "host";
import Zram from "zram";

const stats = new Int32Array(3);
const page = new Uint8Array(4096);
const zram = new Zram({ byteLength: 1 << 20, arena: { byteLength: 1 << 18 } });
zram.write(page, 0);
zram.read(page, 0);
collect();
heapStats(stats);
const layout = (pages: number, integrity: boolean) =>
	Zram.layout({ byteLength: pages * page.length, integrity, arena: { byteLength: 1 } });
const perPage = (integrity: boolean) => (layout(2048, integrity).minimum - layout(1024, integrity).minimum) / 1024;
print(
	JSON.stringify({
		slots: stats[0],
		chunks: (stats[1] as number) - page.byteLength,
		scratch: layout(1, false).scratch,
		perPage: [perPage(false), perPage(true)],
	}),
);
