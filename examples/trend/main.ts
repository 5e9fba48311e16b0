/*
 * A room's history: the time and five readings each minute. 48 KB keep more than two weeks on a board without PSRAM, and
 * the app charts any day of them. In total it takes less than 64 KB.
 *
 * Readings are kept in steps that the sensors resolve. In hundredths of a degree or of a percent, the last digit is noise
 * and takes half of the room.
 */

import { bar, begin, end, WIDTH } from "chart";
import Zram, { type ZramOptions } from "zram";
import History from "zram/history";
import SwapPool from "zram/swap";

const KB = 1024;
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const DAYS = 21;

/** The steps: °C, %, hPa, ppm, lux. */
const STEP = { temperature: 0.05, humidity: 0.1, pressure: 0.1, co2: 5, light: 5 };

// Pages of 2 KB halve every buffer that is as long as a page. Codec dense is left out: noise has no repetitions to find.
const options: ZramOptions = {
	arena: { byteLength: 48 * KB, memory: "internal" },
	byteLength: 320 * KB,
	pageLength: 2048,
	codecs: ["lz4", "columns"],
};
const devices = [new Zram(options)];
const keys = 4;
const pool = new SwapPool({ devices, keys });
const fields = {
	...({ time: "uint32", temperature: "int16", humidity: "int16" } as const),
	...({ pressure: "int16", co2: "int16", light: "int16" } as const),
};
const room = new History({ pool, key: "room", fields });

/** Pseudorandom numbers from 0 to 1, the same each time. */
let state = 1;
function random(): number {
	state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
	return (state >>> 8) / 2 ** 24;
}

/** A sensor's noise: bell-shaped, with this standard deviation. */
function noise(deviation: number): number {
	return (random() + random() + random() + random() - 2) * 1.73 * deviation;
}

let [air, heating, people, pressure, wind, co2, cloud] = [20.5, 0, 0, 1013, 0, 450, 0.5];

/** Stands in for sensors: a heated room where people come and go. The noise is that of a BME280 and the like. */
function measure(time: number) {
	const hour = (time % DAY) / 3600;
	const sun = Math.max(0, Math.sin(((hour - 6) * Math.PI) / 12));
	if (random() < 0.025) people = hour > 8 && hour < 18 ? Math.floor(random() * 4) : 0;
	if (air < 20.2) heating = 1;
	if (air > 20.8) heating = 0;
	cloud = Math.min(1, Math.max(0, cloud + noise(0.03)));
	air += 0.01 * heating + 0.0025 * people + 0.005 * sun * (1 - cloud) - (air - 15) / 1100;
	co2 += 3.2 * people - (co2 - 420) / 90;
	wind = 0.98 * wind + noise(0.002);
	pressure += wind - (pressure - 1013) / 8000;
	return {
		temperature: air + noise(0.02),
		humidity: 40 + people - (air - 20) + noise(0.04),
		pressure: pressure + noise(0.04),
		co2: co2 + noise(3),
		light: (900 * sun * (1 - 0.7 * cloud) + (people ? 300 : 0)) * (1 + noise(0.01)),
	};
}

/** On a board a timer calls this every minute. */
function keep(time: number) {
	const { temperature, humidity, pressure, co2, light } = measure(time);
	room.append({
		time,
		temperature: Math.round(temperature / STEP.temperature),
		humidity: Math.round(humidity / STEP.humidity),
		pressure: Math.round(pressure / STEP.pressure),
		co2: Math.round(co2 / STEP.co2),
		light: Math.round(light / STEP.light),
	});
}

/** Charts temperatures from one time to another: the minimum and the maximum of each column. */
function chart(from: number, to: number) {
	const row = { time: 0, temperature: 0, humidity: 0, pressure: 0, co2: 0, light: 0 };
	let column = 0;
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	begin();
	for (let index = room.find(from); index < room.end && room.at(index, row).time < to; index++) {
		const next = Math.trunc(((row.time - from) * WIDTH) / (to - from));
		if (next !== column) {
			bar(column, low * STEP.temperature, high * STEP.temperature);
			column = next;
			low = Number.POSITIVE_INFINITY;
			high = Number.NEGATIVE_INFINITY;
		}
		low = Math.min(low, row.temperature);
		high = Math.max(high, row.temperature);
	}
	bar(column, low * STEP.temperature, high * STEP.temperature);
	end();
}

/** Bytes of internal memory in total: the arena, and scratch and tables of the device, the pool and the history. */
function memoryInAll(): number {
	const device = Zram.layout(options);
	const { tables, scratch } = SwapPool.layout({ devices, keys });
	return device.arenaLength + device.scratch + tables + scratch + History.layout(pool, fields).scratch;
}

const midnight = 1_700_006_400;
for (let time = midnight; time < midnight + DAYS * DAY; time += MINUTE) keep(time);

const count = room.end - room.start;
trace(`${count} readings of five sensors, the last ${((count * MINUTE) / DAY).toFixed(1)} days, `);
trace(`in ${(memoryInAll() / KB).toFixed(1)} KB of internal memory\n`);
for (const day of [DAYS - 14, DAYS - 1]) {
	trace(`day ${day}:\n`);
	chart(midnight + day * DAY, midnight + (day + 1) * DAY);
}
