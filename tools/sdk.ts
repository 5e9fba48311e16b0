/**
 * Uses the Moddable SDK, if this machine has one. `MODDABLE` is its folder, as its documentation asks for.
 *
 * @module
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { buildFolder, root } from "./paths.ts";
import { MissingTool, run } from "./process.ts";

/** How to build an app for the simulator. */
export interface AppOptions {
	/** "debug" has line numbers in stacks, "instrument" counts what happens on the heap. Default: "release". */
	goal?: "release" | "debug" | "instrument";
	/** Degrees by which the app's screen is rotated. Default: 0. */
	rotation?: number;
	/** The simulated device, such as "moddable_two". Default: none in particular. */
	skin?: string;
}

/** An app built by the SDK. */
export interface App {
	/** The file that mcsim runs: mc.so, or mc.dll. */
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

/** The path of a tool that comes with the SDK, such as "mcconfig" or "mcsim". */
export function sdkTool(name: string): string {
	const path = join(sdkFolder(), "build/bin", sdkPlatform(), "release", name);
	if (!existsSync(path)) throw new MissingTool(name, `make, in ${sdkFolder()}/build/makefiles/${sdkPlatform()}`);
	return path;
}

/** "8.2.3" and the like. */
export function sdkVersion(): string {
	return readFileSync(join(sdkFolder(), "tools/VERSION"), "utf8").trim();
}

/** The environment for the SDK's tools: they find each other, and this repository's TypeScript. */
export function sdkEnvironment(): Record<string, string> {
	const bin = join(sdkFolder(), "build/bin", sdkPlatform(), "release");
	const path = [join(root, "node_modules/.bin"), bin, process.env.PATH ?? ""].join(delimiter);
	return { MODDABLE: sdkFolder(), PATH: path };
}

/** Warnings about this repository. Those about the SDK's own files are its makers' business. */
function warningsIn(output: string): string[] {
	const sdk = sdkFolder();
	return output
		.replaceAll(/# (cc|xsc|tsc) .*\n/g, "") // may be in the middle of another job's output
		.split("\n")
		.filter((line) => /warning|cannot optimize|not frozen|no const/i.test(line))
		.filter((line) => !line.includes(sdk) && !line.startsWith("### warning: wifi:"));
}

/** The tools' line for each file; the rest goes into `warnings` and errors. */
const steps = (text: string) => text.replaceAll(/^(?!# ).*\n?/gm, "");

/**
 * Builds the app whose manifest is in `folder`, from scratch, as make does not notice changes of a manifest.
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
	// "-t build": the default would also kill every running simulator
	const parameters = ["-m", ...flags[goal], "-r", `${rotation}`, "-p", platform, "-t", "build", "-o", output];
	const options = { cwd: folder, env: sdkEnvironment(), echo: steps, check: true };
	const result = await run(sdkTool("mcconfig"), parameters, options);
	return { path: builtPath(output, basename(folder), { goal, skin }), warnings: warningsIn(result.output) };
}

/**
 * Has the SDK read the manifest in `folder` for a board, such as "esp32/moddable_six". Returns the path of the makefile
 * that it writes. Nothing is built, so the board's own tools are not needed.
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

/** Makes the folder of an app that consists of a manifest only. */
export function writeManifest(name: string, manifest: object): string {
	const folder = join(buildFolder, "sdk", name);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, "\t")}\n`);
	return folder;
}
