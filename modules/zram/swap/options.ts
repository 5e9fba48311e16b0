/* What a swap pool is made of: its options, and where they are validated. */

import type Zram from "zram";
import type { Arena } from "zram";
import { check, refuseInteger, refuseNames } from "zram/error";
import type { MemoryKind } from "zram/memory";
import type SwapPool from "zram/swap";
import type { Pressure } from "zram/swap";
import type { SlotsOptions } from "zram/swap/slots";
import { VALUES_MAX } from "zram/swap/table";

/** What a pool is made of. */
export interface SwapOptions {
	/**
	 * The arena for a device that the pool makes, and closes, itself: `new SwapPool({ arena: 2 * 1024 * 1024 })` is all
	 * that most apps need. The device has the defaults for everything else: its logical size is eight times the arena.
	 */
	arena?: Arena;

	/**
	 * Where the buffers go, instead of `arena`: one or more devices of your own, all with the same pageLength. The pool
	 * has them to itself until it is closed: it drops what they hold, and a second pool on one of them is refused with
	 * `EBUSY`. Do not write to them. If one is reset or closed, so is the pool: its methods throw `ECLOSED`, except
	 * {@link SwapPool.close}. New buffers go to the device with the most room, and to the others when that is full.
	 */
	devices?: readonly Zram[];

	/** Most buffers, owned ones included: 1 to 65,534. Each costs 11 to 13 bytes, allocated at once. Default: 256. */
	keys?: number;

	/** Slots for acquire, allocated at once. Default: none. */
	resident?: ResidentOptions;

	/**
	 * What a write does when it finds no room. "never" (default): it throws `ENOSPC`. "lru": it evicts buffers until it
	 * fits or none are left, those with the lowest `priority` first, and among these the ones unused for longest.
	 * Buffers that are acquired or owned stay. For a buffer that would lack pages even then, nothing is evicted; but
	 * nobody knows in advance how many bytes of the arenas it will take.
	 */
	evict?: "lru" | "never";

	/**
	 * A write found no room and threw `ENOSPC`. Called after the call that ran into it has returned; once for several.
	 * What it throws becomes an unhandled rejection.
	 */
	onPressure?: (this: SwapPool, pressure: Pressure) => void;

	/**
	 * Whether a FinalizationRegistry frees owned buffers that nobody can reach any more. Default: true if there is one.
	 * Firmware that strips FinalizationRegistry by name must pass false: calling a stripped function ends the machine.
	 */
	finalization?: boolean;

	/**
	 * Makes misuse of resident buffers visible, for development: a released buffer is filled with the byte 0xDB and
	 * leaves its slot, so that whatever still uses it, such as a display list, shows it at once; and release throws a
	 * TypeError if a view in mode "r" was changed. Each acquire then has to read its buffer, and the bytes are passed
	 * over a few times. Default: false.
	 */
	debug?: boolean;
}

/** The slots that hold buffers uncompressed while they are acquired. */
export interface ResidentOptions {
	/** Number of slots: 1 to 256. */
	slots: number;
	/** Length of each slot in bytes, 1 to 2^31 - 64: no longer buffer can be acquired. */
	byteLength: number;
	/** "external" is PSRAM, "internal" the fast memory. Default: PSRAM if there is any, else internal. */
	memory?: MemoryKind;
}

/** SwapOptions, validated. Either `devices` or `arena` is defined. */
export interface Configuration {
	devices: readonly Zram[] | undefined;
	arena: Arena | undefined;
	count: number;
	slots: SlotsOptions;
	evicts: boolean;
	debug: boolean;
}

const SLOTS_MAX = 256;

/** The options that there are. The types make sure that none is missing. */
const NAMES: Record<keyof SwapOptions, true> = Object.freeze({
	arena: true,
	devices: true,
	keys: true,
	resident: true,
	evict: true,
	onPressure: true,
	finalization: true,
	debug: true,
});
const RESIDENT_NAMES: Record<keyof ResidentOptions, true> = Object.freeze({
	slots: true,
	byteLength: true,
	memory: true,
});

function checkDevices(devices: unknown, arena: unknown) {
	if (devices !== undefined && arena !== undefined) throw new TypeError("devices, arena: pass one of them, not both");
	if (arena !== undefined) return; // the device's to check
	if (!Array.isArray(devices) || devices.length === 0)
		throw new TypeError("devices: must be an array of devices; or pass an arena instead");
	for (const device of devices as Zram[]) {
		if (typeof device?.claim !== "function") throw new TypeError("devices: must be an array of devices");
		if (device.pageLength !== (devices[0] as Zram).pageLength)
			throw new RangeError("devices: must all have the same pageLength");
	}
	if (new Set(devices).size < devices.length) throw new RangeError("devices: must not contain a device twice");
}

function configureSlots({ resident }: SwapOptions): SlotsOptions {
	if (resident === undefined) return { count: 0, byteLength: 0, memory: undefined };
	if (typeof resident !== "object" || resident === null)
		throw new TypeError("resident: must be { slots, byteLength, memory }");
	check(refuseNames("resident.", resident, RESIDENT_NAMES));
	const { slots, byteLength, memory } = resident;
	check(refuseInteger("resident.slots", slots, 1, SLOTS_MAX));
	check(refuseInteger("resident.byteLength", byteLength, 1, 0x7fffffc0));
	if (memory !== undefined && memory !== "external" && memory !== "internal")
		throw new RangeError('resident.memory: must be "external" or "internal"');
	return { count: slots, byteLength, memory };
}

/**
 * Validates the options, all of them, in one place, before anything is allocated. The arena is the device's to check.
 */
export function configure(options: SwapOptions): Configuration {
	if (typeof options !== "object" || options === null) throw new TypeError("options: must be an object");
	check(refuseNames("", options, NAMES));
	const { arena, devices, keys = 256, evict = "never", debug = false, onPressure, finalization } = options;
	checkDevices(devices, arena);
	check(refuseInteger("keys", keys, 1, VALUES_MAX));
	if (evict !== "lru" && evict !== "never") throw new RangeError('evict: must be "lru" or "never"');
	if (onPressure !== undefined && typeof onPressure !== "function")
		throw new TypeError("onPressure: must be a function");
	if (finalization !== undefined && typeof finalization !== "boolean")
		throw new TypeError("finalization: must be a boolean");
	if (typeof debug !== "boolean") throw new TypeError("debug: must be a boolean");
	return { devices, arena, count: keys, slots: configureSlots(options), evicts: evict === "lru", debug };
}
