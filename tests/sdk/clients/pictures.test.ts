/* Pictures: decoding them, drawing them, and drawing into the pool. */

import Resource from "Resource";
import Bitmap from "commodetto/Bitmap";
import BufferOut from "commodetto/BufferOut";
import Poco from "commodetto/Poco";
import GIF from "commodetto/ReadGIF";
import PNG from "commodetto/ReadPNG";
import JPEG from "commodetto/readJPEG";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ByteBuffer } from "zram/engine/interface";
import { assertBytes, assertStored, bytesOf, held, made, pool } from "./pool.ts";

const [WIDTH, HEIGHT] = [32, 16];
const PIXELS = WIDTH * HEIGHT * 2;
const FORMAT = Bitmap.RGB565LE;

const test = suite("pictures");

/** What Poco draws of `pixels` on a screen in memory. */
function drawn(pixels: ByteBuffer, offset = 0): Uint8Array {
	const out = new BufferOut({ width: WIDTH, height: HEIGHT, pixelFormat: FORMAT });
	const poco = new Poco(out);
	poco.begin();
	poco.drawBitmap(new Bitmap(WIDTH, HEIGHT, FORMAT, pixels, offset), 0, 0);
	poco.end();
	poco.close();
	return bytesOf(out.bitmap.buffer);
}

test("Bitmap and Poco: a view's buffer, from 0, or the view itself", () => {
	const pixels = made(PIXELS);
	held(pixels, (view) => {
		assertBytes(drawn(view.buffer), pixels, "buffer");
		assertBytes(drawn(view), pixels, "view");
		assertBytes(drawn(view.buffer, view.byteOffset), pixels, "byteOffset");
	});
});

test("Poco: several values in one display list, held until the end", () => {
	const out = new BufferOut({ width: WIDTH * 4, height: HEIGHT, pixelFormat: FORMAT });
	const poco = new Poco(out);
	const keys = [1, 2, 3, 4];
	for (const key of keys) pool.write(key, new Uint8Array(PIXELS).fill(key * 0x11));
	poco.begin();
	for (const key of keys) {
		const { buffer } = pool.acquire(key, "r");
		poco.drawBitmap(new Bitmap(WIDTH, HEIGHT, FORMAT, buffer, 0), (key - 1) * WIDTH, 0);
	}
	poco.end();
	for (const key of keys) pool.release(key);
	const pixels = bytesOf(out.bitmap.buffer);
	assert.equal(
		keys.map((key) => pixels[(key - 1) * WIDTH * 2]),
		[0x11, 0x22, 0x33, 0x44],
	);
	for (const key of keys) pool.delete(key);
});

test("wide views: the value's pixels and no other's", () => {
	const pixels = made(PIXELS);
	held(pixels, (view) => {
		const wide = new Uint16Array(view.buffer);
		assert.is(wide.length, PIXELS / 2);
		for (let i = 0; i < wide.length; i++)
			assert.is(wide[i], (pixels[2 * i] as number) | ((pixels[2 * i + 1] as number) << 8));
	});
});

test("BufferOut.send: from a view; its bitmap goes into a pool", () => {
	const pixels = made(PIXELS);
	const out = new BufferOut({ width: WIDTH, height: HEIGHT, pixelFormat: FORMAT });
	held(pixels, (view) => {
		out.begin(0, 0, WIDTH, HEIGHT);
		out.send(view, 0, PIXELS);
		out.end();
	});
	assertBytes(out.bitmap.buffer, pixels);
	assertStored(out.bitmap.buffer);
});

test("BufferOut: draws into a pool's value", () => {
	const pixels = made(PIXELS);
	pool.create("canvas", PIXELS);
	const out = new BufferOut({
		width: WIDTH,
		height: HEIGHT,
		pixelFormat: FORMAT,
		buffer: pool.acquire("canvas").buffer,
	});
	const poco = new Poco(out);
	poco.begin();
	poco.drawBitmap(new Bitmap(WIDTH, HEIGHT, FORMAT, pixels.buffer, 0), 0, 0);
	poco.end();
	pool.release("canvas");
	assertBytes(pool.read("canvas") as ArrayBuffer, pixels);
	pool.delete("canvas");
});

function assertAll(actual: Uint8Array[], expected: Uint8Array[]) {
	assert.is(actual.length, expected.length);
	for (const [i, bytes] of expected.entries()) assertBytes(actual[i] as Uint8Array, bytes, `${i}`);
}

/** All rows of a PNG. */
function rowsOf(data: ByteBuffer): Uint8Array {
	const png = new PNG(data);
	const row = (png.width * png.channels * png.depth) >> 3;
	const rows = new Uint8Array(row * png.height);
	for (let y = 0; y < png.height; y++) rows.set(bytesOf(png.read()), y * row);
	return rows;
}

test("PNG: read from a view or its buffer; a row, which is a host buffer, goes into a pool", () => {
	const file = new Resource("balls.png");
	const expected = rowsOf(file);
	assert.ok(expected.length > 1000 && expected.some((byte) => byte !== expected[0]));
	held(file, (view) => {
		assertBytes(rowsOf(view), expected, "view");
		assertBytes(rowsOf(view.buffer), expected, "buffer");
		const png = new PNG(view);
		const row = png.read();
		assertStored(row);
		assertStored(row.buffer);
	});
});

/** All blocks of a JPEG in order. */
function blocksOf(data: ByteBuffer): Uint8Array[] {
	const jpeg = new JPEG(data);
	const blocks: Uint8Array[] = [];
	while (jpeg.ready) {
		const block = jpeg.read();
		if (!block) break;
		blocks.push(bytesOf(block.buffer));
	}
	return blocks;
}

test("JPEG: read from a view or its buffer; blocks go into a pool", () => {
	const file = new Resource("test0000.jpg");
	const expected = blocksOf(file);
	assert.ok(expected.length > 10);
	held(file, (view) => {
		for (const data of [view, view.buffer]) assertAll(blocksOf(data), expected);
		assertStored(new JPEG(view).read().buffer);
	});
});

/** This many frames of a GIF, as Poco draws them. */
function framesOf(data: ByteBuffer, count: number): Uint8Array[] {
	const gif = new GIF(data);
	const out = new BufferOut({ width: gif.width, height: gif.height, pixelFormat: FORMAT });
	const poco = new Poco(out);
	const frames = Array.from({ length: count }, () => {
		gif.next();
		poco.begin();
		poco.fillRectangle(0, 0, 0, gif.width, gif.height);
		poco.drawBitmapWithKeyColor(gif, 0, 0);
		poco.end();
		return bytesOf(out.bitmap.buffer);
	});
	poco.close();
	gif.close();
	return frames;
}

test("GIF: frames from a view's buffer or a view", () => {
	const file = new Resource("cell-flag.gif");
	const expected = framesOf(file, 5);
	assert.ok(
		(expected[0] as Uint8Array).some((byte, i) => byte !== expected[1]?.[i]),
		"it moves",
	);
	held(file, (view) => {
		for (const data of [view, view.buffer]) assertAll(framesOf(data, 5), expected);
	});
});

test("Resource: a file of the app, in read-only memory, goes into a pool", () => {
	assertStored(new Resource("balls.png"));
});

test.run();
