/**
 * Fetches the sources of the XS engine: they are inside the npm package @agoric/xsnap, which is downloaded, checked
 * and unpacked, but never installed (it would bring 84 packages and compile twice).
 *
 * @module
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildFolder } from "./paths.ts";
import { MissingTool, run } from "./process.ts";

const version = "0.15.0";

/** `npm view @agoric/xsnap@0.15.0 dist.integrity`. XS is at version 13.3.0 there. */
const integrity = "sha512-ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==";

const tarball = join(buildFolder, `agoric-xsnap-${version}.tgz`);
const unpacked = join(buildFolder, `xsnap-${version}`);

function isGenuine(): boolean {
	return `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}` === integrity;
}

async function download(): Promise<void> {
	const packed = await run("npm", ["pack", `@agoric/xsnap@${version}`, "--pack-destination", buildFolder, "--silent"]);
	if (packed.exitCode !== 0)
		throw new MissingTool("the npm registry, for the sources of XS", "npm ping", packed.stderr.trim());
	if (isGenuine()) return;
	rmSync(tarball);
	throw new Error(`@agoric/xsnap@${version} is not the package it should be: its sha512 differs from tools/xsnap.ts`);
}

async function unpack(): Promise<void> {
	const temporary = `${unpacked}.${process.pid}`;
	mkdirSync(temporary, { recursive: true });
	const result = await run("tar", ["-xzf", tarball, "-C", temporary, "--strip-components=1"], {
		install: "apt-get install tar gzip",
	});
	if (result.exitCode !== 0) throw new Error(`cannot unpack ${tarball}: ${result.stderr}`);
	renameSync(temporary, unpacked);
}

/** The folder with XS's `includes`, `platforms` and `sources`; fetched if it is not there yet. */
export async function fetchXS(): Promise<string> {
	if (!existsSync(unpacked)) {
		mkdirSync(buildFolder, { recursive: true });
		if (!existsSync(tarball) || !isGenuine()) await download();
		await unpack();
	}
	return join(unpacked, "moddable", "xs");
}
