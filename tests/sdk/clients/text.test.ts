/* Text and codecs: classes that turn bytes into others. */

import structuredClone from "structuredClone";
import Base64 from "base64";
import { CRC16 } from "crc";
import { BlockCipher, Digest, Mode } from "crypt";
import Deflate from "deflate";
import Hex from "hex";
import Inflate from "inflate";
import TextDecoder from "text/decoder";
import TextEncoder from "text/encoder";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ByteBuffer } from "zram/engine/interface";
import { assertBytes, assertStored, bytesOf, held, made, pool } from "./pool.ts";

const TEXT = `${"Grüße aus dem Speicher, 12 °C. ".repeat(150)}∎`;

const test = suite("text");

/** The value's view, then its buffer. */
function both(value: ByteBuffer, use: (data: ByteBuffer, name: string) => void) {
	held(value, (view) => {
		use(view, "view");
		use(view.buffer, "buffer");
	});
}

test("TextDecoder: a view or its buffer; what TextEncoder makes goes into a pool", () => {
	const encoded = new TextEncoder().encode(TEXT);
	assertStored(encoded);
	assertStored(encoded.buffer);
	both(encoded, (data, name) => assert.is(new TextDecoder().decode(data), TEXT, name));
});

test("String.fromArrayBuffer: what pool.read() returns, or a view's buffer", () => {
	pool.write("text", ArrayBuffer.fromString(TEXT));
	assert.is(String.fromArrayBuffer(pool.read("text") as ArrayBuffer), TEXT);
	assert.is(String.fromArrayBuffer(pool.acquire("text", "r").buffer as ArrayBuffer), TEXT);
	pool.release("text");
	pool.delete("text");
});

test("Digest: SHA-256 of a view or its buffer; the digest goes into a pool", () => {
	const bytes = made(5000);
	const digest = (data: ByteBuffer): ArrayBuffer => new Digest("SHA256").process(data);
	const expected = digest(bytes);
	assert.is(expected.byteLength, 32);
	both(bytes, (data, name) => assertBytes(digest(data), expected, name));
	assertStored(expected);
});

test("CRC16", () => {
	const bytes = made(5000);
	const sum = (data: ByteBuffer): number => new CRC16(0x1021).checksum(data);
	const expected = sum(bytes);
	both(bytes, (data, name) => assert.is(sum(data), expected, name));
});

test("Base64, Hex: of a view or its buffer; what they decode goes into a pool", () => {
	const bytes = made(5000);
	const [base64, hex] = [Base64.encode(bytes.buffer), Hex.toString(bytes.buffer)];
	both(bytes, (data, name) => {
		assert.is(Base64.encode(data), base64, name);
		assert.is(Hex.toString(data), hex, name);
	});
	assertBytes(Base64.decode(base64), bytes);
	assertStored(Base64.decode(base64));
	assertStored(Hex.toBuffer(hex));
});

test("Uint8Array.prototype.toBase64: of a view", () => {
	const bytes = made(5000);
	held(bytes, (view) => assert.is((view as unknown as { toBase64(): string }).toBase64(), Base64.encode(bytes.buffer)));
});

function deflated(data: ByteBuffer): Uint8Array {
	const deflate = new Deflate();
	deflate.push(data, true);
	deflate.close();
	return deflate.result;
}

function inflated(data: ByteBuffer): Uint8Array {
	const inflate = new Inflate();
	inflate.push(data, true);
	inflate.close();
	return inflate.result;
}

test("Deflate, Inflate: from a view or its buffer; what they make goes into a pool", () => {
	const text = new Uint8Array(ArrayBuffer.fromString(TEXT));
	const expected = bytesOf(deflated(text));
	assert.ok(expected.length < text.length / 4);
	both(text, (data, name) => assertBytes(deflated(data), expected, name));
	both(expected, (data, name) => assertBytes(inflated(data), text, name));
	assertStored(deflated(text));
	assertStored(inflated(expected));
});

test("Inflate: pieces go into a pool as they come", () => {
	const text = made(20_000).fill(7, 500, 15_000);
	pool.create("inflated", text.length);
	let offset = 0;
	const inflate = new Inflate();
	inflate.onData = (piece: ArrayBuffer) => {
		pool.write("inflated", piece, offset);
		offset += piece.byteLength;
	};
	inflate.onEnd = () => {};
	inflate.push(deflated(text), true);
	inflate.close();
	assert.is(offset, text.length);
	assertBytes(pool.read("inflated") as ArrayBuffer, text);
	pool.delete("inflated");
});

test("CBC: encrypts a view; into one it is refused", () => {
	const bytes = made(4096);
	const cipher = () =>
		new Mode("CBC", new BlockCipher("AES", new Uint8Array(16).fill(3).buffer), new Uint8Array(16).buffer);
	const expected: ArrayBuffer = cipher().encrypt(bytes.buffer);
	held(bytes, (view) => {
		assertBytes(cipher().encrypt(view), expected);
		assert.throws(() => cipher().encrypt(bytes.buffer, view), /ArrayBuffer/);
	});
	assertStored(expected);
});

test("structuredClone: what pool.read() returns; a view is refused", () => {
	const bytes = made(100);
	held(bytes, (view) => assert.throws(() => structuredClone(view), /host object/));
	pool.write("cloned", bytes);
	assertBytes(structuredClone(pool.read("cloned") as ArrayBuffer), bytes);
	pool.delete("cloned");
});

test.run();
