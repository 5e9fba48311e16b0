/**
 * The command-line host from inside: its natives, how natives bind, memory regions. Runs on XS only.
 */
// needs: xs

import { collect, crc32, heapStats, machineIndex, programArguments, readFile } from "host";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Memory, Slab, ticks, Window } from "zram/memory";
import { throws } from "./support/expect.ts";
import { allocated } from "./support/heap.ts";

/** Natives of the host in a class with everything around them: fields, private and static members, accessors. */
class Mixed extends Native("xs_zram_memory_destructor") {
	static label = "mixed";
	#secret = 40;
	open = true;

	constructor(byteLength: number, kind: string) {
		super();
		native("xs_zram_memory").call(this, byteLength, kind);
	}

	static crc32(buffer: ArrayBufferLike, start: number, length: number): number {
		return native("xs_host_crc32").call(this, buffer, start, length);
	}

	get ticks(): number {
		return native("xs_zram_memory_ticks").call(this);
	}

	#close(): void {
		native("xs_zram_memory_close").call(this);
	}

	close(): number {
		this.#close();
		this.open = false;
		return this.#secret + 2;
	}
}

/** A JavaScript constructor with a native destructor. */
class Scripted extends Native("xs_zram_memory_destructor") {
	readonly sum: number;

	constructor(...numbers: number[]) {
		super();
		this.sum = numbers.reduce((a, b) => a + b, 0);
	}
}

/** What memory constructors do, on an object that may have memory already. */
function construct(this: unknown, byteLength: number, kind: string): void {
	native("xs_zram_memory").call(this, byteLength, kind);
}

const bytes = (text: string) => new Uint8Array(ArrayBuffer.fromString(text));

test("natives: results, arguments, crc32", () => {
	assert.is(crc32(bytes("123456789"), 0, 9), 0xcbf43926);
	assert.is(crc32(bytes("x123456789").buffer, 1, 9), 0xcbf43926);
	assert.is(crc32(bytes(""), 0, 0), 0);
	assert.throws(() => crc32(bytes("abc"), 1, 3), /within 3 bytes/);
	throws(RangeError, () => crc32(bytes("abc"), -1, 1));
	assert.is(machineIndex(), 0);
	assert.equal(programArguments(), []);
});

test("natives: name and length are the function's", () => {
	assert.is(crc32.name, "crc32");
	assert.is(crc32.length, 3);
	assert.is(Mixed.crc32.length, 3);
});

test("readFile: all bytes, and an error that names the path", () => {
	const text = String.fromArrayBuffer(readFile("package.json"));
	assert.is(JSON.parse(text).name, "zram");
	assert.throws(() => readFile("no/such/file"), /no\/such\/file: No such file/);
});

test("classes: natives next to fields, private members, statics and accessors", () => {
	const mixed = new Mixed(64, "internal");
	assert.is(mixed.open, true);
	assert.is(Mixed.label, "mixed");
	assert.type(mixed.ticks, "number");
	assert.is(new Uint8Array(mixed as unknown as ArrayBuffer).length, 64);
	assert.is(mixed.close(), 42);
	assert.is(mixed.open, false);
	assert.is(Mixed.crc32(bytes("123456789").buffer, 0, 9), 0xcbf43926);
});

test("classes: a constructor in JavaScript", () => {
	const scripted = new Scripted(1, 2, 3);
	assert.is(scripted.sum, 6);
	assert.instance(scripted, Scripted);
});

test("heapStats: a loop of native calls allocates nothing", () => {
	const buffer = bytes("some bytes");
	const work = () => {
		for (let i = 0; i < 10_000; i++) {
			crc32(buffer, 0, 10);
			ticks();
		}
	};
	assert.equal(allocated(work), [0, 0, 0]);
});

test("heapStats: sees allocations", () => {
	const kept: object[] = [];
	const [slots, chunkBytes] = allocated(() => void kept.push({ a: 1 }, new Uint8Array(4096)));
	assert.ok((slots as number) > 0);
	assert.ok((chunkBytes as number) >= 4096);
});

