/**
 * `npm run screenshots`: takes docs/simulator.png, the dashboard of hosts/sim in the SDK's simulator after a while,
 * upright and on its side. Needs MODDABLE, Linux, Xvfb and ImageMagick.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { root } from "./paths.ts";
import { run, runAsProgram } from "./process.ts";
import { buildApp, sdkTool } from "./sdk.ts";
import { withDisplay } from "./simulator.ts";

/** Milliseconds until the picture is taken; by then the arena is full and in use. */
const SETTLE = 30_000;

interface View {
	/** The app's rotation. */
	rotation: number;
	/** The rotation of the simulated device, Moddable One, so that it is the right way up. */
	deviceRotation: number;
	/** Where its screen is within the simulator's window of 640 x 480, for ImageMagick. */
	crop: string;
}

const VIEWS: View[] = [
	{ rotation: 0, deviceRotation: 0, crop: "240x320+189+82" },
	{ rotation: 90, deviceRotation: 270, crop: "320x240+169+121" },
];

async function takePicture(library: string, { deviceRotation, crop }: View, path: string) {
	await withDisplay(deviceRotation, async (env) => {
		const simulator = spawn(sdkTool("mcsim"), [library], { env: { ...process.env, ...env }, stdio: "ignore" });
		try {
			await wait(SETTLE);
			if (simulator.exitCode !== null) throw new Error(`mcsim has ended with ${simulator.exitCode}`);
			const parameters = ["-window", "root", "-crop", crop, "+repage", path];
			await run("import", parameters, { env, install: "apt-get install imagemagick", check: true });
		} finally {
			simulator.kill();
		}
	});
}

async function main() {
	const paths: string[] = [];
	for (const view of VIEWS) {
		const { path: library } = await buildApp(join(root, "hosts/sim/demo"), view);
		const path = join(root, "build/sdk", `screen-${view.rotation}.png`);
		await takePicture(library, view, path);
		paths.push(path);
	}
	const picture = join(root, "docs/simulator.png");
	const both = "-background none -gravity center -bordercolor none -border 8x0 +append -strip".split(" ");
	await run("convert", [...paths, ...both, picture], { install: "apt-get install imagemagick", check: true });
	console.log(picture);
}

runAsProgram(import.meta.url, main);
