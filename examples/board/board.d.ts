/** What a host's demo tells the app about the board. */
declare module "board" {
	import type { FlashIO } from "zram";
	/** Bytes of PSRAM; 0 if there is none. */
	export function psram(): number;
	/** What "embedded:storage/flash" exports, or the board's own flash; undefined if there is none. */
	export function flash(): FlashIO | undefined;
}
declare module "timer" {
	type Start = (callback: () => void, milliseconds: number) => unknown;
	const Timer: { set: Start; repeat: Start };
	export default Timer;
}
/** The SDK has this module on some platforms. */
declare module "embedded:storage/flash" {
	import type { FlashIO } from "zram";

	const storage: FlashIO;
	export default storage;
}
