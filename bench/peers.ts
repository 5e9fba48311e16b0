/**
 * Compresses the bench's pages with other codecs: those whose libraries Debian packages and this machine has.
 *
 * @module
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildFolder, root } from "../tools/paths.ts";
import { MissingTool, run } from "../tools/process.ts";
import type { PageFile } from "./app/program.ts";
import type { Kind } from "./corpus.ts";

interface Library {
	/** Debian's package. */
	package: string;
	/** In peers.c. */
	macro: string;
	headers: string[];
	link: string;
}

const libraries: Library[] = [
	{ package: "liblz4-dev", macro: "HAS_LZ4", headers: ["lz4.h", "lz4hc.h"], link: "-llz4" },
	{ package: "liblzo2-dev", macro: "HAS_LZO", headers: ["lzo/lzo1x.h"], link: "-llzo2" },
	{ package: "zlib1g-dev", macro: "HAS_ZLIB", headers: ["zlib.h"], link: "-lz" },
	{ package: "libzstd-dev", macro: "HAS_ZSTD", headers: ["zstd.h"], link: "-lzstd" },
	{ package: "libflac-dev", macro: "HAS_FLAC", headers: ["FLAC/stream_encoder.h"], link: "-lFLAC" },
];

/** The codecs in the order of the table, with their names there. */
export const peerNames = {
	lz4: "LZ4",
	lz4hc: "LZ4 HC 12",
	lzo: "LZO1X-1",
	lzo999: "LZO1X-999",
	deflate: "deflate 9, 4 KB window",
	zstd3: "zstd 3",
	zstd19: "zstd 19",
	flac: "FLAC 8",
} as const;

/** Bytes of all pages by codec. Codecs that this machine lacks, or that are only for sound, may be absent. */
export type PeerSizes = { [codec in keyof typeof peerNames]?: number };

const compiler = process.env.CC || "cc";
const install = "apt-get install gcc libc6-dev";

async function isThere({ headers }: Library): Promise<boolean> {
	const includes = ["-include", "stddef.h", ...headers.flatMap((header) => ["-include", header])];
	const parameters = [...includes, "-fsyntax-only", "-x", "c", "/dev/null"];
	return (await run(compiler, parameters, { install })).exitCode === 0;
}

export interface Peers {
	program: string;
	/** Versions of the codecs' libraries, by name. */
	versions: Record<string, string>;
	/** What is missing, and how to install it. */
	skipped: string[];
}

/** Compiles peers.c with the libraries that are there. In CI all must be there. */
export async function buildPeers(): Promise<Peers> {
	const found = await Promise.all(libraries.map(isThere));
	const missing = libraries.filter((_, i) => !found[i]).map((library) => library.package);
	const problem = new MissingTool(missing.join(", "), `apt-get install ${missing.join(" ")}`);
	if (missing.length && process.env.CI === "true") throw problem;
	const present = libraries.filter((_, i) => found[i]);
	const program = join(buildFolder, "bench", "peers");
	mkdirSync(join(buildFolder, "bench"), { recursive: true });
	const flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", ...present.map(({ macro }) => `-D${macro}`)];
	const links = present.map(({ link }) => link);
	const parameters = [...flags, join(root, "bench/native/peers.c"), "-o", program, ...links];
	await run(compiler, parameters, { install, check: true });
	const versions = JSON.parse((await run(program, [])).stdout);
	return { program, versions, skipped: missing.length ? [`other codecs: ${problem.message}`] : [] };
}

/** What the pages take, each compressed alone. */
export async function measurePeers({ program }: Peers, { path }: PageFile, sound: Kind["sound"]): Promise<PeerSizes> {
	const numbers = sound ? [sound.channels, sound.bits, sound.rate].map(String) : [];
	return JSON.parse((await run(program, [path, ...numbers], { check: true })).stdout);
}
