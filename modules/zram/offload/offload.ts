/*
 * Offload: pages on flash. This file decides where a page goes, what is erased when, and what moves. late.ts decides
 * which pages come, log.ts keeps what must outlive a reboot, and the engine knows which page is in which slot. What
 * holds:
 *
 * 1. A slot is programmed and read back before the page's entry says that it is there; the page's old place is freed
 * after that.
 * 2. An erase is on record and paid for before it begins.
 * 3. No slot is erased if that would put it more than 66 erases ahead of the least worn slot with a page.
 * 4. The slot table starts empty: no page outlives a reboot.
 * 5. A store erases at most two slots: its own, and one of the log or of a page that moves. It programs at most three
 * times, and ends when the driver throws.
 * 6. Nothing is allocated once a device is made, except for errors.
 */

import Engine from "zram/engine";
import { ENTRY_LENGTH, STATE_OFFLOADED, stateOf } from "zram/engine/entry";
import {
	type Engine as EngineInstance,
	SLOT_ERASED,
	SLOT_FREE,
	SLOT_ROTTEN,
	SLOT_SUSPECT,
	SLOT_UNKNOWN,
	SLOT_USED,
} from "zram/engine/interface";
import { NO_SLOT, Slot, Survey } from "zram/engine/survey";
import { Refusals } from "zram/late";
import { ticks as hostTicks, isMonotonic } from "zram/memory";
import { Budget, SPREAD } from "zram/offload/budget";
import { ERASED, Log, NOT_RECORDED } from "zram/offload/log";
import { DONE, REFUSED, type VerifiedFlash, WRONG } from "zram/offload/verified-flash";
import type { Backing } from "zram/options";

/** A page moves when the slot to be used next has this many more erases than the slot that it is in. */
const THRESHOLD = 64;
/** Most erases of a store. */
const ERASES = 2;
/** Most programs that a store tries, and most unknown slots that it reads if it must not erase. */
const ATTEMPTS = 3;
/** Erases that a slot may refuse, each after another slot was erased, before it is retired. */
const REFUSALS = 3;
/** What the engine keeps as the checksum of a slot that was erased in this life. */
const SURELY = 1;

/** Steps of maintain(). */
const NOTHING = 0;
const LOG = 1;
const MOVE = 2;
const ERASE = 3;

export class Offload {
	readonly #engine: EngineInstance;
	readonly #flash: VerifiedFlash;
	readonly budget: Budget;
	/** Pages that did not get to flash, by reason. */
	refused = new Refusals();
	readonly #log: Log;
	readonly erasedOnly: boolean;
	readonly #survey = new Survey();
	readonly #slot = new Slot();
	readonly #entry = new Uint32Array(ENTRY_LENGTH / 4);
	/** Checksum of an erased slot. */
	readonly #blankSum: number;
	/**
	 * The slot that has just refused its erase: the next attempt is at another one. And whether nothing was erased
	 * since.
	 */
	#refused = NO_SLOT;
	#isOutage = false;
	/** Erases that the current call may still do. */
	#erasesLeft = 0;

	constructor(engine: EngineInstance, flash: VerifiedFlash, backing: Backing) {
		const { geometry, endurance, lifetime, offload, ticks, format } = backing;
		this.#engine = engine;
		this.#flash = flash;
		this.erasedOnly = offload === "erased-only";
		const units = geometry.units - geometry.logUnits;
		this.budget = new Budget(endurance, lifetime, units, () => flash.ticks(), ticks !== hostTicks || isMonotonic());
		this.#blankSum = Engine.checksum(flash.work.fill(geometry.eraseValue), 0, geometry.unitLength);
		this.#log = new Log(geometry, engine, flash, this.budget);
		this.#log.open(format);
	}

	// --- one page

