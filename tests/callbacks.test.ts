/* onPressure and onError fire after the call, once for many; onOperation fires within it, once per page. */
// needs: xs

import { collect } from "host";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type ZramError, type ZramOptions } from "zram";
import { Memory } from "zram/memory";
import { holds, jobs, makeDevice, PAGE, pageOf, pageTaking, readPage } from "./support/device.ts";
import { fails, refuses, thrown } from "./support/expect.ts";
import { detach } from "./support/host.ts";
import { holding } from "./support/room.ts";

const GRANULE = 64;

/** A device of 256 pages whose limit leaves room for `granules`; `calls` collects the arguments of onPressure. */
function pressured(granules: number, options: Partial<ZramOptions> = {}) {
	const calls: number[] = [];
	const shape = { byteLength: 256 * PAGE, arena: { byteLength: 64 * 1024 } };
	const zram = new Zram({
		...shape,
		onPressure(bytesLeft) {
			assert.is(this, zram);
			calls.push(bytesLeft);
		},
		...options,
	});
	zram.limit = Zram.layout(shape).metadata + granules * GRANULE;
	/** Makes each page from `first` to `last` take a granule. */
	const write = (first: number, last: number) => {
		for (let page = first; page <= last; page++) zram.write(pageTaking(1, page), page * PAGE);
	};
	return { zram, calls, write };
}

/** Runs `work`, which must not trigger a callback before it returns. Returns the calls that follow. */
async function after(calls: number[], work: () => void): Promise<number[]> {
	calls.length = 0;
	work();
	assert.is(calls.length, 0, "called within the caller's call");
	await jobs();
	return [...calls];
}

test("onPressure: fires once when 1/16 of the room is left, with the bytes left", async () => {
	const { calls, write } = pressured(160);
	assert.equal(await after(calls, () => write(1, 149)), []);
	assert.equal(await after(calls, () => write(150, 150)), [10 * GRANULE]);
	assert.equal(await after(calls, () => write(151, 160)), []);
});

test("onPressure: fires again only after more than 1/8 has been free", async () => {
	const { zram, calls, write } = pressured(160);
	write(1, 150);
	await jobs();
	assert.equal(await after(calls, () => zram.trim(141 * PAGE, 10 * PAGE)), []); // 20 granules left
	assert.equal(await after(calls, () => write(141, 150)), []);
	assert.equal(await after(calls, () => zram.trim(140 * PAGE, 11 * PAGE)), []); // 21
	assert.equal(await after(calls, () => write(140, 149)), []);
	assert.equal(await after(calls, () => write(150, 150)), [10 * GRANULE]);
});

holding(155 * PAGE)("onPressure: fires once for a request of many pages, with what is left at its end", async () => {
	const { zram, calls } = pressured(160);
	const bytes = new Uint8Array(155 * PAGE);
	for (let page = 0; page < 155; page++) bytes.set(pageTaking(1, page + 1), page * PAGE);
	assert.equal(await after(calls, () => zram.write(bytes, 0)), [5 * GRANULE]);
	zram.trim(0, zram.byteLength);
	assert.equal(await after(calls, () => zram.write(new Uint32Array(bytes.buffer), 0)), [5 * GRANULE]);
});

test("onPressure: fires for each refused write, but once per promise job", async () => {
	const { zram, calls, write } = pressured(100);
	write(1, 50);
	const refused = () => fails(() => zram.write(pageOf("raw", 1), 0), "ENOSPC");
	assert.equal(await after(calls, refused), [50 * GRANULE]);
	assert.equal(await after(calls, refused), [50 * GRANULE]);
	assert.equal(
		await after(calls, () => {
			for (let i = 0; i < 5; i++) refused();
		}),
		[50 * GRANULE],
	);
});

test("onPressure: fires once for a request that reaches the edge and is then refused, and not again later", async () => {
	const { zram, calls, write } = pressured(160);
	write(1, 100);
	const bytes = new Uint8Array(3 * PAGE);
	bytes.set(pageTaking(55, 1), 0);
	bytes.set(pageTaking(20, 2), PAGE);
	assert.equal(await after(calls, () => fails(() => zram.write(bytes, 200 * PAGE), "ENOSPC")), [5 * GRANULE]);
	assert.equal(await after(calls, () => zram.trim(1 * PAGE, PAGE)), []);
	assert.equal(await after(calls, () => zram.write(new Uint8Array(PAGE), 0)), []);
});