test("collect: counts, and frees", () => {
	const before = new Int32Array(3);
	const after = new Int32Array(3);
	let garbage: Uint8Array | undefined = new Uint8Array(100_000);
	heapStats(before);
	assert.is(garbage.length, 100_000);
	garbage = undefined;
	collect();
	heapStats(after);
	assert.is((after[2] as number) - (before[2] as number), 1);
	assert.ok((after[1] as number) <= (before[1] as number) - 100_000);
});

test("ticks: int32, never goes back", () => {
	const first = ticks();
	assert.is(first, first | 0);
	for (let i = 0; i < 1000; i++) assert.ok(((ticks() - first) | 0) >= 0);
});

test("Memory: views read and write it, and keep it alive", () => {
	let memory: Memory | undefined = new Memory(4096, "external");
	const view = new Uint8Array(memory as unknown as ArrayBuffer, 16, 4);
	const words = new Uint32Array(memory as unknown as ArrayBuffer, 16, 1);
	memory = undefined;
	collect();
	view.set([1, 2, 3, 4]);
	assert.is(words[0], 0x04030201);
});

test("Memory: closing takes the bytes from its views; closing twice is fine", () => {
	const memory = new Memory(100, "internal");
	const view = new Uint8Array(memory as unknown as ArrayBuffer, 0, 10);
	view[0] = 1;
	memory.close();
	memory.close();
	view[0] = 2;
	assert.is(view[0], undefined);
	assert.throws(() => new DataView(memory as unknown as ArrayBuffer, 0, 10));
});

test("Memory: byteLength and slice work like an ArrayBuffer's", () => {
	const memory = new Memory(10, "internal");
	const bytes = new Uint8Array(memory as unknown as ArrayBuffer);
	bytes.set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
	const { buffer } = bytes.slice();
	assert.is(memory.byteLength, 10);
	const places = [
		undefined,
		0,
		1,
		9,
		10,
		11,
		-1,
		-9.5,
		-10,
		-11,
		2.9,
		-0.5,
		2 ** 32 + 1,
		-(2 ** 33),
		1e300,
		Number.NaN,
	];
	for (const start of places)
		for (const end of places) {
			const copy = memory.slice(start, end);
			assert.is(copy.constructor, ArrayBuffer);
			assert.equal(new Uint8Array(copy), new Uint8Array(buffer.slice(start, end)), `${start}, ${end}`);
		}
	const copy = new Uint8Array(memory.slice());
	bytes[0] = 99;
	assert.is(copy[0], 0);
	const closing = { valueOf: () => memory.close() } as unknown as number;
	throws(TypeError, () => memory.slice(closing));
	assert.is(memory.byteLength, 0);
	throws(TypeError, () => memory.slice());
});

test("Slab: windows are separate buffers over the same memory, exactly as long as requested", () => {
	const slab = new Slab(100, "internal");
	const window = new Window(slab, 40);
	const bytes = new Uint8Array(window as unknown as ArrayBuffer);
	assert.equal([bytes.length, window.byteLength, window.slice(38).byteLength], [40, 40, 2]);
	bytes[5] = 6;
	const other = new Window(slab, 100);
	assert.is(new Uint8Array(other as unknown as ArrayBuffer)[5], 6);
	slab.detach(window);
	bytes[5] = 7;
	assert.equal([bytes.length, bytes[5], window.byteLength], [0, undefined, 0]);
	throws(TypeError, () => bytes.fill(1));
	throws(TypeError, () => window.slice());
	assert.is(new Uint8Array(other as unknown as ArrayBuffer)[5], 6);
	slab.detach(window);
	assert.is(new Window(slab, 0).byteLength, 0);
	assert.is(new Uint8Array(new Window(slab, 0) as unknown as ArrayBuffer).length, 0);
	for (const byteLength of [-1, 101, 0.5, Number.NaN, 2 ** 32, 2 ** 32 + 1])
		throws(RangeError, () => new Window(slab, byteLength));
	new Slab(100, "internal").detach(other);
	assert.is(other.byteLength, 100);
});

