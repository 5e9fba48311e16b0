/* The RP2350's memory and flash at the desk, on a stand-in for pico-sdk: ranges, alignment, interrupts, the other core. */
// needs: compiler

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../tools/paths.ts";
import { runSuitesOnXS } from "../tools/run-xs.ts";

/** Names of its memory functions, so that they don't clash with those of the host that runs this. */
const RENAMED = ["zramMemoryAllocate", "zramMemoryFree", "zramMemoryHasExternal", "zramMemoryTicks"];

interface Board {
	psram: boolean;
	multicore: boolean;
}

function chip({ psram, multicore }: Board) {
	const drivers = readdirSync(join(root, "hosts/pico")).filter((name) => name.endsWith(".c"));
	const flags = [
		`-I${join(root, "tests/pico/include")}`,
		"-DMODDEF_XS_MODS=1",
		...(psram ? ["-DSFE_ALLOC=1", "-Dmalloc=picoMalloc"] : ["-D__real_malloc=picoMalloc"]),
		"-Dfree=picoFree",
		...RENAMED.map((name) => `-D${name}=pico_${name}`),
		...(multicore ? ["-DPICO_MULTICORE"] : []),
	];
	const sources = [...drivers.map((name) => join(root, "hosts/pico", name)), join(root, "tests/pico/chip.c")];
	const name = `pico${psram ? "-psram" : ""}${multicore ? "-multicore" : ""}`;
	return { name, sources, others: [], flags };
}

const boards: Record<string, Board> = {
	"with PSRAM": { psram: true, multicore: false },
	"without PSRAM": { psram: false, multicore: false },
	"with another core": { psram: true, multicore: true },
};

for (const [name, board] of Object.entries(boards))
	test(`RP2350: memory and flash, ${name}`, async () => {
		const define = { MULTICORE: `${board.multicore}`, PSRAM: `${board.psram}` };
		const result = await runSuitesOnXS("xs64", ["tests/pico/suite.ts"], {
			addition: chip(board),
			define,
			progress: false,
		});
		assert.is(result.exitCode, 0, result.output);
		assert.ok(result.passed >= 6, result.output);
	});

test.run();