	/**
	 * Whether the page in staging is on flash already with the same bytes; then it stays there. mode: of the change just
	 * made.
	 */
	stays(page: number, mode: number): boolean {
		const { staging, work } = this.#flash;
		const slot = this.#slotOf(page);
		const sum = slot < 0 ? 0 : this.#stagingSum();
		if (slot < 0 || this.#get(slot).state !== SLOT_USED || this.#slot.sum !== sum || !this.#holds(slot, sum))
			return false;
		return Engine.equal(staging, 0, work, 0, staging.length) === 1 && this.#engine.offload(page, slot, mode, sum) === 0;
	}

	/** Brings the page in staging to flash; false if it cannot. mode: of a change just made, or 0. */
	store(page: number, mode: number, isIdle: boolean): boolean {
		const { failures } = this.#flash;
		this.budget.advance();
		this.#erasesLeft = isIdle || !this.erasedOnly ? ERASES : 0;
		const slot = this.#program(this.#slotOf(page) < 0);
		const isStored = slot >= 0 && this.#engine.offload(page, slot, mode, this.#stagingSum()) === 0;
		this.#log.keep(false);
		if (!isStored)
			this.refused[this.#flash.failures > failures ? "driver" : this.budget.credit < 1 ? "budget" : "slots"]++;
		return isStored;
	}

	/** The flash's clock in milliseconds. */
	ticks(): number {
		return this.#flash.ticks();
	}

	/** Whether a page can be brought to flash in `milliseconds`. */
	fits(milliseconds: number): boolean {
		const { programming, erasing } = this.#flash;
		this.#look();
		const isErased = this.#survey.erased !== NO_SLOT;
		return programming.fits(isErased ? milliseconds : milliseconds - erasing.slowest);
	}

	#stagingSum(): number {
		return Engine.checksum(this.#flash.staging, 0, this.#flash.staging.length);
	}

	/** Reads the slot of `page` into staging; false if the driver cannot. */
	load(page: number): boolean {
		const { staging } = this.#flash;
		const slot = this.#slotOf(page);
		return slot >= 0 && this.#flash.read(staging, staging.length, slot * staging.length);
	}

	/** The slot no longer holds the page: it is not moved again, and does not count when wear is compared. */
	markRotten(page: number) {
		const slot = this.#slotOf(page);
		if (slot >= 0) this.#engine.setSlot(slot, SLOT_ROTTEN, 0, 0);
	}

	/** Whether a slot's content has this checksum. It is in work then. */
	#holds(slot: number, sum: number): boolean {
		const { work } = this.#flash;
		return this.#flash.checksum(work.length, slot * work.length) === sum;
	}

	/** The slot of a page on flash, or -1. */
	#slotOf(page: number): number {
		if (this.#engine.nextPage(page, page + 1, this.#entry.buffer) !== page) return -1;
		return stateOf(this.#entry[1] as number) === STATE_OFFLOADED ? (this.#entry[0] as number) : -1;
	}

	/**
	 * Programs staging to an erased slot, and returns it, or -1. A new page leaves one slot for pages that are
	 * rewritten.
	 */
	#program(isNew: boolean): number {
		const mayErase = this.#erasesLeft > 0;
		for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
			this.#look();
			if (isNew && this.#survey.slots - this.#survey.usedSlots <= 1) return -1;
			const slot = this.#takeErased();
			const result = slot < 0 ? REFUSED : this.#programTo(slot, this.#flash.staging);
			if (result === DONE) return slot;
			// if it must not erase, another unknown slot may turn out to be erased
			if (result === REFUSED && (slot >= 0 || mayErase)) return -1;
		}
		return -1;
	}

	/**
	 * Returns an erased slot, the least worn, or -1. If there is none, erases one, or reads an unknown one if it must
	 * not erase.
	 */
	#takeErased(): number {
		const { erased, unknown } = this.#survey;
		if (erased === NO_SLOT && this.#erasesLeft < 1) return unknown !== NO_SLOT && this.#isBlank(unknown) ? unknown : -1;
		const slot = erased !== NO_SLOT ? erased : this.#erase();
		return slot >= 0 && this.#erasesLeft > 0 && this.#lead(this.#get(slot).erases) > THRESHOLD
			? this.#swap(slot)
			: slot;
	}

	/** Programs a page to an erased slot, which is then used, retired, or unknown. */
	#programTo(slot: number, bytes: Uint8Array): number {
		// one that only read as erased may have been torn by a power cut, and is not to blame
		const wasErased = this.#get(slot).sum === SURELY;
		const result = this.#flash.program(bytes, bytes.length, slot * bytes.length);
		if (result !== DONE) this.#set(slot, SLOT_UNKNOWN);
		if (result === WRONG && wasErased) this.#log.retire(slot);
		return result;
	}

	// --- slots

