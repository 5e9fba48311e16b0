/*
 * Does an operation cost more on a larger arena, a larger device, or a fuller one? Measures the same few pages on
 * devices that have been used and are filled to a share of their granules.
 */

import Zram from "zram";
import { Memory } from "zram/memory";
import { Random } from "../../tests/support/random.ts";
import { type Measure, Meter } from "./meter.ts";
import { Pages, type Parameters, Progress, runProgram, wrongByte } from "./program.ts";

export interface GrowthDevice {
	arena: number;
	size: number;
	/** The share of granules in use besides those of the measured pages. */
	fill: number;
}

export interface GrowthParameters extends Parameters {
	devices: GrowthDevice[];
	/** How many of the pages, from the first on, are measured. The rest fill the device. */
	measured: number;
}

const PAGE = 4096;
/** How many overwrites shuffle the free granules. */
const SHUFFLES = 200;

/** Stores pages from `first` on until `share` of the granules is in use, and shuffles. */
function fillTo(zram: Zram, pages: Pages, first: number, share: number, data: number) {
	const random = new Random(1);
	const write = (page: number) => zram.write(pages.view(first + random.below(pages.count - first)), page * PAGE);
	const { memUsed: metadata } = zram.status();
	const used = () => (zram.status().memUsed - metadata) / data;
	let stored = first;
	while (used() + PAGE / data <= share) write(stored++);
	for (let i = 0; i < SHUFFLES && stored > first; i++) {
		const page = first + random.below(stored - first);
		if (used() + PAGE / data <= share) write(page);
		else zram.trim(page * PAGE, PAGE);
	}
	for (let page = first; used() + PAGE / data <= share; page = page + 1 < stored ? page + 1 : first) write(page);
}

/** Labels end with the device's place in the list. */
function measure(meter: Meter, pages: Pages, measured: number, device: GrowthDevice, index: number) {
	const memory = new Memory(device.arena, "external");
	const options = { byteLength: device.size, arena: memory as unknown as ArrayBuffer };
	const { data } = Zram.layout({ byteLength: device.size, arena: { byteLength: device.arena } });
	const zram = new Zram(options);
	const page = new Uint8Array(PAGE);
	const label = (operation: string) => `${operation} ${index}`;
	fillTo(zram, pages, measured, device.fill, data);
	meter.loop(label("loop"), measured, (i) => {
		zram;
		pages.view(i);
		i * PAGE;
	});
	const loop = label("loop");
	meter.loop(label("write"), measured, (i) => zram.write(pages.view(i), i * PAGE), loop);
	meter.loop(label("read"), measured, (i) => zram.read(page, i * PAGE), loop);
	if (!pages.isAt(measured - 1, page)) throw wrongByte(measured - 1);
	meter.loop(label("rewrite"), measured, (i) => zram.write(pages.view((i + 1) % measured), i * PAGE), loop);
	meter.loop(label("trim"), measured, (i) => zram.trim(i * PAGE, PAGE), loop);
	zram.close();
	memory.close();
}

runProgram(({ pages: file, devices, measured, show }: GrowthParameters): { measures: Measure[] } => {
	const pages = new Pages(file);
	const meter = new Meter();
	const progress = new Progress("growth", devices.length, show);
	devices.forEach((device, i) => {
		progress.at(i);
		measure(meter, pages, measured, device, i);
	});
	progress.end();
	return { measures: meter.measures };
});
