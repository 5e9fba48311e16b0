/* Fills a device with pages until it refuses one, and reads all of them back. The command is bench/fill.ts. */

import { ZramError } from "zram";
import { columnsPages, type DeviceParameters, densePages, openDevice, rest } from "./device.ts";
import { Pages, type Parameters, Progress, runProgram, wrongByte } from "./program.ts";

export interface FillParameters extends Parameters, DeviceParameters {
	engine: string;
	/**
	 * When it is full, this percentage of the pages rests and is packed as dense, and filling goes on, until that makes
	 * no room for one more page.
	 */
	dense?: number;
}

/** The command's keys. Lengths are bytes. */
export interface FillResult {
	/** Pages stored. */
	pages: number;
	/** What they hold. */
	stored: number;
	/** The sum of their stored lengths. */
	payload: number;
	/** Granules in use, and all metadata. */
	used: number;
	metadata: number;
	/** Pages of one word. */
	same: number;
	/** Pages that count as incompressible. */
	huge: number;
	/** Pages that the columns codec holds. */
	columns: number;
	/** With --dense: pages that the dense codec holds, and how often all rested. */
	dense?: number;
	rounds?: number;
	arena: number;
	/** What ended it: ENOSPC; ERANGE if the device, not the arena, was too small; or null. */
	refused: string | null;
	engine: string;
}

runProgram(({ pages: file, arena, size, codecs, engine, dense, show }: FillParameters): FillResult => {
	const pages = new Pages(file);
	const { zram, layout } = openDevice({ arena, size, codecs }, file.pageLength);
	const progress = new Progress("fill", 2 * file.count, show);
	let stored = 0;
	let rounds = 0;
	/** Writes pages until one is refused. Returns why, or null. */
	const fill = (): string | null => {
		try {
			for (; stored < pages.count && stored < layout.pageCount; stored++) {
				zram.write(pages.view(stored), stored * file.pageLength);
				progress.at(stored);
			}
			return stored < pages.count ? "ERANGE" : null;
		} catch (error) {
			if (!(error instanceof ZramError)) throw error;
			return error.code;
		}
	};
	let refused = fill();
	for (let before = -1; dense && refused === "ENOSPC" && stored > before; rounds++) {
		before = stored;
		rest(zram, dense);
		refused = fill();
	}
	const { comprDataSize, memUsed, samePages, hugePages } = zram.status();
	const back = new Uint8Array(file.pageLength);
	for (let page = 0; page < stored; page++) {
		zram.read(back, page * file.pageLength);
		if (!pages.isAt(page, back)) throw wrongByte(page);
		progress.at(file.count + page);
	}
	progress.end();
	return {
		pages: stored,
		stored: stored * file.pageLength,
		payload: comprDataSize,
		used: memUsed,
		metadata: layout.metadata,
		same: samePages,
		huge: hugePages,
		columns: columnsPages(zram),
		...(dense && { dense: densePages(zram), rounds }),
		arena,
		refused,
		engine,
	};
});
