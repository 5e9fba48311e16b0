/**
 * The Moddable SDK, if this machine has one: `MODDABLE` is its folder, as its documentation wants it.
 *
 * @module
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { buildFolder, root } from "./paths.ts";
import { MissingTool, run } from "./process.ts";

/** How an app for the simulator is built. */
export interface AppOptions {
	/** "debug" has lines in stacks, "instrument" counts what happens on the heap. Default: "release". */
	goal?: "release" | "debug" | "instrument";
	/** Degrees that the app's screen is turned. Default: 0. */
	rotation?: number;
	/** How the simulator's device looks, such as "moddable_two". Default: none in particular. */
	skin?: string;
}

/** An app that the SDK has built. */
export interface App {
	/** What mcsim takes: mc.so, or mc.dll. */
	path: string;
	/** Warnings about files of this repository. */
	warnings: string[];
}

const platforms: Partial<Record<NodeJS.Platform, "lin" | "mac" | "win">> = {
	linux: "lin",
	darwin: "mac",
	win32: "win",
};

/** Where the SDK is. */
export function sdkFolder(): string {
	const folder = process.env.MODDABLE;
	const install = "build it as its documentation says, and set MODDABLE";
	if (!folder) throw new MissingTool("the Moddable SDK", install);
	if (!existsSync(join(folder, "modules"))) throw new MissingTool("the Moddable SDK", install, `not in ${folder}`);
	return folder;
}

/** "lin", "mac", or "win". */
export function sdkPlatform(): string {
	const platform = platforms[process.platform];
	if (!platform) throw new MissingTool("the Moddable SDK", "a Linux, macOS, or Windows machine");
	return platform;
}

/** The path of a tool that the SDK's own build has made, such as "mcconfig" or "mcsim". */
export function sdkTool(name: string): string {
	const path = join(sdkFolder(), "build/bin", sdkPlatform(), "release", name);
	if (!existsSync(path)) throw new MissingTool(name, `make, in ${sdkFolder()}/build/makefiles/${sdkPlatform()}`);
	return path;
}

/** "8.2.3" and the like. */
export function sdkVersion(): string {
	return readFileSync(join(sdkFolder(), "tools/VERSION"), "utf8").trim();
}

/** The environment of the SDK's tools: each other, and the TypeScript of this repository. */
export function sdkEnvironment(): Record<string, string> {
	const bin = join(sdkFolder(), "build/bin", sdkPlatform(), "release");
	const path = [join(root, "node_modules/.bin"), bin, process.env.PATH ?? ""].join(delimiter);
	return { MODDABLE: sdkFolder(), PATH: path };
}

/** Lines that warn of something in this repository; the SDK's own files are its makers' business. */
function warningsIn(output: string): string[] {
	const sdk = sdkFolder();
	return output
		.replaceAll(/# (cc|xsc|tsc) .*\n/g, "") // also in the middle of what another of make's jobs says
		.split("\n")
		.filter((line) => /warning|cannot optimize|not frozen|no const/i.test(line))
		.filter((line) => !line.includes(sdk) && !line.startsWith("### warning: wifi:"));
}

/** One line for each file, as the SDK's tools say it; the rest is for `warnings` and errors. */
const steps = (text: string) => text.replaceAll(/^(?!# ).*\n?/gm, "");

/**
 * Builds the app whose manifest is in `folder`, from scratch: make does not notice that a manifest has changed.
 *
 * @throws MissingTool without the SDK, Error with the output of what failed
 */
export async function buildApp(
	folder: string,
	{ goal = "release", skin, rotation = 0 }: AppOptions = {},
): Promise<App> {
	const output = join(buildFolder, "sdk/out", basename(folder));
	rmSync(output, { recursive: true, force: true });
	mkdirSync(output, { recursive: true });
	const platform = skin ? `sim/${skin}` : sdkPlatform();
	// "-t build": the default would also end every simulator that runs
	const parameters = ["-m", ...flags[goal], "-r", `${rotation}`, "-p", platform, "-t", "build", "-o", output];
	const options = { cwd: folder, env: sdkEnvironment(), echo: steps, check: true };
	const result = await run(sdkTool("mcconfig"), parameters, options);
	return { path: builtPath(output, basename(folder), { goal, skin }), warnings: warningsIn(result.output) };
}

/**
 * What the SDK makes of the manifest in `folder` for a board, such as "esp32/moddable_six": the path of the makefile that
 * it writes. Nothing is built, so the board's own tools need not be there.
 *
 * @throws MissingTool without the SDK, Error with the output if it refuses
 */
export async function makefileFor(folder: string, board: string): Promise<string> {
	const output = join(buildFolder, "sdk/boards", basename(folder), board);
	rmSync(output, { recursive: true, force: true });
	mkdirSync(output, { recursive: true });
	const parameters = ["-d", "-p", board, "-o", output];
	await run(sdkTool("mcconfig"), parameters, { cwd: folder, env: sdkEnvironment(), check: true });
	return join(output, "tmp", board, "debug", basename(folder), "makefile");
}

const flags = { release: [], debug: ["-d"], instrument: ["-i"] };

function builtPath(output: string, name: string, { goal = "release", skin }: AppOptions): string {
	const platform = sdkPlatform();
	return join(output, "bin", platform, skin ?? "mc", goal, name, platform === "win" ? "mc.dll" : "mc.so");
}

/** Makes the folder of an app that has no other files than a manifest. */
export function writeManifest(name: string, manifest: object): string {
	const folder = join(buildFolder, "sdk", name);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, "\t")}\n`);
	return folder;
}
