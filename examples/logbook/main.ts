/*
 * A history of measurements as JSON, a value a day, in 256 KB of RAM: months instead of days. When it is full the oldest
 * days go.
 */

import Zram, { ZramError } from "zram";
import SwapPool from "zram/swap";

const KB = 1024;
const DAYS = 200;

interface Sample {
	minute: number;
	temperature: number;
	humidity: number;
}

const zram = new Zram({ byteLength: 4096 * KB, arena: { byteLength: 256 * KB } });
const log = new SwapPool({ devices: [zram], keys: 512 });

/** Keeps a day's samples, in the place of the oldest days if there is no other. */
function keep(day: number, samples: Sample[]) {
	const text = ArrayBuffer.fromString(JSON.stringify(samples));
	for (;;)
		try {
			log.write(day, text);
			return;
		} catch (error) {
			const [oldest] = log; // keys come in the order in which they were written first
			if (!(error instanceof ZramError && error.code === "ENOSPC") || oldest === undefined) throw error;
			log.delete(oldest);
		}
}

function samplesOf(day: number): Sample[] {
	const text = log.read(day);
	return text ? JSON.parse(String.fromArrayBuffer(text)) : [];
}

/** Stands for a sensor that is read every ten minutes. */
function measure(day: number): Sample[] {
	return Array.from({ length: 144 }, (_, i) => {
		const wave = Math.sin((i - 54) / 23) * 6 + Math.sin(day / 9) * 4;
		const temperature = Math.round((15 + wave + ((day * i) % 7) / 10) * 10) / 10;
		return { minute: i * 10, temperature, humidity: Math.round(70 - wave * 2) };
	});
}

for (let day = 0; day < DAYS; day++) keep(day, measure(day));

const days = [...log] as number[];
const { byteLength } = log.status();
const warmest = days
	.slice(-28)
	.map((day) => ({ day, temperature: Math.max(...samplesOf(day).map((sample) => sample.temperature)) }))
	.reduce((most, each) => (each.temperature > most.temperature ? each : most));

trace(`days ${days[0]} to ${days[days.length - 1]}: ${Math.round(byteLength / KB)} KB of JSON in 256 KB\n`);
trace(`warmest of the last four weeks: day ${warmest.day}, ${warmest.temperature} degrees\n`);