test("onPressure: fires for a trim refused for lack of room", async () => {
	const { zram, calls } = pressured(2);
	zram.write(new Uint8Array(PAGE).fill(7), 0);
	zram.write(pageTaking(2, 2), PAGE);
	await jobs();
	assert.equal(await after(calls, () => fails(() => zram.trim(0, 100), "ENOSPC")), [0]);
});

test("onPressure: lowering the limit fires once, raising it re-arms", async () => {
	const { zram, calls, write } = pressured(160);
	const metadata = zram.limit - 160 * GRANULE;
	write(1, 100);
	assert.equal(await after(calls, () => (zram.limit = metadata + 107 * GRANULE)), []);
	assert.equal(await after(calls, () => (zram.limit = metadata + 106 * GRANULE)), [6 * GRANULE]);
	assert.equal(await after(calls, () => (zram.limit = metadata + 50 * GRANULE)), []);
	assert.equal(await after(calls, () => (zram.limit = metadata + 160 * GRANULE)), []);
	assert.equal(await after(calls, () => (zram.limit = 0)), [0]);
});

test("onPressure: reset re-arms", async () => {
	const { zram, calls, write } = pressured(16);
	assert.equal(await after(calls, () => write(1, 16)), [0]);
	zram.reset();
	assert.equal(await after(calls, () => write(1, 15)), [GRANULE]);
});

test("onPressure: never on a device closed by then", async () => {
	const { zram, calls, write } = pressured(16);
	assert.equal(
		await after(calls, () => {
			write(1, 16);
			zram.close();
		}),
		[],
	);
});

test("onPressure: reads, and writes that need no room, don't fire", async () => {
	const { zram, calls, write } = pressured(16);
	write(1, 16);
	await jobs();
	assert.equal(
		await after(calls, () => {
			zram.read(16 * PAGE, PAGE);
			zram.write(new Uint8Array(PAGE), 20 * PAGE);
			zram.write(pageTaking(1, 99), PAGE);
			zram.write(new Uint8Array(0), 0);
		}),
		[],
	);
});

test("onPressure: may use the device: it trims, and the refused write fits", async () => {
	let calls = 0;
	const { zram, write } = pressured(100, {
		onPressure() {
			calls++;
			this.trim(PAGE, 80 * PAGE);
			this.check();
		},
	});
	write(1, 90);
	fails(() => zram.write(pageOf("raw", 1), 0), "ENOSPC");
	await jobs();
	zram.write(pageOf("raw", 1), 0);
	await jobs();
	assert.is(calls, 1);
	holds(zram, 0, pageOf("raw", 1));
	holds(zram, 81 * PAGE, pageTaking(1, 81));
});

test("onPressure: a refusal inside it fires again", async () => {
	let calls = 0;
	const { zram } = pressured(10, {
		onPressure() {
			if (++calls < 4) fails(() => this.write(pageOf("raw", 1), 0), "ENOSPC");
		},
	});
	fails(() => zram.write(pageOf("raw", 1), 0), "ENOSPC");
	await jobs();
	assert.is(calls, 4);
});

test("onPressure: may close the device", async () => {
	let calls = 0;
	const { zram, write } = pressured(16, {
		onPressure() {
			calls++;
			this.close();
		},
	});
	write(1, 16);
	fails(() => zram.write(pageOf("raw", 1), 0), "ENOSPC");
	await jobs();
	assert.is(calls, 1);
	fails(() => zram.status(), "ECLOSED");
});

/** A device whose page 2 is damaged: a reserved bit in its entry is set. */
function damaged(onError: ZramOptions["onError"]) {
	const device = makeDevice(onError ? { onError } : {});
	new Uint8Array(device.arena, 256 + 2 * 8 + 7, 1)[0] ^= 0x80;
	return device;
}

test("onError: fires after the call, with the error it threw", async () => {
	const errors: ZramError[] = [];
	const { zram } = damaged(function (error) {
		assert.is(this, zram);
		errors.push(error);
	});
	const calls: [string, () => unknown][] = [
		["read", () => zram.read(PAGE, 2 * PAGE)],
		["write", () => zram.write(new Uint8Array(8), 2 * PAGE)],
		["trim", () => zram.trim(2 * PAGE, 8)],
		["check", () => zram.check()],
	];
	for (const [name, call] of calls) {
		const error = fails(call, "ECORRUPT");
		assert.is(errors.length, 0, name);
		await jobs();
		assert.is(errors.length, 1, name);
		assert.is(errors.pop(), error, name);
	}
	zram.read(PAGE, PAGE);
	await jobs();
	assert.is(errors.length, 0);
});

