/*
 * A recorder: sound from a microphone, 16 bits at 16 kHz, is appended to 1 MB of compressed RAM as it arrives, and served
 * over HTTP as a WAV file, even during the recording. 1 MB holds 50 to 63 s of speech and 4 MB 3.3 to 4.2 minutes; without
 * compression it would be 33 s and 2.2 minutes.
 */

import Listener from "embedded:io/socket/listener";
import HTTPServer, { type HTTPConnectionHandlers } from "embedded:network/http/server";
import Timer from "timer";
import { ZramError } from "zram";
import Stored, { type StoredRoute } from "zram/http";
import SwapPool from "zram/swap";

const RATE = 16000;
const ARENA = 1024 * 1024;

const pool = new SwapPool({ arena: ARENA });
pool.create("take", 0);

/** Stands in for ECMA-419's AudioIn: somebody who speaks in syllables, with pauses. Ten times as fast as real time. */
class AudioIn {
	#onReadable: (this: AudioIn, count: number) => void;
	#timer: ReturnType<typeof Timer.repeat> | undefined;
	#sample = 0;
	#random = 1;

	constructor({ onReadable }: { onReadable(this: AudioIn, count: number): void }) {
		this.#onReadable = onReadable;
	}

	start() {
		this.#timer = Timer.repeat(() => this.#onReadable(RATE / 5), 10);
	}

	stop() {
		Timer.clear(this.#timer as ReturnType<typeof Timer.repeat>);
	}

	read(count: number): ArrayBuffer {
		const samples = new Int16Array(count / 2);
		for (let i = 0; i < samples.length; i++) samples[i] = this.#next();
		return samples.buffer;
	}

	#next(): number {
		const time = this.#sample++ / RATE;
		this.#random = (Math.imul(this.#random, 1664525) + 1013904223) | 0;
		const noise = this.#random / 0x80000000;
		const syllable = Math.floor(time * 4);
		const loudness = syllable % 7 > 4 ? 0 : Math.sin((time * 4 - syllable) * Math.PI) * (1 + (syllable % 3));
		const since = time % (1 / (100 + 10 * (syllable % 5)));
		const voice = Math.exp(-250 * since) * Math.sin(2 * Math.PI * (400 + 150 * (syllable % 4)) * since);
		return 3000 * loudness * (voice + 0.05 * noise) + 20 * noise;
	}
}

const audio = new AudioIn({
	onReadable(count) {
		try {
			pool.append("take", this.read(count));
		} catch (error) {
			if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
			this.stop(); // the recording so far stays
			trace(`full: ${Math.round(byteLength() / 2 / RATE)} s in ${ARENA / 1024} KB\n`);
		}
	},
});

function byteLength(): number {
	return pool.byteLength("take") ?? 0;
}

/** The header of a WAV file with so many bytes of PCM. */
function wavHeader(byteLength: number): ArrayBuffer {
	const header = new DataView(new ArrayBuffer(44));
	const tag = (offset: number, text: string) => {
		for (let i = 0; i < text.length; i++) header.setUint8(offset + i, text.charCodeAt(i));
	};
	tag(0, "RIFF");
	header.setUint32(4, 36 + byteLength, true);
	tag(8, "WAVEfmt ");
	header.setUint32(16, 16, true); // bytes of the format
	header.setUint16(20, 1, true); // PCM
	header.setUint16(22, 1, true); // channels
	header.setUint32(24, RATE, true);
	header.setUint32(28, RATE * 2, true);
	header.setUint16(32, 2, true);
	header.setUint16(34, 16, true);
	tag(36, "data");
	header.setUint32(40, byteLength, true);
	return header.buffer;
}

const take: HTTPConnectionHandlers & StoredRoute = {
	...Stored,
	pool,
	key: "take",
	contentType: "audio/wav",
	get head() {
		return wavHeader(byteLength());
	},
};

const server = new HTTPServer({
	io: Listener,
	port: 0,
	onConnect(connection) {
		connection.accept({
			onRequest() {
				this.route = take;
			},
		});
	},
});

audio.start();
trace(`recording: http://localhost:${server.port}/take.wav\n`);
