/**
 * A trace on flashes: what each way to use one would have worn.
 *
 * @module
 */

/** What a flash has gone through. */
export interface FlashResult {
	name: string;
	/** Pages written to it. */
	pages: number;
	erases: number;
	/** Erases of the least and of the most worn block. */
	wearLeast: number;
	wearMost: number;
	/** Until the most worn block has its endurance behind it, at the trace's pace; Infinity if nothing was erased. */
	years: number;
	/** Pages for which neither memory nor flash had room. */
	refused: number;
	/** Milliseconds that the longest write has waited for the flash, as its data sheet has it typically. */
	worst: number;
}
