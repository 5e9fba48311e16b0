/*
 * The native engine for JavaScript: each method calls the C function of the same name in zramBinding.c,
 * zramBindingSlots.c or zramBindingRest.c. interface.ts is the contract.
 */

import type { ByteBuffer, Engine, EngineConstructor } from "zram/engine/interface";

class NativeEngine extends Native("xs_zram_engine_destructor") implements Engine {
	constructor(region: ByteBuffer, scratch: ByteBuffer, plan: ArrayBuffer) {
		super();
		native("xs_zram_engine").call(this, region, scratch, plan);
	}
	static plan(plan: ArrayBuffer): number {
		return native("xs_zram_engine_plan").call(this, plan);
	}
	static codecName(id: number): string | undefined {
		return native("xs_zram_engine_codecName").call(this, id);
	}
	static bufferLength(value: unknown, alignment: number, writable?: boolean): number {
		return native("xs_zram_engine_bufferLength").call(this, value, alignment, writable);
	}
	static equal(a: ByteBuffer, aStart: number, b: ByteBuffer, bStart: number, length: number): number {
		return native("xs_zram_engine_equal").call(this, a, aStart, b, bStart, length);
	}
	static and(into: ByteBuffer, intoStart: number, from: ByteBuffer, fromStart: number, length: number): number {
		return native("xs_zram_engine_and").call(this, into, intoStart, from, fromStart, length);
	}
	static copy(into: ByteBuffer, intoStart: number, from: ByteBuffer, fromStart: number, length: number): number {
		return native("xs_zram_engine_copy").call(this, into, intoStart, from, fromStart, length);
	}
	static checksum(buffer: ByteBuffer, start: number, length: number): number {
		return native("xs_zram_engine_checksum").call(this, buffer, start, length);
	}
	read(buffer: ByteBuffer, byteOffset: number, start?: number, length?: number, done?: number, mode?: number): number {
		return native("xs_zram_engine_read").call(this, buffer, byteOffset, start, length, done, mode);
	}
	write(buffer: ByteBuffer, byteOffset: number, start?: number, length?: number, done?: number, mode?: number): number {
		return native("xs_zram_engine_write").call(this, buffer, byteOffset, start, length, done, mode);
	}
	append(buffer: ByteBuffer, byteOffset: number): number {
		return native("xs_zram_engine_append").call(this, buffer, byteOffset);
	}
	trim(byteOffset: number, byteLength: number, done?: number, mode?: number): number {
		return native("xs_zram_engine_trim").call(this, byteOffset, byteLength, done, mode);
	}
	get done(): number {
		return native("xs_zram_engine_get_done").call(this);
	}
	get stopped(): number {
		return native("xs_zram_engine_get_stopped").call(this);
	}
	get packed(): number {
		return native("xs_zram_engine_get_packed").call(this);
	}
	header(into: ArrayBuffer): number {
		return native("xs_zram_engine_header").call(this, into);
	}
	nextPage(page: number, end: number, into: ArrayBuffer): number {
		return native("xs_zram_engine_nextPage").call(this, page, end, into);
	}
	setLimit(limit: number): number {
		return native("xs_zram_engine_setLimit").call(this, limit);
	}
	reset(): number {
		return native("xs_zram_engine_reset").call(this);
	}
	resetPeak(): number {
		return native("xs_zram_engine_resetPeak").call(this);
	}
	markIdle(steps: number): number {
		return native("xs_zram_engine_markIdle").call(this, steps);
	}
	nextResting(): number {
		return native("xs_zram_engine_nextResting").call(this);
	}
	repack(page: number): number {
		return native("xs_zram_engine_repack").call(this, page);
	}
	check(): number {
		return native("xs_zram_engine_check").call(this);
	}
	stage(page: number): number {
		return native("xs_zram_engine_stage").call(this, page);
	}
	victim(page: number, forHuge: boolean): number {
		return native("xs_zram_engine_victim").call(this, page, forHuge);
	}
	reserve(): number {
		return native("xs_zram_engine_reserve").call(this);
	}
	offload(page: number, slot: number, mode: number, sum: number): number {
		return native("xs_zram_engine_offload").call(this, page, slot, mode, sum);
	}
	slot(slot: number, into: ArrayBuffer): number {
		return native("xs_zram_engine_slot").call(this, slot, into);
	}
	setSlot(slot: number, state: number, erases: number, sum: number): number {
		return native("xs_zram_engine_setSlot").call(this, slot, state, erases, sum);
	}
	survey(except: number, into: ArrayBuffer): number {
		return native("xs_zram_engine_survey").call(this, except, into);
	}
	saveWear(slot: number, count: number, base: number, logBase: number, into: ByteBuffer): number {
		return native("xs_zram_engine_saveWear").call(this, slot, count, base, logBase, into);
	}
	loadWear(slot: number, count: number, base: number, logBase: number, from: ByteBuffer): number {
		return native("xs_zram_engine_loadWear").call(this, slot, count, base, logBase, from);
	}
	hold(busy: boolean): void {
		native("xs_zram_engine_hold").call(this, busy);
	}
	close(): number {
		return native("xs_zram_engine_close").call(this);
	}
}

const engine: EngineConstructor = NativeEngine;
export default engine;