	#get(slot: number): Slot {
		this.#engine.slot(slot, this.#slot.buffer);
		return this.#slot;
	}

	/** Changes the state of a slot without a page. */
	#set(slot: number, state: number, sum = 0) {
		this.#engine.setSlot(slot, state, this.#get(slot).erases, sum);
	}

	/** Walks over all slots once, leaving out the one that has just refused. */
	#look() {
		this.#engine.survey(this.#refused, this.#survey.buffer);
		this.#refused = NO_SLOT;
	}

	/** How many erases a slot with `erases` is ahead of the least worn one with a page. */
	#lead(erases: number): number {
		return this.#survey.used === NO_SLOT ? 0 : erases - this.#survey.leastUsed;
	}

	/** Reads an unknown slot, which is then erased or free. */
	#isBlank(slot: number): boolean {
		const isBlank = this.#holds(slot, this.#blankSum);
		this.#set(slot, isBlank ? SLOT_ERASED : SLOT_FREE);
		return isBlank;
	}

	/**
	 * Erases the next slot, by the survey. When it is time, one of the log goes first; moving a page waits as long as
	 * possible.
	 */
	#erase(): number {
		const slot = this.#survey.dirty;
		const lead = this.#lead(this.#survey.leastDirty + 1);
		if (slot === NO_SLOT || lead > SPREAD) return -1;
		if (slot === this.#survey.unknown && this.#isBlank(slot)) return slot;
		const isLogsTurn = this.#log.isLate && this.#erasesLeft > 1 && lead < SPREAD && !this.#isOutage;
		return isLogsTurn && !this.#stepLog() ? -1 : this.#eraseSlot(slot);
	}

	/** Erases a slot and returns it; -1 if there is no credit, or the driver refuses. */
	#eraseSlot(slot: number): number {
		const log = this.#log;
		for (let step = 0; step < 2 && log.isFull && this.#stepLog(); step++); // an erase, a snapshot
		if (this.budget.credit < 1 || this.#erasesLeft < 1 || log.isFull) return -1;
		this.#erasesLeft--;
		const result = log.eraseUnit(slot);
		if (result === NOT_RECORDED) return -1;
		const isErased = result === ERASED;
		// a refusal is the slot's own fault if others can be erased: eventually it is retired
		const refusals = this.#get(slot).sum + (this.#isOutage ? 0 : 1);
		this.#set(slot, isErased ? SLOT_ERASED : SLOT_SUSPECT, isErased ? SURELY : refusals);
		this.#isOutage = !isErased;
		if (isErased) return slot;
		this.#refused = slot;
		if (refusals >= REFUSALS) log.retire(slot);
		return -1;
	}

	/** Does what the log needs: an erase, if one is left, else a snapshot. False if the driver refuses. */
	#stepLog(): boolean {
		if (!this.#log.isLate) return this.#log.step();
		if (this.#erasesLeft-- < 1) return false;
		this.#isOutage = !this.#log.step();
		return !this.#isOutage;
	}

	/**
	 * Moves the page of the least worn slot to `to`, and erases that slot instead. Returns it, or `to` if the page
	 * cannot be read.
	 */
	#swap(to: number): number {
		const from = this.#survey.used;
		const result = this.#move(from, to);
		return result === DONE ? this.#eraseSlot(from) : result === WRONG ? to : -1;
	}

	/** DONE; WRONG if the page in `from` cannot be read, which makes it rotten; REFUSED if it cannot be programmed. */
	#move(from: number, to: number): number {
		const { work } = this.#flash;
		const { page, sum } = this.#get(from);
		if (this.#slotOf(page) !== from) return REFUSED; // the region is damaged
		if (!this.#holds(from, sum) && !this.#holds(from, sum)) {
			this.#engine.setSlot(from, SLOT_ROTTEN, 0, 0);
			return WRONG;
		}
		if (this.#programTo(to, work) !== DONE) return REFUSED;
		return this.#engine.offload(page, to, 0, sum) === 0 ? DONE : REFUSED;
	}

	// --- when there is time

	/** The next step to do ahead of time. */
	#nextStep(): number {
		const survey = this.#survey;
		this.#look();
		if (this.#log.isLate || this.#log.isFull) return LOG;
		if (survey.erased !== NO_SLOT && this.#lead(this.#get(survey.erased).erases) > THRESHOLD) return MOVE;
		const isHeldBack = survey.dirty === NO_SLOT || this.#lead(survey.leastDirty + 1) > SPREAD;
		return isHeldBack || this.budget.credit < 1 ? NOTHING : ERASE;
	}

	/** Does a step. False if it does not fit, or the driver refuses. */
	#doStep(step: number, milliseconds: number): boolean {
		const { erasing, programming } = this.#flash;
		if (!(step === LOG ? this.#log : step === MOVE ? programming : erasing).fits(milliseconds)) return false;
		this.#erasesLeft = 1;
		if (step === LOG) return this.#stepLog();
		if (step === ERASE) return this.#erase() >= 0;
		return this.#move(this.#survey.used, this.#survey.erased) !== REFUSED;
	}

	/** Does steps that will be needed, for at most `milliseconds`. True if nothing is left to do. */
	maintain(milliseconds: number): boolean {
		const before = this.#flash.ticks();
		this.budget.advance();
		let step = this.#nextStep();
		for (let left = milliseconds; step !== NOTHING && this.#doStep(step, left); step = this.#nextStep())
			left = milliseconds - ((this.#flash.ticks() - before) >>> 0) - 1;
		this.#log.keep(false);
		return step === NOTHING;
	}

	/** How worn the slots are; valid until the next call. */
	survey(): Survey {
		this.budget.advance();
		this.#engine.survey(NO_SLOT, this.#survey.buffer);
		return this.#survey;
	}

	close() {
		try {
			this.budget.advance();
			this.#log.keep(true);
		} finally {
			this.#flash.close();
		}
	}
}
