/* Devices that fail on demand: at any call, at any page of a call, at any call of the flash driver below. */

import Zram, { type FlashIO, ZramError, type ZramOptions } from "zram";
import { type ByteBuffer, ERROR_CORRUPT, ERROR_FULL, ERROR_ROT } from "zram/engine/interface";

/**
 * How a call of a device fails. The first four throw: before doing anything, after doing everything, after the first of
 * several pages, or with the EBUSY that a flash driver's caller gets. The next ones are a device's answers when a page
 * doesn't fit, is damaged, or is lost, at the first page or behind it. Last, onOperation throws, or a driver does.
 */
export const FAULTS = [
	...(["before", "after", "midway", "busy"] as const),
	...(["full", "full midway", "corrupt", "corrupt midway", "rot"] as const),
	...(["operation", "driver"] as const),
] as const;
export type Kind = (typeof FAULTS)[number];

type Operation = "read" | "write" | "trim";

/** Codes each call can answer. Others are thrown instead. */
const CODES: Record<string, [code: number, operations: Operation[]]> = {
	full: [ERROR_FULL, ["write"]],
	corrupt: [ERROR_CORRUPT, ["read", "write", "trim"]],
	rot: [ERROR_ROT, ["read"]],
};

/** What fails next: the `countdown`th call from now, once or from there on. */
export class Fault {
	kind: Kind = "before";
	countdown = 0;
	isLasting = false;
	/** It has failed. */
	fired = false;

	arm(kind: Kind, countdown: number, isLasting = false) {
		Object.assign(this, { kind, countdown, isLasting, fired: false });
	}

	disarm() {
		this.countdown = 0;
		this.isLasting = false;
	}

	/** Counts a call. True if this one fails. */
	isDue(place: "call" | "operation" | "driver"): boolean {
		const own = this.kind === "operation" || this.kind === "driver" ? this.kind : "call";
		if (place !== own) return false;
		if (this.fired && this.isLasting) return true;
		if (this.countdown === 0 || --this.countdown) return false;
		this.fired = true;
		return true;
	}

	/** Throws if this call is the one to fail. */
	strike(place: "operation" | "driver") {
		if (this.isDue(place)) throw new Error(`injected: ${this.kind}`);
	}
}

/** A flash whose driver can fail, before it reads, programs or erases. */
export function faultyFlash(io: FlashIO, fault: Fault): FlashIO {
	return {
		open(options) {
			const device = io.open(options);
			const { read, write, eraseBlock } = device;
			Object.assign(device, {
				read: (...parameters: Parameters<typeof read>) => {
					fault.strike("driver");
					return read.apply(device, parameters);
				},
				write: (...parameters: Parameters<typeof write>) => {
					fault.strike("driver");
					return write.apply(device, parameters);
				},
				eraseBlock: (...parameters: Parameters<typeof eraseBlock>) => {
					fault.strike("driver");
					return eraseBlock.apply(device, parameters);
				},
			});
			return device;
		},
	};
}

/** A device whose calls from a pool can fail. */
export class FaultyZram extends Zram {
	readonly #fault: Fault;
	/** For an injected failure: how many bytes were done, and the error that goes with it. */
	#done: number | undefined;
	#damage: ZramError | undefined;

	constructor(options: ZramOptions, fault: Fault) {
		super(options);
		this.#fault = fault;
	}

	override tryRead(buffer: ByteBuffer, byteOffset: number, start: number, length: number): number {
		return this.#call("read", byteOffset, length, (count) => super.tryRead(buffer, byteOffset, start, count));
	}

	override tryWrite(buffer: ByteBuffer, byteOffset: number, start: number, length: number): number {
		return this.#call("write", byteOffset, length, (count) => super.tryWrite(buffer, byteOffset, start, count));
	}

	override tryWriteUnpacked(buffer: ByteBuffer, byteOffset: number, start: number, length: number): number {
		return this.#call("write", byteOffset, length, (count) => super.tryWriteUnpacked(buffer, byteOffset, start, count));
	}

	override tryTrim(byteOffset: number, byteLength: number): number {
		return this.#call("trim", byteOffset, byteLength, (count) => super.tryTrim(byteOffset, count));
	}

	override get bytesDone(): number {
		return this.#done ?? super.bytesDone;
	}

	override get damage(): ZramError {
		return this.#damage ?? super.damage;
	}

	#call(operation: Operation, byteOffset: number, length: number, work: (length: number) => number): number {
		this.#done = this.#damage = undefined;
		const { kind } = this.#fault;
		if (!this.#fault.isDue("call")) return work(length);
		const first = this.pageLength - (byteOffset % this.pageLength);
		const count = kind === "after" ? length : kind.endsWith("midway") && first < length ? first : 0;
		if (count) {
			const result = work(count);
			if (result < 0) return result; // a genuine failure
		}
		const [code, operations] = CODES[kind.split(" ")[0] as string] ?? [0, []];
		if (kind === "busy") throw new ZramError("EBUSY", "injected");
		if (!operations.includes(operation)) throw new Error(`injected: ${kind}`);
		this.#done = count;
		this.#damage = new ZramError(code === ERROR_ROT ? "EIO" : "ECORRUPT", "injected");
		return code;
	}
}
