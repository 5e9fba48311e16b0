/**
 * Checks apps for ESP32 boards as far as possible without the maker's tools: the SDK reads their manifests, and the
 * makefile it writes must have what the app needs, including every header of every C file.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checked } from "./parts.ts";
import { root } from "./paths.ts";
import { run } from "./process.ts";
import { makefileFor, sdkEnvironment, sdkFolder, writeManifest } from "./sdk.ts";

interface App {
	folder: string;
	boards: string[];
	/** What its makefile must mention. */
	needs: string[];
}

/** What any app with a backing needs. */
const module = ["/zramEsp32.c", "/zramMemory.c", "/flash-esp32.c", "/zram/offload.xsb", "/main.xsb"];

const every = ["esp32", "esp32/esp32c3", "esp32/moddable_six", "esp32/m5stack_cores3", "esp32/wrover_kit"];

/** What hosts/esp32/README.md tells an app to include. */
function appOfREADME(): string {
	return writeManifest("readme-esp32", {
		include: [
			"$(MODDABLE)/examples/manifest_base.json",
			...["manifest.json", "hosts/esp32/manifest-flash.json"].map((path) => join(root, path)),
		],
		modules: { main: join(root, "examples/littlefs/main") },
		build: { PARTITIONS_FILE: join(root, "hosts/esp32/demo/partitions.csv") },
	});
}

function apps(): App[] {
	const ours = (name: string) => join(root, "hosts/esp32", name);
	return [
		{ folder: ours("demo"), boards: every, needs: [...module, "/zramBoard.c"] },
		// boards with a display
		{
			folder: ours("dashboard"),
			boards: ["esp32/moddable_six", "esp32/m5stack_cores3"],
			needs: [...module, "/zramBoard.c"],
		},
		{ folder: appOfREADME(), boards: every, needs: module },
	];
}

/**
 * What our demo adds for a board: a WROVER's PSRAM is off by default, and chips before revision 3 lose writes to it.
 */
const special: Record<string, string[]> = {
	"demo esp32/wrover_kit": ["/demo/sdkconfig", "-mfix-esp32-psram-cache-issue"],
};

/** What is wrong with a makefile: what the app needs is missing, or another host's files are there. */
function missingModules(makefile: string, needs: string[]): string[] {
	const missing = needs.filter((text) => !makefile.includes(text)).map((text) => `${text} is missing`);
	const others = ["zramSim.c", "zramPico", "nor/chip"].filter((name) => makefile.includes(name));
	return [...missing, ...others.map((name) => `${name} is not for this board`)];
}

/** The compiler's flags in a makefile, without ESP-IDF, whose files are not checked. */
async function compilerFlags(path: string): Promise<string[]> {
	const idf = ["IDF_PATH=/none", "IDF_VERSION=none"];
	const parameters = ["-s", "-f", path, ...idf, "--eval", "flags: ; @echo $(C_DEFINES) $(C_INCLUDES)", "flags"];
	const options = { env: sdkEnvironment(), install: "apt-get install make", check: true };
	const result = await run("make", parameters, options);
	return (result.stdout.trim().split("\n").at(-1) ?? "").split(/\s+/);
}

/** The C files from manifests that a makefile compiles. */
function sourcesIn(makefile: string): string[] {
	return [...makefile.matchAll(/^\$\(TMP_DIR\)\/\S+\.c\.o: (\/\S+\.c) /gm)].map(([, path]) => path as string);
}

/** Headers that `source` includes, directly or not, and that are in no folder of `flags`, as written there. */
async function missingHeaders(source: string, flags: string[]): Promise<string[]> {
	// -MG treats a missing header as one that will be made, and goes on; the desk's own headers are not the board's
	const parameters = ["-M", "-MG", "-w", "-nostdinc", ...flags, source];
	const result = await run("gcc", parameters, { install: "apt-get install gcc", check: true });
	const rule = result.stdout.replaceAll("\\\n", " ");
	return (rule.slice(rule.indexOf(": ") + 1).match(/\S+/g) ?? []).filter((path) => !existsSync(path));
}

/** The headers of the SDK and of this repository, each with a "/" before it. Any other that is missing is ESP-IDF's. */
function ownHeaders(): string[] {
	const folders = ["modules", "xs", "build/devices/esp32"].map((name) => join(sdkFolder(), name));
	return [...folders, join(root, "modules"), join(root, "hosts"), join(root, "examples")].flatMap((folder) =>
		readdirSync(folder, { recursive: true, encoding: "utf8" })
			.filter((name) => name.endsWith(".h"))
			.map((name) => `/${name.replaceAll("\\", "/")}`),
	);
}

/** Headers of the SDK or ours that a C file includes and would not find. */
async function lostHeaders(path: string, makefile: string, headers: string[]): Promise<string[]> {
	const flags = await compilerFlags(path);
	const sources = sourcesIn(makefile);
	if (sources.length < 10) throw new Error(`${path} has ${sources.length} C files`);
	const problems = await Promise.all(
		sources.map(async (source) =>
			(await missingHeaders(source, flags))
				.filter((name) => headers.some((header) => header.endsWith(`/${name}`)))
				.map((name) => `${source} includes ${name}, which is not on the path`),
		),
	);
	return problems.flat();
}

/** The part of `npm run test:sdk`. */
export async function boardManifests() {
	const headers = ownHeaders();
	const problems: string[] = [];
	const all = apps();
	for (const { folder, boards, needs } of all)
		for (const board of boards) {
			const path = await makefileFor(folder, board);
			const makefile = readFileSync(path, "utf8");
			const name = `${folder.replace(/^.*\//, "")} ${board}`;
			const found = [
				...missingModules(makefile, [...needs, ...(special[name] ?? [])]),
				...(await lostHeaders(path, makefile, headers)),
			];
			problems.push(...found.map((problem) => `${name}: ${problem}`));
		}
	return checked(all.flatMap(({ boards }) => boards).length, problems);
}
