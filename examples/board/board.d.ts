/** What a host's demo tells the app of the board. */
declare module "board" {
	import type { FlashIO } from "zram";
	/** Bytes of PSRAM, 0 without. */
	export function psram(): number;
	/** What "embedded:storage/flash" exports, or the board's own; undefined without. */
	export function flash(): FlashIO | undefined;
}
declare module "timer" {
	type Start = (callback: () => void, milliseconds: number) => unknown;
	const Timer: { set: Start; repeat: Start };
	export default Timer;
}
/** The SDK has it on some platforms. */
declare module "embedded:storage/flash" {
	import type { FlashIO } from "zram";

	const storage: FlashIO;
	export default storage;
}
