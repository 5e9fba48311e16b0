/**
 * Generates data that no npm package ships: sound, sensor records, noise. From a seed, with operations that are exact
 * on every machine: integers, and the basic four on IEEE doubles.
 *
 * @module
 */

import { Random } from "../tests/support/random.ts";

const RATE = 16_000;
/** A pentatonic scale, 220, 262, 294, 330, 392 Hz, as the cosine of a step at RATE. Two notes a second are played. */
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
		// overtone k turns k times as fast: its cosine is the Chebyshev polynomial T_k of the note's
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
 * A log of 16-byte records, little-endian, every ten seconds: u32 time in seconds, i16 temperature in 1/100 degrees,
 * u16 humidity in 1/100 %, u32 pressure in Pa, u16 battery in mV, u8 status, u8 sequence.
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

/** Pages of one repeated 32-bit word: cleared memory, erased flash, areas of one RGB565 colour. */
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

/** A room's sensors: the noise of each reading, and the steps in which it is kept. */
export interface Sensors {
	/** Standard deviations, in hundredths of a degree and of a %, tenths of a hPa, ppm, and of the light in %. */
	noise: readonly [temperature: number, humidity: number, pressure: number, co2: number, light: number];
	/** Readings are kept in these steps, in the same units, light in lux. */
	steps: readonly [temperature: number, humidity: number, pressure: number, co2: number, light: number];
}

const HUNDREDTHS = [1, 1, 1, 1, 1] as const;
/** What a sensor resolves: 0.05 °C, 0.1 %, 0.1 hPa, 5 ppm, 5 lux. */
const STEPS = [5, 10, 1, 5, 5] as const;

/** The noise in three rooms. A BME280's was measured: 0.02 °C, 0.04 %RH, 0.04 hPa. */
const QUIET = [0.7, 1.5, 0.2, 1, 0.3] as const;
const TYPICAL = [2, 4, 0.4, 3, 1] as const;
const NOISY = [6, 15, 1, 10, 4] as const;

export const SENSORS: Readonly<Record<string, Sensors>> = {
	quiet: { noise: QUIET, steps: HUNDREDTHS },
	typical: { noise: TYPICAL, steps: HUNDREDTHS },
	noisy: { noise: NOISY, steps: HUNDREDTHS },
	"quiet, in steps": { noise: QUIET, steps: STEPS },
	"typical, in steps": { noise: TYPICAL, steps: STEPS },
	"noisy, in steps": { noise: NOISY, steps: STEPS },
};

const MINUTES = 1440;

/** Roughly normal, of variance 1: the sum of eight uniform numbers. */
function bell(random: Random): number {
	let sum = 0;
	for (let i = 0; i < 8; i++) sum += random.below(4096);
	return (sum / 4096 - 4) * 1.2247;
}

/** 0 at midnight, 1 at noon: a polynomial, as sines are not the same on every machine. */
function noonness(minute: number): number {
	const x = (minute % MINUTES) / (MINUTES / 2) - 1;
	const square = x * x;
	return (1 - square) * (1 - square);
}

/**
 * A room's log of 14-byte records, little-endian, one a minute: u32 time in seconds, i16 temperature, humidity,
 * pressure, CO2, light. It is heated by a thermostat, people come and go, clouds pass, and every tenth reading is a
 * second late.
 */
export function roomRecords(count: number, seed: number, { noise, steps }: Sensors): Uint8Array {
	const random = new Random(seed);
	const log = new DataView(new ArrayBuffer(14 * count));
	let [room, heater, vapour, pressure, wind, co2, people, cloud] = [2050, 0, 4200, 10_132, 0, 450, 0, 0.5];
	for (let i = 0; i < count; i++) {
		const minute = i % MINUTES;
		const sun = noonness(minute);
		const isWork = minute > 480 && minute < 1080 && Math.floor(i / MINUTES) % 7 < 5;
		if (random.once(40)) people = isWork ? random.below(4) : random.once(10) ? 1 : 0;
		if (room < 2000 + (isWork ? 120 : 0)) heater = 1;
		if (room > 2040 + (isWork ? 120 : 0)) heater = 0;
		room += 0.9 * heater + 0.25 * people + 0.5 * sun * (1 - cloud) - (room - 1500) / 1100;
		vapour += 0.8 * people - (vapour - 4000) / 300 + 0.3 * bell(random);
		wind = 0.98 * wind + 0.02 * bell(random);
		pressure += wind - (pressure - 10_132) / 8000;
		co2 += 3.2 * people - (co2 - 420) / 90;
		cloud = Math.max(0, Math.min(1, cloud + 0.03 * bell(random)));
		const lamp = isWork && people ? 300 : 0;
		const light = lamp + 900 * sun * (1 - 0.7 * cloud);
		const values = [room, vapour - 1.5 * (room - 2050), pressure, co2, light];
		const at = 14 * i;
		log.setUint32(at, 1_700_000_000 + 60 * i + (random.once(10) ? 1 : 0), true);
		values.forEach((value, k) => {
			const deviation = k === 4 ? (value * (noise[4] as number)) / 100 : (noise[k] as number);
			const read = value + deviation * bell(random);
			log.setInt16(at + 4 + 2 * k, Math.max(0, Math.round(read / (steps[k] as number))), true);
		});
	}
	return new Uint8Array(log.buffer);
}
