/**
 * Data of which no npm package ships a file: sound, sensor records, noise. Made of a seed with operations that are exact
 * on every machine, integers and the four of IEEE doubles.
 *
 * @module
 */

import { Random } from "../tests/support/random.ts";

const RATE = 16_000;
/** Two notes a second, from a pentatonic scale, as the cosine of a step at RATE: 220, 262, 294, 330, 392 Hz. */
const NOTES = [0.99627027, 0.99471223, 0.99334262, 0.99161216, 0.98817449];
/** Amplitudes of the overtones, which follow from the note by the recurrence of Chebyshev. */
const OVERTONES = [9000, 4200, 2600, 900, 500];

/** A recording: 16-bit mono PCM at 16 kHz of plucked notes over a little noise, with pauses. */
export function pcm(byteLength: number, seed: number): Uint8Array {
	const random = new Random(seed);
	const samples = new Int16Array(byteLength / 2);
	const noise = () => random.below(33) - 16;
	for (let start = 0; start < samples.length; start += RATE / 2) {
		const end = Math.min(start + RATE / 2, samples.length);
		const isPause = random.once(5);
		const step = NOTES[random.below(NOTES.length)] as number;
		// Overtone k turns k times as fast: its cosine is the Chebyshev polynomial T_k of the note's.
		const steps = [step, 2 * step * step - 1];
		while (steps.length < OVERTONES.length) steps.push(2 * step * (steps.at(-1) as number) - (steps.at(-2) as number));
		const now = OVERTONES.map(() => 0);
		const before = OVERTONES.map((amplitude) => -amplitude / 16);
		for (let i = start, decay = isPause ? 0 : 1; i < end; i++, decay *= 0.9996) {
			let sum = noise();
			for (let k = 0; k < steps.length; k++) {
				const next = 2 * (steps[k] as number) * (now[k] as number) - (before[k] as number);
				before[k] = now[k] as number;
				now[k] = next;
				sum += next * decay;
			}
			samples[i] = Math.max(-32768, Math.min(32767, Math.round(sum)));
		}
	}
	return new Uint8Array(samples.buffer);
}

/**
 * A log of 16-byte records, little-endian, every ten seconds: u32 time in seconds, i16 temperature in 1/100 degrees, u16
 * humidity in 1/100 %, u32 pressure in Pa, u16 battery in mV, u8 status, u8 sequence.
 */
export function sensorRecords(byteLength: number, seed: number): Uint8Array {
	const random = new Random(seed);
	const log = new DataView(new ArrayBuffer(byteLength));
	let [time, temperature, humidity, pressure, battery] = [1_700_000_000, 2130, 4520, 101_325, 4150];
	const drift = (range: number) => random.below(2 * range + 1) - range;
	for (let at = 0; at < byteLength; at += 16) {
		time += 10;
		temperature += drift(3);
		humidity = Math.max(0, Math.min(10_000, humidity + drift(6)));
		pressure += random.once(4) ? drift(4) : 0;
		battery = random.once(50) ? Math.max(3300, battery - 1) : battery;
		log.setUint32(at, time, true);
		log.setInt16(at + 4, temperature, true);
		log.setUint16(at + 6, humidity, true);
		log.setUint32(at + 8, pressure, true);
		log.setUint16(at + 12, battery, true);
		log.setUint8(at + 14, random.once(100) ? 3 : 1);
		log.setUint8(at + 15, at >> 4);
	}
	return new Uint8Array(log.buffer);
}

/** Noise: keys, or what is encrypted. */
export function randomBytes(byteLength: number, seed: number): Uint8Array {
	const random = new Random(seed);
	return Uint8Array.from({ length: byteLength }, () => random.below(256));
}

/** Pages of one 32-bit word each: cleared memory, erased flash, areas of one RGB565 colour. */
export function samePages(pages: number, pageLength: number, seed: number): Uint8Array {
	const random = new Random(seed);
	const words = new Uint32Array((pages * pageLength) / 4);
	for (let page = 0; page < pages; page++) {
		const colour = random.below(0x10000);
		const word = [0, 0xffffffff, colour | (colour << 16)][page % 3] as number;
		words.fill(word, (page * pageLength) / 4, ((page + 1) * pageLength) / 4);
	}
	return new Uint8Array(words.buffer);
}
