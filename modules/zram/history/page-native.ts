/* A history's page in native code: zramHistoryPage.c. The contract is in interface.ts. */

import type { Page, PageLayout } from "zram/history/interface";
import type { Memory } from "zram/memory";

/** The name as XS finds a property by it: a string, or a number if it is an array index. */
function keyOf(name: string): string | number {
	const index = Number(name) >>> 0;
	return index < 2 ** 32 - 1 && `${index}` === name ? index : name;
}

class NativePage extends Native("xs_zram_history_page_destructor") {
	/** Keep alive what the native page points to: the memory, and the names of fields. */
	readonly #memory: Memory;
	readonly #names: object;

	constructor(memory: Memory, { pageLength, recordLength, fields }: PageLayout) {
		super();
		this.#memory = memory;
		this.#names = Object.fromEntries(fields.map(({ name }) => [name, undefined]));
		const keys = Object.keys(this.#names).map(keyOf);
		const codes = Uint8Array.from(fields, ({ type }) => type.code);
		attach(this, this.#memory, pageLength, recordLength, keys, codes);
	}
	at(index: number, into?: object): object {
		return native("xs_zram_history_page_at").call(this, index, into);
	}
	get pageFirst(): number {
		return native("xs_zram_history_page_get_first").call(this);
	}
	get pageCount(): number {
		return native("xs_zram_history_page_get_count").call(this);
	}
	showPage(first: number, count: number): void {
		native("xs_zram_history_page_show").call(this, first, count);
	}
	packRecord(record: unknown): number {
		return native("xs_zram_history_page_pack").call(this, record);
	}
	searchPage(value: number): number {
		return native("xs_zram_history_page_search").call(this, value);
	}
	pageValue(place: number): number {
		return native("xs_zram_history_page_value").call(this, place);
	}
	closePage(): boolean {
		return native("xs_zram_history_page_close").call(this);
	}
}

function attach(
	this: unknown,
	page: NativePage,
	memory: Memory,
	pageLength: number,
	recordLength: number,
	keys: (string | number)[],
	codes: Uint8Array,
): void {
	native("xs_zram_history_page").call(this, page, memory, pageLength, recordLength, keys, codes);
}

/** Its methods are for History alone: the declaration makes them protected. */
export default NativePage as unknown as typeof Page;
