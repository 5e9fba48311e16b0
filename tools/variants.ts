/**
 * The hosts that tools/build-host.ts can build: compiler, flags and sources of each.
 *
 * @module
 */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.ts";

/**
 * - xs64: for the desk's machine
 * - xs32: with the 16-byte slots of a microcontroller
 * - asan: with AddressSanitizer, and with UndefinedBehaviorSanitizer for our own code
 * - rv32, m33: firmware for the emulated microcontrollers (hosts/emulated), by chip
 */
export type Variant = "xs64" | "xs32" | "asan" | Chip;

/** The firmware's processor: of the class of an ESP32-C3/C6, or of an RP2350. */
export const chips = ["rv32", "m33"] as const;
export type Chip = (typeof chips)[number];

export const variants: readonly Variant[] = ["xs64", "xs32", "asan", ...chips];

/** The program that prints the sizes of sections in a variant's objects. */
export function sizeProgram(variant: Variant): string {
	return isChip(variant) ? targetOf(variant).compiler.replace(/gcc$/, "size") : "size";
}

export function isChip(variant: string): variant is Chip {
	return chips.some((chip) => chip === variant);
}

/** How a variant is made. */
export interface Target {
	compiler: string;
	/** Flags for everything, for our own C only, and for the linker. */
	flags: string[];
	ours: string[];
	link: string[];
	libraries: string[];
	/** Definitions for XS and for us. */
	definitions: string[];
	/** Folders with platform.h and host.h. */
	includes: string[];
	/** Our C files. */
	sources: string[];
	/** Files that the linker reads besides objects. */
	linkerInputs: string[];
	/** Name of the program. */
	program: string;
	/** What is missing if an empty program cannot be linked, and the command that installs it. */
	needs: [tool: string, install: string];
}

/** XS with bounds checks, so that deep recursion is an error, and with counters for heapStats(). */
const xsDefinitions = [
	...["INCLUDE_XSPLATFORM=1", 'XSPLATFORM="platform.h"'],
	..."mxBoundsCheck=1 mxInstrument=1 mxLockdown=1 mxMinusZero=1 mxNoConsole=1".split(" "),
	..."mxRegExpUnicodePropertyEscapes=1 mxRun=1 mxSloppy=1 mxStringNormalize=1".split(" "),
];

function cFilesIn(folder: string): string[] {
	const path = join(root, folder);
	if (!existsSync(path)) return [];
	return readdirSync(path)
		.filter((name) => /\.[cS]$/.test(name))
		.sort()
		.map((name) => join(path, name));
}

/** What every host has: the module, and the tests' natives. */
function commonSources(): string[] {
	return [
		...cFilesIn("hosts"),
		...cFilesIn("modules/zram/engine/native"),
		...cFilesIn("modules/zram/history"),
		...cFilesIn("tests/support"),
	];
}

/** With the parser, and with line numbers in stacks. */
function desk(target: Partial<Target> & Pick<Target, "needs">): Target {
	return {
		compiler: process.env.CC || "cc",
		flags: [],
		ours: [],
		link: [],
		libraries: ["-lm", "-ldl", "-lpthread"],
		definitions: [...xsDefinitions, "mxDebug=1", "mxParse=1"],
		includes: ["hosts/xs"],
		sources: [...cFilesIn("hosts/xs"), join(root, "hosts/sim/zramSim.c"), ...commonSources()],
		linkerInputs: [],
		program: "xs-host",
		...target,
	};
}

/** The files of hosts/xs that firmware shares. */
const sharedWithXS = ["machine.c", "natives.c", "options.c", "platform.c"];

const emulated = join(root, "hosts/emulated");

/** What differs between the chips: compiler, flags, and how to install them. */
const toolchains: Record<Chip, Pick<Target, "compiler" | "flags" | "needs">> = {
	rv32: {
		compiler: process.env.RISCV_CC || "riscv64-unknown-elf-gcc",
		flags: ["-march=rv32imac", "-mabi=ilp32"],
		needs: ["picolibc for RISC-V", "apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf"],
	},
	m33: {
		compiler: process.env.ARM_CC || "arm-none-eabi-gcc",
		// as Moddable compiles for the RP2350
		flags: ["-mcpu=cortex-m33", "-mthumb", "-mfloat-abi=softfp"],
		needs: ["picolibc for ARM", "apt-get install gcc-arm-none-eabi picolibc-arm-none-eabi"],
	},
};

/** Release code, as in a product. */
function firmware(chip: Chip): Target {
	const { compiler, flags, needs } = toolchains[chip];
	const [sections, memory] = [join(emulated, "sections.ld"), join(emulated, chip, "memory.ld")];
	return {
		compiler,
		flags: [
			...flags,
			"--specs=picolibc.specs",
			"--picolibc-buildtype=release",
			"-ffunction-sections",
			"-fdata-sections",
		],
		ours: ["-DZRAM_FIRMWARE"],
		link: ["-nostartfiles", "--oslib=semihost", `-L${emulated}`, `-T${memory}`, "-Wl,--wrap=fxCStackLimit"],
		libraries: ["-lm"],
		definitions: xsDefinitions,
		includes: ["hosts/emulated", "hosts/xs"],
		sources: [
			...cFilesIn("hosts/emulated"),
			...cFilesIn(`hosts/emulated/${chip}`),
			...sharedWithXS.map((name) => join(root, "hosts/xs", name)),
			...commonSources(),
		],
		linkerInputs: [sections, memory],
		program: "firmware.elf",
		needs,
	};
}

/** Everything there is to know about a variant. */
export function targetOf(variant: Variant): Target {
	switch (variant) {
		case "xs64":
			return desk({ needs: ["the C library", "apt-get install gcc libc6-dev"] });
		case "xs32":
			return desk({
				// SSE as in 64 bit: x87 would round doubles twice
				flags: ["-m32", "-msse2", "-mfpmath=sse"],
				needs: ["32-bit support of the C compiler", "apt-get install gcc-multilib"],
			});
		case "asan":
			return desk({
				flags: ["-g", "-fno-omit-frame-pointer", "-fsanitize=address", "-DmxASANStackMargin=131072", "-DmxNoChunks=1"],
				// as on a microcontroller: the codec's other variant has no aligned words to check
				ours: ["-fsanitize=undefined,alignment", "-fno-sanitize-recover=all", "-DZRAM_ALIGNED"],
				needs: ["the C compiler's sanitizers", "apt-get install gcc libasan8 libubsan1"],
			});
		default:
			return firmware(variant);
	}
}