test("onError: fires once for many, with the last", async () => {
	const errors: ZramError[] = [];
	const { zram } = damaged((error) => errors.push(error));
	for (let i = 0; i < 4; i++) fails(() => zram.read(PAGE, 2 * PAGE), "ECORRUPT");
	const last = fails(() => zram.check(), "ECORRUPT");
	await jobs();
	assert.equal(errors.length, 1);
	assert.is(errors[0], last);
});

test("onError: never on a closed device; it may heal the device", async () => {
	const closed = damaged(() => assert.unreachable());
	fails(() => closed.zram.check(), "ECORRUPT");
	closed.zram.close();
	let calls = 0;
	const { zram } = damaged(function () {
		calls++;
		this.reset();
	});
	fails(() => zram.check(), "ECORRUPT");
	await jobs();
	assert.is(calls, 1);
	zram.check();
});

/** A device that logs its operations, such as "write 3 100". */
function recorded(options: Partial<ZramOptions> = {}) {
	const log: string[] = [];
	const zram = new Zram({
		byteLength: 16 * PAGE,
		arena: new ArrayBuffer(32 * 1024),
		onOperation(operation, page, storedLength) {
			assert.is(this, zram);
			log.push(`${operation} ${page} ${storedLength}`);
		},
		...options,
	});
	const take = () => log.splice(0);
	return { zram, take };
}

/** A page's length according to pages(). */
function storedLength(zram: Zram, page: number): number {
	return [...zram.pages()].find((state) => state.page === page)?.storedLength ?? 0;
}

test("onOperation: fires for every page of a request, in ascending order, with the bytes it takes", () => {
	const { zram, take } = recorded();
	const bytes = new Uint8Array(4 * PAGE);
	bytes.set(pageOf("same", 1), 0);
	bytes.set(pageOf("compressed", 1), PAGE);
	bytes.set(pageOf("raw", 1), 2 * PAGE);
	zram.write(bytes, 3 * PAGE);
	const compressed = storedLength(zram, 4);
	assert.ok(compressed > 0 && compressed < PAGE);
	assert.equal(take(), ["write 3 0", `write 4 ${compressed}`, "write 5 4096", "write 6 0"]);
	zram.read(4 * PAGE, 3 * PAGE);
	assert.equal(take(), ["read 3 0", `read 4 ${compressed}`, "read 5 4096", "read 6 0"]);
	zram.trim(2 * PAGE, 6 * PAGE);
	assert.equal(take(), ["trim 2 0", "trim 3 0", "trim 4 0", "trim 5 0", "trim 6 0", "trim 7 0"]);
});

test("onOperation: parts of pages, wide views and new buffers are one operation per page", () => {
	const { zram, take } = recorded();
	zram.write(new Float64Array(512).fill(0.1), 2 * PAGE - 4);
	assert.equal(take(), [`write 1 ${storedLength(zram, 1)}`, `write 2 ${storedLength(zram, 2)}`]);
	assert.is(new DataView(zram.read(PAGE, 2 * PAGE - 4)).getFloat64(PAGE - 8, true), 0.1);
	assert.equal(take().length, 2);
	zram.trim(2 * PAGE - 4, 4);
	assert.equal(take(), ["trim 1 0"]);
	zram.trim(2 * PAGE + 8, PAGE);
	assert.equal(take(), [`trim 2 ${storedLength(zram, 2)}`, "trim 3 0"]);
	zram.write(new Uint8Array(0), 5);
	zram.trim(16 * PAGE, 0);
	assert.equal(take(), []);
});

test("onOperation: doesn't fire for what was refused", () => {
	const { zram, take } = recorded();
	const { metadata } = Zram.layout({ byteLength: 16 * PAGE, arena: new ArrayBuffer(32 * 1024) });
	zram.limit = metadata + PAGE;
	const bytes = new Uint8Array(3 * PAGE);
	bytes.set(pageOf("raw", 1), 0);
	bytes.set(pageOf("raw", 2), PAGE);
	const error = fails(() => zram.write(bytes, 0), "ENOSPC");
	assert.is(error.bytesWritten, PAGE);
	assert.equal(take(), ["write 0 4096"]);
	refuses(() => zram.read(PAGE, -1), RangeError, /^byteOffset/);
	assert.equal(take(), []);
});

