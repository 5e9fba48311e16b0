/** What a host provides to the dashboard besides psram() and flash(), which examples/board uses too. */
declare module "board" {
	/** The label of the button that cuts the power. */
	export const POWER: string;
	/**
	 * Cuts the power and restores it. `write` writes to the flash, for a cut in the middle of that. Returns true if the app
	 * goes on and has to reopen its device; a board restarts as a whole instead.
	 */
	export function cutPower(write: () => void): boolean;
}
