/**
 * What an app would hold of a file: a picture's pixels, a WAV file's samples, or else its bytes. This file uses neither
 * Node nor a browser.
 *
 * @module
 */

import { type Picture, type Screen, toFrame } from "./picture.ts";
import type { Format } from "./plan.ts";
import { toRecords } from "./table.ts";

/** A buffer of an app. */
export interface AppBuffer {
	name: string;
	/** "pictures", "sound", "tables", "files". */
	kind: string;
	/** For people: "320 x 240, RGB565", "16 bit, 44.1 kHz, stereo". */
	what: string;
	format: Format;
	bytes: Uint8Array;
	/** Bytes of the file it came from. */
	fileLength: number;
	/** For a table, the same as records. */
	records?: { bytes: Uint8Array; what: string };
}

export type PictureFormat = "bmp" | "png" | "jpeg";

/** @throws Error saying what is wrong with it */
export type DecodePicture = (bytes: Uint8Array, format: PictureFormat) => Picture | Promise<Picture>;

const latin1 = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

function pictureFormat(bytes: Uint8Array): PictureFormat | undefined {
	if (latin1(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") return "png";
	if (latin1(bytes, 0, 3) === "\xff\xd8\xff") return "jpeg";
	// "BM" alone might begin a text; a BMP goes on with its length and two words of 0
	return latin1(bytes, 0, 2) === "BM" && latin1(bytes, 6, 10) === "\0\0\0\0" ? "bmp" : undefined;
}

interface Sound {
	samples: Uint8Array;
	bits: number;
	what: string;
	/** What is wrong with it, if it is usable all the same. */
	complaint?: string;
}

/**
 * The samples of a WAV file.
 *
 * @throws Error if it has no samples that an app would keep
 */
export function readWAV(bytes: Uint8Array): Sound {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	let format: { tag: number; channels: number; rate: number; bits: number } | undefined;
	for (let at = 12; at + 8 <= bytes.length; ) {
		const name = latin1(bytes, at, at + 4);
		const length = view.getUint32(at + 4, true);
		const start = at + 8;
		if (name === "fmt " && start + 16 <= bytes.length)
			format = {
				tag: view.getUint16(start, true),
				channels: view.getUint16(start + 2, true),
				rate: view.getUint32(start + 4, true),
				bits: view.getUint16(start + 14, true),
			};
		if (name === "data") {
			if (!format) throw new Error(`a WAV with no format before its samples at byte ${at}`);
			const { tag, channels, rate, bits } = format;
			if (tag !== 1 && tag !== 3 && tag !== 0xfffe) throw new Error(`a WAV that is not PCM (format ${tag})`);
			const samples = bytes.subarray(start, start + length);
			const speakers = channels === 1 ? "mono" : channels === 2 ? "stereo" : `${channels} channels`;
			const what = `${bits} bit, ${rate / 1000} kHz, ${speakers}`;
			const missing = length - samples.length;
			const complaint = `a WAV that ends at byte ${bytes.length}, ${missing} too early; using what is there`;
			return missing > 0 ? { samples, bits, what, complaint } : { samples, bits, what };
		}
		at = start + length + (length & 1);
	}
	throw new Error("a WAV without samples");
}

function ending(name: string): string {
	return /\.([A-Za-z0-9]{1,6})$/.exec(name)?.[1]?.toLowerCase() ?? "";
}

/** The text of a file that looks like one. */
function textOf(bytes: Uint8Array): string | undefined {
	if (bytes.subarray(0, 4096).includes(0)) return undefined;
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** Longer texts are not examined for being a table. */
const TABLE_MOST = 16 * 1024 * 1024;

/** A file as it is; for a table also its records. */
export function fileBuffer(name: string, bytes: Uint8Array): AppBuffer {
	const plain = { name, what: ending(name) || "bytes", format: "bytes", bytes, fileLength: bytes.length } as const;
	const text = bytes.length <= TABLE_MOST ? textOf(bytes) : undefined;
	if (text === undefined) return { ...plain, kind: "files" };
	const records = toRecords(text);
	if (!records) return { ...plain, kind: "text" };
	const left = records.left ? `, ${records.left} columns that are no numbers left out` : "";
	const what = `${records.count} records of ${records.types}${left}`;
	return { ...plain, kind: "tables", records: { bytes: records.bytes, what } };
}

const SOUND_FORMATS: Record<number, Format> = { 8: "pcm8", 16: "pcm16", 24: "pcm24", 32: "pcm24" };

/**
 * What an app with such a screen would hold of a file. A picture or sound that cannot be read is taken as bytes.
 *
 * @param complain gets what is wrong with the file
 */
export async function toBuffer(
	name: string,
	bytes: Uint8Array,
	screen: Screen,
	decode: DecodePicture,
	complain: (problem: string) => void,
): Promise<AppBuffer> {
	const fileLength = bytes.length;
	const format = pictureFormat(bytes);
	try {
		if (format) {
			const picture = await decode(bytes, format);
			const isIcon = picture.width < screen.width || picture.height < screen.height;
			const { width, height } = isIcon ? picture : screen;
			const what = `${width} x ${height}, RGB565, from ${format.toUpperCase()}`;
			return { name, kind: "pictures", what, format: "rgb565", bytes: toFrame(picture, screen), fileLength };
		}
		if (latin1(bytes, 0, 4) === "RIFF" && latin1(bytes, 8, 12) === "WAVE") {
			const { samples, bits, what, complaint } = readWAV(bytes);
			if (complaint) complain(complaint);
			return { name, kind: "sound", what, format: SOUND_FORMATS[bits] ?? "bytes", bytes: samples, fileLength };
		}
	} catch (error) {
		const what = format ? `this ${format.toUpperCase()} cannot be decoded: ` : "";
		complain(`${what}${(error as Error).message}; taking its bytes as they are`);
		return { name, kind: "files", what: "bytes, as it cannot be read", format: "bytes", bytes, fileLength };
	}
	return fileBuffer(name, bytes);
}
