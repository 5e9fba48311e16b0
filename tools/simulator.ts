/**
 * Moddable's desktop simulator without a desk: on Linux, in a display in memory, with preferences of its own.
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

/** Starts a display in memory, and returns its name. */
function startDisplay(): Promise<{ server: ChildProcess; display: string }> {
	return new Promise((resolve, reject) => {
		const parameters = ["-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp"];
		const server = spawn("Xvfb", parameters, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
		server.on("error", () => reject(new MissingTool("Xvfb", install)));
		server.on("exit", (code) => reject(new Error(`Xvfb has ended with ${code}`)));
		server.stdio[3]?.once("data", (number) => resolve({ server, display: `:${String(number).trim()}` }));
	});
}

/** A home for the simulator, so that neither its preferences nor those of the user are touched. */
function makeHome(deviceRotation: number): string {
	const home = mkdtempSync(join(tmpdir(), "mcsim-"));
	mkdirSync(join(home, ".config/tech.moddable.mcsim"), { recursive: true });
	const devicesPath = join(sdkFolder(), "build/simulators");
	const preferences = { deviceRotation, devicesPath, deviceIndex: 0, controlsStatus: false };
	writeFileSync(join(home, ".config/tech.moddable.mcsim.main.json"), JSON.stringify(preferences));
	return home;
}

/**
 * Calls `work` with the environment in which mcsim runs: DISPLAY is a screen of 640 x 480, on which Moddable One, turned by
 * so many degrees, is what its window shows.
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
 * Runs an app that does not end until its output matches, and then until `work`, if there is any, is done with what has
 * matched. Returns what the app has printed until then, or until `timeout` milliseconds are over.
 */
export async function runUntil(
	app: string,
	pattern: RegExp,
	timeout: number,
	work?: (match: RegExpExecArray) => Promise<void>,
): Promise<string> {
	return withDisplay(0, (env) => {
		// a line comes when it is printed: the simulator is killed in the end
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
