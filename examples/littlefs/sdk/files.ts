/* The files to store in the SDK's simulator: the SDK's documentation, which the manifest adds to the app as resources. */

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
