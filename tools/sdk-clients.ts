/**
 * The suite "clients" of `npm run test:sdk`: the modules that an app needs whose pool feeds the SDK's own classes.
 *
 * @module
 */

import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./paths.ts";

const folder = "tests/sdk/clients";

/** The files with its tests. */
export function clientSuites(): string[] {
	const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.ts"));
	return names.sort().map((name) => `${folder}/${name}`);
}

/** Modules of the SDK that the tests import. esbuild leaves them to the SDK's tools. */
export const clientModules = [
	"Resource",
	"WebSocket",
	"base64",
	"commodetto/*",
	"crc",
	"crypt",
	"deflate",
	"embedded:*",
	"fetch",
	"file",
	"hex",
	"inflate",
	"mc/config",
	"pins/audioout",
	"structuredClone",
	"text/decoder",
	"text/encoder",
];

/** The part of the app's manifest that includes them. */
export const clientManifest = {
	include: [
		"$(MODDABLE)/examples/manifest_commodetto.json",
		"$(MODDABLE)/examples/manifest_net.json",
		"$(MODDABLE)/examples/io/listener/httpserver/manifest_httpserver.json",
		"$(MODDABLE)/examples/io/tcp/fetch/manifest_fetch.json",
		"$(MODDABLE)/examples/io/tcp/websocket/manifest_websocket.json",
		"$(MODDABLE)/modules/commodetto/gif/manifest.json",
		"$(MODDABLE)/modules/io/files/manifest.json",
		"$(MODULES)/base/structuredClone/manifest.json",
		"$(MODULES)/crypt/digest/manifest.json",
		"$(MODULES)/data/base64/manifest.json",
		"$(MODULES)/data/crc/manifest.json",
		"$(MODULES)/data/hex/manifest.json",
		"$(MODULES)/data/text/decoder/manifest.json",
		"$(MODULES)/data/text/encoder/manifest.json",
		"$(MODULES)/data/zlib/manifest_deflate.json",
		"$(MODULES)/data/zlib/manifest_inflate.json",
		"$(MODULES)/files/file/manifest.json",
		"$(MODULES)/pins/i2s/manifest.json",
	],
	modules: {
		"commodetto/BufferOut": "$(COMMODETTO)/commodettoBufferOut",
		"commodetto/Convert": "$(COMMODETTO)/commodettoConvert",
		"commodetto/PixelsOut": "$(COMMODETTO)/commodettoPixelsOut",
		"commodetto/ReadPNG": "$(COMMODETTO)/commodettoReadPNG",
		"commodetto/readJPEG": "$(COMMODETTO)/commodettoReadJPEG",
	},
	data: {
		"*": [
			"$(MODDABLE)/examples/assets/images/cell-flag",
			"$(MODDABLE)/examples/assets/images/fish.15fps/test0000",
			"$(MODDABLE)/examples/piu/balls/balls",
		],
	},
	defines: {
		audioOut: { bitsPerSample: 16, numChannels: 1, sampleRate: 12000, streams: 2, queueLength: 4 },
	},
	config: { files: `${tmpdir()}/` },
	build: { LIBRARIES: "-lasound" },
};
