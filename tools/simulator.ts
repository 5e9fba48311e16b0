/**
 * Runs Moddable's desktop simulator without a desktop: on Linux, in a display in memory, with its own preferences.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MissingTool } from "./process.ts";
import { sdkFolder, sdkPlatform, sdkTool } from "./sdk.ts";

const install = "apt-get install xvfb";

/** Starts a display in memory. Returns its name. */
function startDisplay(): Promise<{ server: ChildProcess; display: string }> {
	return new Promise((resolve, reject) => {
		const parameters = ["-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp"];
		const server = spawn("Xvfb", parameters, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
		server.on("error", () => reject(new MissingTool("Xvfb", install)));
		server.on("exit", (code) => reject(new Error(`Xvfb has ended with ${code}`)));
		server.stdio[3]?.once("data", (number) => resolve({ server, display: `:${String(number).trim()}` }));
	});
}

/** Makes a home folder for the simulator, so that it does not touch the user's preferences. */
function makeHome(deviceRotation: number): string {
	const home = mkdtempSync(join(tmpdir(), "mcsim-"));
	mkdirSync(join(home, ".config/tech.moddable.mcsim"), { recursive: true });
	const devicesPath = join(sdkFolder(), "build/simulators");
	const preferences = { deviceRotation, devicesPath, deviceIndex: 0, controlsStatus: false };
	writeFileSync(join(home, ".config/tech.moddable.mcsim.main.json"), JSON.stringify(preferences));
	return home;
}

/**
 * Calls `work` with an environment for mcsim: DISPLAY is a screen of 640 x 480, on which its window shows Moddable One,
 * rotated by so many degrees.
 *
 * @throws MissingTool on other systems than Linux, or without Xvfb
 */
export async function withDisplay<T>(
	deviceRotation: number,
	work: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
	if (sdkPlatform() !== "lin") throw new MissingTool("Xvfb", "a Linux machine");
	const { server, display } = await startDisplay();
	const home = makeHome(deviceRotation);
	try {
		return await work({ DISPLAY: display, HOME: home, GDK_BACKEND: "x11", NO_AT_BRIDGE: "1" });
	} finally {
		server.kill();
		rmSync(home, { recursive: true, force: true });
	}
}

/**
 * Runs an app that does not end by itself until its output matches, and `work`, if given, is done with the match.
 * Returns what the app has printed until then, or within `timeout` milliseconds.
 */
export async function runUntil(
	app: string,
	pattern: RegExp,
	timeout: number,
	work?: (match: RegExpExecArray) => Promise<void>,
): Promise<string> {
	return withDisplay(0, (env) => {
		// line by line, as the simulator is killed in the end
		const parameters = ["-oL", sdkTool("mcsim"), app];
		const simulator = spawn("stdbuf", parameters, {
			env: { ...process.env, ...env },
			stdio: ["ignore", "pipe", "ignore"],
		});
		let output = "";
		let working: Promise<void> | undefined;
		return new Promise<string>((resolve, reject) => {
			const timer = setTimeout(() => simulator.kill(), timeout);
			simulator.stdout.setEncoding("utf8").on("data", (text: string) => {
				output += text;
				const match = pattern.exec(output);
				if (match) working ??= Promise.resolve(work?.(match)).finally(() => simulator.kill());
			});
			simulator.on("error", reject);
			simulator.on("close", () => {
				clearTimeout(timer);
				Promise.resolve(working).then(() => resolve(output), reject);
			});
		});
	});
}