test("onOperation: what it throws reaches the caller; pages up to there are done, and the device carries on", () => {
	let allowed = 2;
	const { zram } = recorded({
		onOperation(operation) {
			if (allowed-- === 0) throw new Error(`enough of ${operation}`);
		},
	});
	const bytes = new Uint8Array(4 * PAGE).fill(9);
	refuses(() => zram.write(bytes, 0), Error, "enough of write");
	assert.equal(
		[...zram.pages()].map(({ page }) => page),
		[0, 1, 2],
	);
	allowed = 1;
	const target = new Uint8Array(4 * PAGE);
	refuses(() => zram.read(target, 0), Error, "enough of read");
	assert.equal([target[2 * PAGE - 1], target[2 * PAGE]], [9, 0]);
	allowed = 0;
	refuses(() => zram.trim(0, 3 * PAGE), Error, "enough of trim");
	assert.equal(
		[...zram.pages()].map(({ page }) => page),
		[1, 2],
	);
	allowed = 100;
	zram.write(bytes, 8 * PAGE);
	holds(zram, 8 * PAGE, bytes);
	zram.check();
	zram.close();
});

test("onOperation: detaching the buffer stops the request with a TypeError", () => {
	const bytes = new Uint8Array(3 * PAGE).fill(5);
	const { zram } = recorded({ onOperation: () => detach(bytes.buffer as ArrayBuffer) });
	refuses(() => zram.write(bytes, PAGE), TypeError, /^buffer: .*detached$/);
	assert.equal(
		[...zram.pages()].map(({ page }) => page),
		[1],
	);
	zram.check();
});

test("onOperation: closing the host memory stops the request with a TypeError", () => {
	const memory = new Memory(3 * PAGE, "internal");
	const { zram } = recorded({ onOperation: () => memory.close() });
	refuses(() => zram.write(memory as unknown as HostBuffer, PAGE), TypeError, /^buffer: .*detached$/);
	assert.equal(
		[...zram.pages()].map(({ page }) => page),
		[1],
	);
	zram.check();
});

test("onOperation: shrinking the buffer stops the request", () => {
	const buffer = new (
		ArrayBuffer as unknown as new (
			n: number,
			o: object,
		) => ArrayBuffer & { resize(n: number): void }
	)(3 * PAGE, { maxByteLength: 3 * PAGE });
	const { zram } = recorded({ onOperation: () => buffer.resize(100) });
	assert.instance(
		thrown(() => zram.write(buffer, PAGE)),
		RangeError,
	);
	assert.equal(
		[...zram.pages()].map(({ page }) => page),
		[1],
	);
	zram.check();
});

test("onOperation: the collector may move arena and buffer between two pages", () => {
	const garbage: ArrayBuffer[] = [];
	const { zram } = recorded({
		onOperation() {
			garbage.length = 0;
			garbage.push(new ArrayBuffer(20_000));
			collect();
		},
	});
	const bytes = new Uint8Array(6 * PAGE);
	for (let page = 0; page < 6; page++) bytes.set(pageOf(page === 3 ? "raw" : "compressed", page), page * PAGE);
	garbage.push(new ArrayBuffer(50_000), new ArrayBuffer(1000));
	zram.write(bytes, 0);
	zram.check();
	holds(zram, 0, bytes);
	assert.equal(readPage(zram, 3), pageOf("raw", 3));
});

test("onOperation and onPressure: pressure at any page of a request is reported once, at its end", async () => {
	let operations = 0;
	const { zram, calls } = pressured(160, { onOperation: () => operations++ });
	const bytes = new Uint8Array(4 * PAGE);
	bytes.set(pageTaking(60, 1), 0);
	bytes.set(pageTaking(60, 2), PAGE);
	bytes.set(pageTaking(32, 3), 2 * PAGE);
	assert.equal(await after(calls, () => zram.write(bytes, 0)), [8 * GRANULE]);
	assert.is(operations, 4);
	assert.equal(await after(calls, () => zram.write(bytes, 0)), []);
});

test.run();
