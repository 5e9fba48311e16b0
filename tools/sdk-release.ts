/**
 * Builds an app that includes a release by git, as docs/boards.md says, without a TypeScript compiler.
 *
 * @module
 */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolders, tagRelease } from "./package.ts";
import { checked } from "./parts.ts";
import { buildFolder } from "./paths.ts";
import { run } from "./process.ts";
import { buildApp, writeManifest } from "./sdk.ts";
import { runUntil } from "./simulator.ts";

/** Makes a repository with an empty commit, and tags build/release on top of it. Returns the tag. */
export async function makeRepository(folder: string): Promise<string> {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	for (const line of [
		"init -q",
		"config user.name A-Tester",
		"config user.email tester@example.com",
		"commit -q --allow-empty -m source",
	])
		await run("git", line.split(" "), { cwd: folder, install: "apt-get install git" });
	return tagRelease(join(folder, ".git"));
}

const APP = `import Zram, { ZramError } from "zram";
import SwapPool from "zram/swap";
import History from "zram/history";
import { parseStatus } from "zram/status";

const zram = new Zram({ arena: 32 * 1024 });
zram.write(ArrayBuffer.fromString("hello"), 0);
const pool = new SwapPool({ arena: 32 * 1024 });
const room = new History({ pool, key: "room", fields: { time: "uint32" } });
for (let time = 0; time < 1000; time++) room.append({ time });
let code;
try {
	pool.write("large", new Uint8Array(1 << 20).map(Math.random));
	pool.acquire("none");
} catch (error) {
	code = error instanceof ZramError || error.name;
}
trace(String.fromArrayBuffer(zram.read(5, 0)), " ", room.at(999).time, " ", typeof parseStatus, " ", code, "\\n");
`;

/** The part of `npm run test:sdk`. */
export async function release() {
	await makeFolders();
	const repository = join(buildFolder, "sdk/release-repository");
	const tag = await makeRepository(repository);
	const git = pathToFileURL(repository).href;
	const include = ["manifest.json", "manifest-history.json"].map((manifest) => ({ git, tag, manifest }));
	const folder = writeManifest("release", {
		include: ["$(MODDABLE)/examples/manifest_base.json", ...include],
		creation: { stack: 640 },
		modules: { "*": "./main" },
		typescript: { compiler: "false" }, // if anything had to be compiled, the build would fail
	});
	writeFileSync(join(folder, "main.js"), APP);
	const { path, warnings } = await buildApp(folder);
	const output = await runUntil(path, /^hello.*\n/m, 60_000);
	if (!output.includes("hello 999 function true\n")) warnings.push(`The app printed ${output}`);
	return checked(1, warnings);
}
