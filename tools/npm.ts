/**
 * npm packages that we read files from but never install: downloaded, checked and unpacked.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildFolder, root } from "./paths.ts";
import { MissingTool, run } from "./process.ts";

export interface PinnedPackage {
	name: string;
	version: string;
	/** `npm view NAME@VERSION dist.integrity` */
	integrity: string;
}

/** The package's folder, downloaded if need be. Only one process may do this at a time. */
export async function unpackPackage({ name, version, integrity }: PinnedPackage): Promise<string> {
	const stem = `${name.replace("@", "").replace("/", "-")}-${version}`;
	const tarball = join(buildFolder, `${stem}.tgz`);
	const unpacked = join(buildFolder, stem);
	if (existsSync(unpacked)) return unpacked;
	mkdirSync(buildFolder, { recursive: true });
	const isGenuine = () => `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}` === integrity;
	if (!existsSync(tarball) || !isGenuine()) await download(`${name}@${version}`);
	if (!isGenuine()) {
		rmSync(tarball);
		throw new Error(`${name}@${version} is not the package it should be: its SHA-512 is different`);
	}
	const temporary = `${unpacked}.${process.pid}`;
	mkdirSync(temporary, { recursive: true });
	const parameters = ["-xzf", tarball, "-C", temporary, "--strip-components=1"];
	await run("tar", parameters, { install: "apt-get install tar gzip", check: true });
	renameSync(temporary, unpacked);
	return unpacked;
}

async function download(specifier: string): Promise<void> {
	const packed = await run("npm", ["pack", specifier, "--pack-destination", buildFolder, "--silent"]);
	if (packed.exitCode !== 0)
		throw new MissingTool(`the npm registry, for ${specifier}`, "npm ping", packed.stderr.trim());
}

/**
 * The folder of a package in package-lock.json: where npm has installed it, or else downloaded, as npm skips packages
 * that are for other machines.
 */
export async function fetchPackage(name: string): Promise<string> {
	const installed = join(root, "node_modules", name);
	if (existsSync(join(installed, "package.json"))) return installed;
	const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
	const { version, integrity } = packages[`node_modules/${name}`];
	return unpackPackage({ name, version, integrity });
}

/** XS 13.3.0. Installing the package would bring 84 others and compile twice. */
const xsnap = {
	name: "@agoric/xsnap",
	version: "0.15.0",
	integrity: "sha512-ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==",
};

/** The folder with XS's `includes`, `platforms` and `sources`; fetched if it is not there yet. */
export async function fetchXS(): Promise<string> {
	return join(await unpackPackage(xsnap), "moddable", "xs");
}
