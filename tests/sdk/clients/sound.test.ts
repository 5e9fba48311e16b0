/* Sound: the mixer plays samples where they are. */

import { Mixer } from "pins/audioout";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ByteBuffer } from "zram/engine/interface";
import { assertBytes, assertStored, bytesOf, held, made, pool } from "./pool.ts";

const COUNT = 256;
const FORMAT = { streams: 1, sampleRate: 12000, numChannels: 1, bitsPerSample: 16 };

const test = suite("sound");

function mixed(samples: ByteBuffer): ArrayBuffer {
	const mixer = new Mixer(FORMAT);
	mixer.enqueue(0, Mixer.RawSamples, samples);
	const result = mixer.mix(COUNT);
	mixer.close();
	return result;
}

test("Mixer: plays a view or its buffer; what it mixes goes into a pool", () => {
	const samples = made(COUNT * 2);
	held(samples, (view) => {
		assertBytes(mixed(view), samples, "view");
		assertBytes(mixed(view.buffer), samples, "buffer");
		assertStored(mixed(view));
		assert.ok(bytesOf(mixed(view)).some((byte) => byte !== 0));
	});
});

test("Mixer: mixes into a view", () => {
	const samples = made(COUNT * 2);
	const mixer = new Mixer(FORMAT);
	held(samples, (view) => {
		mixer.enqueue(0, Mixer.RawSamples, view);
		pool.create("mixed", COUNT * 2);
		mixer.mix(pool.acquire("mixed"));
	});
	pool.release("mixed");
	mixer.close();
	assertBytes(pool.read("mixed") as ArrayBuffer, samples);
	pool.delete("mixed");
});

test("Mixer: refuses what pool.read() returns, since that may move", () => {
	assert.throws(() => mixed(made(COUNT * 2)), /non-relocatable/);
});

test.run();
