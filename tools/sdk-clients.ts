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
	..."Resource WebSocket base64 commodetto/* crc crypt deflate embedded:* fetch file hex inflate".split(" "),
	..."mc/config pins/audioout structuredClone text/decoder text/encoder".split(" "),
];

/** The part of the app's manifest that includes them. */
export const clientManifest = {
	include: [
		...["commodetto", "net"].map((name) => `$(MODDABLE)/examples/manifest_${name}.json`),
		"$(MODDABLE)/examples/io/listener/httpserver/manifest_httpserver.json",
		...["fetch", "websocket"].map((name) => `$(MODDABLE)/examples/io/tcp/${name}/manifest_${name}.json`),
		...["deflate", "inflate"].map((name) => `$(MODULES)/data/zlib/manifest_${name}.json`),
		...[
			..."base/structuredClone commodetto/gif crypt/digest data/base64 data/crc data/hex".split(" "),
			..."data/text/decoder data/text/encoder files/file io/files pins/i2s".split(" "),
		].map((name) => `$(MODULES)/${name}/manifest.json`),
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
