/* For tests/bench.test.ts: runs bench/app/audit.ts on a region in which things move. */

import Zram from "zram";
import { Memory } from "zram/memory";
import { print } from "#bench/host";
import { Audit } from "../../bench/app/audit.ts";

const options = { byteLength: 65536, arena: { byteLength: 40000 } };
const layout = Zram.layout(options);
const region = new Memory(40000, "external");
const zram = new Zram({ ...options, arena: region as unknown as ArrayBuffer });
const page = new Uint8Array(4096);
const fill = (seed: number) => {
	let state = seed;
	for (let i = 0; i < 2048; i++) {
		state = (state * 75 + 74) % 65537;
		page[i] = state;
	}
};
for (const number of [1, 2, 3, 4]) {
	fill(number);
	zram.write(page, number * 4096);
}
const audit = new Audit(region, layout);
const free = audit.freeGranules();
const said: number[] = [];
fill(9);
for (const number of [2, 5]) {
	zram.write(page, number * 4096);
	said.push(audit.movedBy(number));
}
zram.trim(4096, 4096);
said.push(audit.movedBy(1));
zram.read(page, 3 * 4096);
said.push(audit.movedBy(3));
said.push(free - audit.freeGranules());
const view = new DataView(region as unknown as ArrayBuffer);
// swap page 3's second and third granule
const links = 256 + 16 * 8;
const link = (granule: number) => view.getUint16(links + 2 * granule, true);
const first = view.getUint32(256 + 3 * 8, true);
const second = link(first),
	third = link(second),
	fourth = link(third);
view.setUint16(links + 2 * first, third, true);
view.setUint16(links + 2 * third, second, true);
view.setUint16(links + 2 * second, fourth, true);
said.push(audit.movedBy(2));
said.push(audit.movedBy(2));
// move page 4 elsewhere
view.setUint32(256 + 4 * 8, first, true);
said.push(audit.movedBy(2), audit.granulesOf(4));
print(JSON.stringify(said));
