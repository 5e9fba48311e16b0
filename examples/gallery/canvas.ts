/* Where there is no screen: on the command line. In the SDK's simulator and on boards see sdk/canvas.ts. */

export const SCREEN = "to nobody, as there is no screen";

/** Pixels are looked at in main.ts; here they would be drawn. */
export function draw(_pictures: Uint8Array[], _width: number, _height: number) {}

/** Shows so often, at once. */
export function repeat(show: () => void, times: number) {
	for (let i = 0; i < times; i++) show();
}
