/**
 * `npm run screenshots`: docs/simulator.png, what the dashboard of hosts/sim shows in the SDK's simulator after a while,
 * upright and on its side. Needs MODDABLE, Linux, Xvfb and ImageMagick.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { root } from "./paths.ts";
import { run } from "./process.ts";
import { buildApp, sdkFolder, sdkTool } from "./sdk.ts";

/** Milliseconds until the picture is taken: the arena is full then, and in use. */
const SETTLE = 30_000;

interface View {
	/** Of the app. */
	rotation: number;
	/** Of the simulated device, Moddable One, which is then the right way up. */
	deviceRotation: number;
	/** Where its screen is in the simulator's window of 640 x 480, for ImageMagick. */
	crop: string;
}

const VIEWS: View[] = [
	{ rotation: 0, deviceRotation: 0, crop: "240x320+189+82" },
	{ rotation: 90, deviceRotation: 270, crop: "320x240+169+120" },
];

/** Starts a display in memory, and returns its name. */
function startDisplay(): Promise<{ server: ChildProcess; display: string }> {
	return new Promise((resolve, reject) => {
		const parameters = ["-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp"];
		const server = spawn("Xvfb", parameters, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
		server.on("error", () => reject(new Error("Xvfb is missing; try: apt-get install xvfb imagemagick")));
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

async function takePicture(library: string, { deviceRotation, crop }: View, path: string) {
	const { server, display } = await startDisplay();
	const home = makeHome(deviceRotation);
	const env = { ...process.env, DISPLAY: display, HOME: home, GDK_BACKEND: "x11", NO_AT_BRIDGE: "1" };
	const simulator = spawn(sdkTool("mcsim"), [library], { env, stdio: "ignore" });
	try {
		await wait(SETTLE);
		if (simulator.exitCode !== null) throw new Error(`mcsim has ended with ${simulator.exitCode}`);
		const parameters = ["-window", "root", "-crop", crop, "+repage", path];
		const result = await run("import", parameters, {
			env: { DISPLAY: display },
			install: "apt-get install imagemagick",
		});
		if (result.exitCode) throw new Error(`import failed: ${result.output}`);
	} finally {
		simulator.kill();
		server.kill();
		rmSync(home, { recursive: true, force: true });
	}
}

async function main() {
	const paths: string[] = [];
	for (const view of VIEWS) {
		const { path: library } = await buildApp(join(root, "hosts/sim/demo"), { target: "simulator", ...view });
		const path = join(root, "build/sdk", `screen-${view.rotation}.png`);
		await takePicture(library, view, path);
		paths.push(path);
	}
	const picture = join(root, "docs/simulator.png");
	mkdirSync(join(root, "docs"), { recursive: true });
	const both = [
		"-background",
		"none",
		"-gravity",
		"center",
		"-bordercolor",
		"none",
		"-border",
		"8x0",
		"+append",
		"-strip",
	];
	const result = await run("convert", [...paths, ...both, picture], { install: "apt-get install imagemagick" });
	if (result.exitCode) throw new Error(`convert failed: ${result.output}`);
	console.log(picture);
}

main().catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
});
