/* Pages of histories, native and in TypeScript, side by side: the same answers, the same bytes. */
// needs: xs
// firmware: --slots 16384 --chunk 120000

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Field, makeFields } from "zram/history/fields";
import { memoryLength, type PageLayout } from "zram/history/interface";
import Native from "zram/history/page-native";
import Portable from "zram/history/page-portable";
import { Memory } from "zram/memory";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";

const PAGE = 512;
const FIELDS = {
	...({ time: "uint32", a: "int8", b: "uint8", c: "int16" } as const),
	...({ d: "uint16", e: "int32", f: "float32", "5": "float32" } as const),
};

/** The methods History inherits from Page, made public. */
interface Open {
	at(index: number, into?: object): object;
	readonly pageFirst: number;
	readonly pageCount: number;
	showPage(first: number, count: number): void;
	packRecord(record: unknown): number;
	searchPage(value: number): number;
	pageValue(place: number): number;
	closePage(): boolean;
}

/** A page and its memory. */
class Side {
	readonly bytes: Uint8Array;
	readonly page: Open;

	constructor(Page: typeof Native, layout: PageLayout) {
		class Concrete extends Page {
			protected override loadRecord(index: number, into: unknown) {
				throw new RangeError(`${index} is elsewhere, or ${into} no object`);
			}
		}
		const memory = new Memory(memoryLength(layout), "internal");
		this.bytes = new Uint8Array(memory as unknown as ArrayBuffer, 0, PAGE + layout.recordLength).fill(0);
		this.page = new Concrete(memory, layout) as unknown as Open;
	}
	/** Puts the last packed record on the page. */
	keep(place: number, length: number) {
		this.bytes.copyWithin(place * length, PAGE, PAGE + length);
	}
}

const ENDS = [0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32];
const ODD = [
	Number.NaN,
	-Number.NaN,
	Number.POSITIVE_INFINITY,
	Number.NEGATIVE_INFINITY,
	-0,
	1e-50,
	3.5e38,
	1e300,
	2 ** 53,
];
const NONE = [undefined, null, "1", true, {}, 1n];

/** A value of any kind, mostly one that some type can hold. */
function anyValue(random: Random, isAny: boolean): unknown {
	const sign = random.once(2) ? -1 : 1;
	if (isAny && random.once(9)) return NONE[random.below(NONE.length)];
	if (isAny && random.once(4)) return ODD[random.below(ODD.length)];
	if (isAny && random.once(2)) return sign * (ENDS[random.below(ENDS.length)] as number) + (random.below(9) - 4) / 4;
	return random.below(128) / (random.once(3) ? 3 : 1);
}

const layoutOf = (fields: readonly Field[]): PageLayout => ({
	pageLength: PAGE,
	recordLength: fields.reduce((sum, { type }) => sum + type.size, 0) || 1,
	fields,
});

function both<T>(sides: Side[], work: (side: Side) => T): T {
	const [a, b] = sides.map((side) => {
		try {
			return work(side);
		} catch (error) {
			return `${error}` as T;
		}
	});
	assert.equal(a, b);
	return a as T;
}

test("any values: the same answers and bytes", () => {
	const random = new Random(SEED);
	const fields = makeFields(FIELDS);
	const layout = layoutOf(fields);
	const sides = [Native, Portable].map((Page) => new Side(Page, layout));
	const perPage = Math.floor(PAGE / layout.recordLength);
	const first = 2 ** 31 - 5;
	let kept = 0;
	for (let i = 0; i < Math.max(scaled(4000), 2000); i++) {
		const isAny = random.once(3);
		const record = Object.fromEntries(fields.map(({ name }) => [name, anyValue(random, isAny && random.once(3))]));
		const answer = both(sides, ({ page }) => page.packRecord(record));
		if (answer >= 0) continue;
		const place = kept++ % perPage;
		for (const side of sides) side.keep(place, layout.recordLength);
		both(sides, ({ bytes }) => bytes);
		both(sides, ({ page }) => page.showPage(first, Math.min(kept, perPage)));
		both(sides, ({ page }) => page.at(first + place));
		both(sides, ({ page }) => page.pageValue(place));
		both(sides, ({ page }) => [page.pageFirst, page.pageCount]);
	}
	assert.ok(kept > 500);
	for (const index of [first - 1, first + perPage, first + 0.5, -1, Number.NaN, 2 ** 60, "1", undefined])
		both(sides, ({ page }) => page.at(index as number));
	for (const into of [1, null, "", true]) both(sides, ({ page }) => page.at(first, into as never));
	for (const record of [1, null, "", undefined, {}])
		assert.is(
			both(sides, ({ page }) => page.packRecord(record)),
			0,
		);
	for (const side of sides) assert.is(side.page.closePage(), true);
	both(sides, ({ page }) => page.at(first));
	assert.is(
		both(sides, ({ page }) => page.packRecord({ time: 1 })),
		0,
	);
	assert.is(
		both(sides, ({ page }) => page.searchPage(1)),
		0,
	);
});

test("search: for each type, against a loop", () => {
	const random = new Random(SEED);
	for (const type of Object.values(FIELDS)) {
		const fields = makeFields({ x: type, y: "int8" });
		const layout = layoutOf(fields);
		const sides = [Native, Portable].map((Page) => new Side(Page, layout));
		const { least } = (fields[0] as Field).type;
		const from = Math.max(least, -60);
		const values = Array.from({ length: 30 }, () => from + random.below(120)).sort((a, b) => a - b);
		values.forEach((x, place) => {
			both(sides, ({ page }) => page.packRecord({ x, y: 0 }));
			for (const side of sides) side.keep(place, layout.recordLength);
		});
		for (const side of sides) side.page.showPage(0, values.length);
		for (let x = from - 2; x < from + 123; x += 0.5)
			assert.is(
				both(sides, ({ page }) => page.searchPage(x)),
				values.filter((value) => value < x).length,
			);
	}
});

test("a log has no fields: finds and packs nothing", () => {
	const sides = [Native, Portable].map((Page) => new Side(Page, layoutOf([])));
	for (const side of sides) side.page.showPage(0, PAGE);
	both(sides, ({ page }) => page.at(1));
	assert.is(
		both(sides, ({ page }) => page.packRecord({})),
		0,
	);
});

test("receivers: anything but a page is refused", () => {
	const { page } = new Side(Native, layoutOf(makeFields(FIELDS)));
	for (const name of ["at", "showPage", "packRecord", "searchPage", "pageValue", "closePage"] as const)
		for (const receiver of [{}, new Memory(64, "internal"), undefined])
			assert.throws(() => (page[name] as (this: unknown, ...parameters: unknown[]) => unknown).call(receiver, 0, {}));
});

test.run();
