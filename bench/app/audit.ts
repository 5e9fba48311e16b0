/*
 * Looks at an arena from outside, using the layout in DESIGN.md: has an operation on one page moved bytes of another,
 * and how much room was there when a page was refused?
 *
 * An operation may change the links of its page's old and new chains, and of free granules. If any other link differs,
 * its granule was moved; if any other entry differs in more than its age, its page was.
 */

import type { ZramLayout } from "zram";
import type { Memory } from "zram/memory";
import { parseEntry } from "zram/region";
import { moved } from "#bench/host";

const TABLE = 256;
const ENTRY = 8;

export class Audit {
	readonly #region: Memory;
	readonly #view: DataView;
	readonly #layout: ZramLayout;
	readonly #linksStart: number;
	readonly #granules: number;
	/** Table and links as they were after the last operation. */
	readonly #before: ArrayBuffer;

	/** The device has no checksums. */
	constructor(region: Memory, layout: ZramLayout) {
		this.#region = region;
		this.#view = new DataView(region as unknown as ArrayBuffer);
		this.#layout = layout;
		this.#linksStart = TABLE + layout.pageCount * ENTRY;
		this.#granules = layout.data / layout.granuleLength;
		const length = this.#linksStart + 2 * this.#granules;
		this.#before = new ArrayBuffer(length);
		new Uint8Array(this.#before).set(new Uint8Array(region as unknown as ArrayBuffer, 0, length));
	}

	/** Bytes of pages other than `page` that have moved since the last call. */
	movedBy(page: number): number {
		const { pageCount, granuleLength } = this.#layout;
		return moved(this.#region, this.#before, pageCount, this.#linksStart, this.#granules, granuleLength, page);
	}

	/** Granules that no page uses, by the page table alone. */
	freeGranules(): number {
		let free = this.#granules;
		for (let page = 0; page < this.#layout.pageCount; page++) free -= this.granulesOf(page);
		return free;
	}

	/** Granules of a page, by its entry. */
	granulesOf(page: number): number {
		const { storedLength } = parseEntry(this.#view, TABLE + page * ENTRY, page, 0);
		return Math.ceil(storedLength / this.#layout.granuleLength);
	}
}
