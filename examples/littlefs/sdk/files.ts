/* Where the files come from in the SDK's simulator: its own documentation, which the manifest puts into the app as data. */

import Resource from "Resource";

const NAMES = Object.freeze([
	"piu.md",
	"ble.md",
	"esp32.md",
	"network.md",
	"io.md",
	"commodetto.md",
	"poco.md",
	"nrf52.md",
	"manifest.md",
	"testing.md",
	"moddable-six.md",
]);

export function paths(): string[] {
	return NAMES.map((name, i) => `folder${i % 3}/${name}`);
}

export function load(path: string): ArrayBuffer {
	return new Resource(path.slice(path.indexOf("/") + 1)).slice(0);
}