test("Slab: nobody can close it or its windows", () => {
	const slab = new Slab(64, "internal");
	const window = new Window(slab, 64);
	const { close } = Memory.prototype;
	for (const receiver of [slab, window]) assert.throws(() => close.call(receiver as unknown as Memory), /invalid/);
	assert.is(window.byteLength, 64);
});

test("Slab: a window, even a detached one, keeps the memory; released memory comes back", () => {
	let slab: Slab | undefined = new Slab(1 << 16, "external");
	const window = new Window(slab, 1 << 16);
	const view = new Uint8Array(window as unknown as ArrayBuffer);
	const detached = new Window(slab, 100);
	slab.detach(detached);
	slab = undefined;
	view[5] = 6;
	for (let i = 0; i < 100; i++) {
		new Window(new Slab(1 << 16, "external"), 1 << 16);
		if (i % 10 === 0) collect();
	}
	assert.is(view[5], 6);
	assert.is(detached.byteLength, 0);
});

test("Slab: slabs and windows collected together are freed in any order", () => {
	for (let i = 0; i < 200; i++) {
		const slab = new Slab(1 << 20, "external");
		const windows = [1, 2, 3].map((length) => new Window(slab, length));
		slab.detach(windows[i % 3] as Window);
	}
	collect();
});

test("Memory: refuses lengths and receivers", () => {
	throws(RangeError, () => new Memory(0, "external"));
	throws(RangeError, () => new Memory(-5, "external"));
	for (const Kind of [Memory, Slab]) {
		for (const byteLength of [2 ** 31 - 63, 2 ** 31, 2 ** 32, 2 ** 32 + 64, 1e308, 1.9, Number.NaN])
			throws(RangeError, () => new Kind(byteLength, "external"), `${byteLength}`);
		for (const byteLength of ["64", undefined, null, {}, [64], true, 64n, { valueOf: () => 64 }])
			throws(TypeError, () => new Kind(byteLength as number, "external"), typeof byteLength);
		throws(RangeError, () => new Kind(64, "xternal" as "external"));
		throws(RangeError, () => new Kind(64, null as unknown as "external"));
	}
	assert.is(new Memory(64).byteLength, 64);
	const memory = new Memory(4096, "internal");
	throws(TypeError, () => construct.call(memory, 64, "internal"));
	assert.is(memory.byteLength, 4096);
	assert.throws(() => Memory.prototype.close.call({} as Memory));
	assert.throws(() => Memory.prototype.close.call(new Uint8Array(4) as unknown as Memory));
	throws(TypeError, () => (Memory as unknown as () => void)());
	for (const receiver of [{}, new Uint8Array(4), 5]) {
		assert.throws(() => Memory.prototype.slice.call(receiver as unknown as Memory));
		const getter = Object.getOwnPropertyDescriptor(Memory.prototype, "byteLength")?.get;
		assert.throws(() => getter?.call(receiver as unknown as Memory));
	}
});

test("Memory: out of memory is an error that says so", () => {
	// A 64-bit host may well have some gigabytes; the loop still ends, because sizes are int32.
	const kept: Memory[] = [];
	try {
		for (let i = 0; i < 4; i++) kept.push(new Memory(2 ** 31 - 64, "external"));
	} catch (error) {
		assert.match((error as Error).message, /out of memory: 2147483584 bytes/);
	}
	for (const memory of kept) memory.close();
});

test("Memory: the collector frees a thousand regions that nobody closes", () => {
	for (let i = 0; i < 1000; i++) new Memory(1 << 20, "external");
	collect();
});

test("ArrayBuffer.prototype.transfer: detaches", () => {
	const buffer = new ArrayBuffer(8);
	const view = new Uint8Array(buffer);
	(buffer as unknown as { transfer(): ArrayBuffer }).transfer();
	assert.is(view[0], undefined);
	assert.throws(() => crc32(buffer, 0, 1));
});

test.run();
