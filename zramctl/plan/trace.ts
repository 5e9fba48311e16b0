/**
 * How a recorded app would have fared with other arenas: how many of its stores they would have refused, and how a
 * flash behind them would have worn.
 *
 * @module
 */

import { OFFLOAD, WRITE, WRITE_FLASH } from "zram/trace/format";
import { replayOnDevice } from "../replay/device.ts";
import { ENDURANCE, FLASH_POLICIES, type FlashResult, replayOnFlash } from "../replay/flash.ts";
import type { Progress } from "../replay/progress.ts";
import type { TraceFile } from "../replay/trace.ts";

/** Bytes of the flash put behind each arena if the device had none, and the years it is to last. */
const FLASH = 1024 * 1024;
const LIFETIME = 10;

/** How an arena would have fared. */
export interface TracePlan {
	/** Bytes. */
	arena: number;
	/**
	 * Without a flash: stores refused, and the most bytes in use. Null if it is too small for the device's page table.
	 */
	memory: { refused: number; usedMost: number } | null;
	/** With a flash behind it, or null likewise. */
	flash: FlashResult | null;
}

/** The same operations as if all pages stayed in memory. */
function inMemory(trace: TraceFile): TraceFile {
	const without: Pick<TraceFile, "header" | "forEach"> = {
		header: { ...trace.header, slots: 0 },
		forEach: (listener) =>
			trace.forEach((operation, share) => {
				if (operation.operation === OFFLOAD) return;
				listener(operation.operation === WRITE_FLASH ? { ...operation, operation: WRITE } : operation, share);
			}),
	};
	return without as TraceFile;
}

/** Null instead of the RangeError for an arena that is too small for the device. */
function unlessTooSmall<Result>(work: () => Result): Result | null {
	try {
		return work();
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}

/** Bytes of the flash that planTrace() assumes. */
export function flashFor({ header }: TraceFile): number {
	return header.slots * header.pageLength || FLASH;
}

/** How each of these arenas would have fared. Each takes two steps of the progress. */
export function planTrace(trace: TraceFile, arenas: readonly number[], progress: Progress): TracePlan[] {
	const memory = inMemory(trace);
	return arenas.map((arena) => {
		const device = unlessTooSmall(() => replayOnDevice(memory, { arena }, progress.next("in memory")));
		const options = { byteLength: flashFor(trace), endurance: ENDURANCE, lifetime: LIFETIME, arena };
		const flash = unlessTooSmall(() =>
			replayOnFlash(trace, FLASH_POLICIES[0] as string, options, progress.next("with a flash")),
		);
		return {
			arena,
			memory: device && { refused: device.refused, usedMost: device.status.memUsedMax },
			flash,
		};
	});
}
