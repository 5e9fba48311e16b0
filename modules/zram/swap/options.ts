/* What a swap pool is made of: the options, validated. */

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
	 * The arena of a device that the pool makes for itself, and closes: `new SwapPool({ arena: 2 * 1024 * 1024 })` is all
	 * that most apps need. It has the defaults for all the rest: a logical size of eight times the arena.
	 */
	arena?: Arena;

	/**
	 * Where the buffers go, instead of `arena`: one or more devices with pages of one length, of your making. The pool has them for itself until it is closed:
	 * what they hold is dropped, and a second pool on one of them is refused with `EBUSY`. Do not write to them. If one is
	 * reset or closed, so is the pool: its methods throw `ECLOSED`, but {@link SwapPool.close}. New buffers go to the device
	 * with most room, and to the others when that is full.
	 */
	devices?: readonly Zram[];

	/** Most buffers, owned ones included: 1 to 65,534. Each costs 11 to 13 bytes of memory at once. Default: 256. */
	keys?: number;

	/** Slots for acquire, allocated at once. Default: none. */
	resident?: ResidentOptions;

	/**
	 * What a write does that finds no room. "never" (default): it throws `ENOSPC`. "lru": buffers go, those with the least
	 * `priority` first and among them those that have not been used for longest, until it fits, or until there are none
	 * left. Buffers that are acquired or owned stay. For a buffer that would not find pages enough even then nothing goes;
	 * how many bytes of the arenas it takes nobody knows beforehand.
	 */
	evict?: "lru" | "never";

	/**
	 * A write found no room, and threw `ENOSPC`. Called after the call that ran into it is over; once for many. What it
	 * throws becomes an unhandled rejection.
	 */
	onPressure?: (this: SwapPool, pressure: Pressure) => void;

	/**
	 * Whether owned buffers that nobody can reach any more are freed by a FinalizationRegistry. Default: true if there is
	 * one. Firmware that strips it by name must say false: what is stripped ends the machine when it is called.
	 */
	finalization?: boolean;

	/**
	 * Makes misuse of resident buffers loud, for development: what is released is filled with the byte 0xDB and leaves its
	 * slot, so that who still uses it, a display list for one, sees it at once; and release throws a TypeError if a view was
	 * changed in mode "r". Costs a load with each acquire, and some passes over the bytes. Default: false.
	 */
	debug?: boolean;
}

/** Slots in which buffers are as they are while they are acquired. */
export interface ResidentOptions {
	/** How many: 1 to 256. */
	slots: number;
	/** Bytes of each: no longer buffer can be acquired. */
	byteLength: number;
	/** "external" is PSRAM, "internal" the fast memory. Default: PSRAM if there is any, else internal. */
	memory?: MemoryKind;
}

/** SwapOptions, validated. There is an `arena` if there are no `devices`. */
export interface Configuration {
	devices: readonly Zram[] | undefined;
	arena: Arena | undefined;
	count: number;
	slots: SlotsOptions;
	evicts: boolean;
	debug: boolean;
}

const SLOTS_MAX = 256;

/** The names that objects of options may have. */
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

/** Validates options, before anything is allocated. */
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
