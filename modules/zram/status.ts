/**
 * Status lines: the result of `status()` as one line of text for a serial console or a log, and back.
 *
 *     zram/1 photos ms=61004 byteLength=8388608 pageLength=4096 origDataSize=3366912 … failedWrites=2 .
 *
 * `zram/1` is the version of this format; then come the device's name, key=value pairs in any order, and a full stop: a
 * line without one was cut off. The keys are `ms` (the app's own clock), the device's `byteLength` and `pageLength`, the
 * numbers of `status()`, those of its `codecs` prefixed with `codecs.` and the codec's name (`codecs.lz4.pages`), and, if
 * there is a flash, those of `status().backing` prefixed with `backing.`. Zeros are left out, except a codec's pages and a
 * flash's slots, which show that these exist. Readers skip keys that they do not know, and any words before `zram/1`, such
 * as a time.
 *
 * @module
 */

import type Zram from "zram";
import type { BackingStatus, CodecUse, ZramStatus } from "zram";

/** The contents of a status line. */
export interface StatusReport {
	/** The device's name. */
	name: string;
	/** The app's clock in milliseconds. */
	ms: number;
	/** Logical size of the device in bytes. */
	byteLength: number;
	/** Length of a page in bytes. */
	pageLength: number;
	/** What `status()` returned. */
	status: ZramStatus;
}

const FORMAT = "zram/1";
const END = ".";
const BACKING = "backing.";
const CODECS = "codecs";

const STATUS_KEYS = Object.freeze([
	"origDataSize",
	"comprDataSize",
	"memUsed",
	"memLimit",
	"memUsedMax",
	"samePages",
	"pagesCompacted",
	"hugePages",
	"hugePagesSince",
	"pagesStored",
	"rawPages",
	"numReads",
	"numWrites",
	"notifyFree",
	"bdCount",
	"bdReads",
	"bdWrites",
	"bdMoves",
	"bdErases",
	"failedReads",
	"failedWrites",
	"invalidIO",
	"pagesRepacked",
	"failedRepacks",
] as const satisfies (keyof ZramStatus)[]);

const CODEC_KEYS = Object.freeze(["pages", "comprDataSize"] as const satisfies (keyof CodecUse)[]);

const BACKING_KEYS = Object.freeze([
	"slots",
	"slotsUsed",
	"slotsErased",
	"slotsRetired",
	"wearLeast",
	"wearMost",
	"wearMean",
	"wearLog",
	"budget",
	"budgetPerDay",
	"yearsLeft",
	"refusedRoom",
	"refusedBudget",
	"refusedDriver",
	"refusedSlots",
] as const satisfies (keyof BackingStatus)[]);

/** A number with at most three decimals: short, and enough for a mean or a rate. */
function pair(key: string, value: number): string {
	return `${key}=${Math.round(value * 1000) / 1000}`;
}

/**
 * The status line of a device, without an end of line. Allocates, as `status()` does: print one a second, not one a
 * frame.
 *
 * @param name letters, digits, "_", and "-": tells devices that share a console apart
 * @param ms the app's clock in milliseconds, from any start; 0 if it has none
 * @throws RangeError for any other name, and whatever `status()` throws
 */
export function formatStatus(name: string, zram: Zram, ms: number): string {
	if (!/^[A-Za-z0-9_-]+$/.test(name))
		throw new RangeError(`name: "${name}" must consist of letters, digits, "_" and "-"`);
	const status = zram.status();
	const { backing } = status;
	const { byteLength, pageLength } = zram;
	// joined at the end: growing the line word by word would leave twice as much to the collector
	const words = [FORMAT, name];
	const add = (key: string, value: number) => value && words.push(pair(key, value));
	add("ms", ms);
	add("byteLength", byteLength);
	add("pageLength", pageLength);
	const addCodec = (codec: string, { pages, comprDataSize }: CodecUse) => {
		words.push(pair(`${CODECS}.${codec}.pages`, pages)); // even if 0: it shows that there is such a codec
		add(`${CODECS}.${codec}.comprDataSize`, comprDataSize);
	};
	for (const key of STATUS_KEYS) add(key, status[key]);
	for (const codec in status.codecs) addCodec(codec, status.codecs[codec] as CodecUse);
	if (backing) {
		words.push(pair(`${BACKING}slots`, backing.slots)); // even if 0: it shows that there is a flash
		for (const key of BACKING_KEYS) if (key !== "slots") add(BACKING + key, backing[key]);
	}
	words.push(END);
	return words.join(" ");
}

/**
 * The contents of a line that formatStatus has made; undefined for any other line, and for one that was cut off or
 * garbled.
 */
export function parseStatus(line: string): StatusReport | undefined {
	const words = line.trim().split(" ");
	const [, name = "", ...pairs] = words.slice(Math.max(words.indexOf(FORMAT), 0));
	if (!words.includes(FORMAT) || pairs.pop() !== END || !/^[A-Za-z0-9_-]+$/.test(name)) return undefined;
	const values = new Map<string, number>();
	for (const pair of pairs) {
		const at = pair.indexOf("=");
		const key = pair.slice(0, at);
		const text = pair.slice(at + 1);
		if (at < 1 || text === "" || Number.isNaN(Number(text)) || values.has(key)) return undefined;
		values.set(key, Number(text));
	}
	const pick = <Key extends string>(keys: readonly Key[], prefix = "") =>
		Object.fromEntries(keys.map((key) => [key, values.get(prefix + key) ?? 0])) as Record<Key, number>;
	const backing = values.has(`${BACKING}slots`) && { backing: pick(BACKING_KEYS, BACKING) };
	const status = { ...pick(STATUS_KEYS), codecs: codecsOf(values), ...backing };
	return { name, ...pick(["ms", "byteLength", "pageLength"]), status };
}

/** What a line says about codecs. */
function codecsOf(values: ReadonlyMap<string, number>): Record<string, CodecUse> {
	const codecs: Record<string, CodecUse> = {};
	for (const [path, value] of values) {
		const [start, codec, key, ...more] = path.split(".");
		if (start !== CODECS || !codec || !CODEC_KEYS.includes(key as keyof CodecUse) || more.length) continue;
		codecs[codec] ??= { pages: 0, comprDataSize: 0 };
		codecs[codec][key as keyof CodecUse] = value;
	}
	return codecs;
}
