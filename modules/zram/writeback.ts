/* Writeback, as in Linux: pages that have room in memory go to flash because the caller asks for it. */

import { ageOf, ENTRY_LENGTH, lengthOf, STATE_COMPRESSED, STATE_RAW, stateOf } from "zram/engine/entry";
import { type Engine as EngineInstance, ERROR_CORRUPT } from "zram/engine/interface";
import { check, refuseInteger } from "zram/error";
import type { Offload } from "zram/offload";

/** Which pages go to flash. Same-filled ones never do: they take no memory. */
export interface WritebackRequest {
	/**
	 * "idle": pages that have not been used for a while; "huge": pages above the threshold; "page": the ones in `pages`.
	 */
	type: "idle" | "huge" | "page";
	/**
	 * For "idle" and "huge": least age in steps since the page was used (minutes, or calls of markIdle()), 0 to 255.
	 * Default: 1 for "idle", 0 for "huge".
	 */
	minAge?: number;
	/** For "page": page numbers, in any order; those that are not in memory are skipped. */
	pages?: Iterable<number>;
	/** Most bytes to write to flash, in whole pages. Default: no limit but the budget. */
	bytes?: number;
}

/** Pages are sorted by stored length, in so many steps per page. */
const SIZES = 64;

interface Validated {
	huge: boolean;
	minAge: number;
	pages: number[] | undefined;
	/** Most pages to write. */
	most: number;
}

function validate(request: WritebackRequest, pageCount: number, pageLength: number): Validated {
	if (typeof request !== "object" || request === null)
		throw new TypeError("request: must be { type, minAge, pages, bytes }");
	const { type, bytes = Number.MAX_SAFE_INTEGER } = request;
	if (type !== "idle" && type !== "huge" && type !== "page")
		throw new RangeError('type: must be "idle", "huge" or "page"');
	const { minAge = type === "idle" ? 1 : 0 } = request;
	check(refuseInteger("minAge", minAge, 0, 255));
	check(refuseInteger("bytes", bytes, 0, Number.MAX_SAFE_INTEGER));
	const pages = type === "page" ? [...(request.pages ?? [])] : undefined;
	for (const page of pages ?? []) check(refuseInteger("pages", page, 0, pageCount - 1));
	return { huge: type === "huge", minAge, pages, most: Math.floor(bytes / pageLength) };
}

/** Numbers of the pages that are not empty, in ascending order. */
function storedPages(engine: EngineInstance, pageCount: number): IterableIterator<number> {
	const entry = new ArrayBuffer(ENTRY_LENGTH);
	let next = 0;
	return {
		next: () => {
			const page = engine.nextPage(next, pageCount, entry);
			next = page + 1;
			return page >= pageCount || page < 0 ? { done: true, value: undefined } : { done: false, value: page };
		},
		[Symbol.iterator]() {
			return this;
		},
	};
}

/** Zram.writeback. Returns the number of pages written, or the engine's code if a page cannot be read. */
export function writeback(
	offload: Offload,
	engine: EngineInstance,
	{ pageCount, pageLength }: { pageCount: number; pageLength: number },
	threshold: number,
	request: WritebackRequest,
): number {
	const { huge, minAge, pages, most } = validate(request, pageCount, pageLength);
	const entry = new Uint32Array(ENTRY_LENGTH / 4);
	const isWanted = (word: number) =>
		(stateOf(word) === STATE_COMPRESSED || stateOf(word) === STATE_RAW) &&
		(pages !== undefined || ageOf(word) >= minAge) &&
		(!huge || lengthOf(word) > threshold);
	let count = 0;
	// one walk for each size that occurs, from the largest down, so that no list of pages is needed
	for (let size = SIZES; size > 0; ) {
		let next = 0;
		for (const page of pages ?? storedPages(engine, pageCount)) {
			if (count === most) return count;
			if (engine.nextPage(page, page + 1, entry.buffer) !== page || !isWanted(entry[1] as number)) continue;
			const its = Math.ceil((lengthOf(entry[1] as number) * SIZES) / pageLength);
			if (its < size) next = Math.max(next, its);
			if (its !== size) continue;
			if (engine.stage(page) < 0) return ERROR_CORRUPT;
			if (!offload.store(page, 0, true)) return count;
			count++;
		}
		size = next;
	}
	return count;
}
