/** What a host tells the dashboard besides psram() and flash(), which examples/board asks for too. */
declare module "board" {
	/** What the button says that takes the power away. */
	export const POWER: string;
	/**
	 * Takes it away and gives it back. `write` writes to the flash, for a cut in the middle of it. True if the app goes on,
	 * to start its device anew; a board starts anew as a whole.
	 */
	export function cutPower(write: () => void): boolean;
}
