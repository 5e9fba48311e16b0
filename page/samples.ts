/* Sample files: photos that the page brings, and generated sounds and readings. */

import { pcm, sensorRecords } from "../bench/generators.ts";

const SECOND = 32_000;

/** A WAV file of 16 bits, 16 kHz, mono. */
function wav(samples: Uint8Array): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(44 + samples.length);
	const view = new DataView(bytes.buffer);
	const words: [number, string | number][] = [
		[0, "RIFF"],
		[4, 36 + samples.length],
		[8, "WAVE"],
		[12, "fmt "],
		[16, 16],
		[20, 0x10001], // PCM, one channel
		[24, 16_000],
		[28, SECOND],
		[32, 0x100002], // two bytes, 16 bits
		[36, "data"],
		[40, samples.length],
	];
	for (const [at, word] of words)
		if (typeof word === "number") view.setUint32(at, word, true);
		else bytes.set(new TextEncoder().encode(word), at);
	bytes.set(samples, 44);
	return bytes;
}

/** A day of a weather station as text, a line every ten seconds. */
function day(seed: number): string {
	const LINES = 2000;
	const log = new DataView(sensorRecords(16 * LINES, seed).buffer);
	const lines = Array.from({ length: LINES }, (_, i) => {
		const at = 16 * i;
		const time = new Date(log.getUint32(at, true) * 1000).toISOString().slice(0, 19);
		const [temperature, humidity] = [log.getInt16(at + 4, true) / 100, log.getUint16(at + 6, true) / 100];
		return `${time}Z,${temperature},${humidity},${log.getUint32(at + 8, true)},${log.getUint16(at + 12, true)}`;
	});
	return `time,temperature,humidity,pressure,battery\n${lines.join("\n")}\n`;
}

function photos(): File[] {
	const { textContent } = document.getElementById("photos") as HTMLElement;
	const files: [string, string][] = JSON.parse(textContent ?? "[]");
	return files.map(([name, base64]) => new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
}

const sounds = () =>
	Array.from({ length: 12 }, (_, i) => new File([wav(pcm(4 * SECOND, i + 1))], `notes ${i + 1}.wav`));
const tables = () => Array.from({ length: 6 }, (_, i) => new File([day(i + 1)], `weather ${i + 1}.csv`));

/** Alternates between kinds, as an app that has all of them might. */
function inTurn(...kinds: File[][]): File[] {
	const most = Math.max(...kinds.map((files) => files.length));
	return Array.from({ length: most }, (_, i) => kinds.flatMap((files) => files[i] ?? [])).flat();
}

export const samples: Record<string, () => File[]> = {
	photos,
	sounds,
	tables,
	all: () => inTurn(photos(), sounds(), tables()),
};
