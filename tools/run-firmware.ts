/**
 * Runs a bundle as firmware on an emulated microcontroller (hosts/emulated): compiles it to bytecode, puts that into
 * flash after the firmware, and starts QEMU.
 *
 * @module
 */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { type Addition, buildHost } from "./build-host.ts";
import { root } from "./paths.ts";
import { type RunOptions, type RunResult, run } from "./process.ts";
import type { Chip } from "./variants.ts";

/**
 * The part of the flash that holds a bundle. The name is always the same, as interning it in XS takes instructions that
 * depend on its letters.
 */
const BUNDLE = { name: "bundle.mjs", byteLength: 512 * 1024 };

interface Emulator {
	program: string;
	/** The command that installs it. */
	install: string;
	machine: string[];
	/** The bundle's address, as in hosts/emulated/CHIP/memory.ld. */
	bundle: number;
}

const emulators: Record<Chip, Emulator> = {
	rv32: {
		program: "qemu-system-riscv32",
		install: "apt-get install qemu-system-misc",
		machine: ["-M", "virt", "-m", "12M", "-bios", "none"],
		bundle: 0x80180000,
	},
	m33: {
		program: "qemu-system-arm",
		install: "apt-get install qemu-system-arm",
		// the counter that the chip reads ticks every nanosecond: once an instruction
		machine: ["-M", "mps2-an505", "-global", "mps2-fpgaio.prescale-clk=1000000000"],
		bundle: 0x10180000,
	},
};

/** An instruction takes a nanosecond of virtual time, and nothing else takes any, so every run is the same. */
const time = ["-icount", "shift=0,sleep=off"];
const console = ["-display", "none", "-serial", "none", "-monitor", "none"];
const semihosting = ["-semihosting-config", "enable=on,target=native"];

export interface FirmwareOptions extends RunOptions {
	/** Options of the host, such as `["--slots", "8000"]`. */
	host?: string[];
	/** C code to add to the firmware. */
	addition?: Addition | undefined;
	/** Show what is being compiled. Default: true. */
	progress?: boolean | undefined;
}

/** @throws MissingTool if there is no QEMU here, or no compiler for 32-bit x86. */
export async function checkFirmwareTools(chip: Chip): Promise<void> {
	const { program, install } = emulators[chip];
	await run(program, ["--version"], { install });
	await buildHost("xs32", { progress: false });
}

/** What the firmware's main.c reads as `Boot`: a command line, then the bytecode. */
function flashImage(commandLine: string[], bytecode: Uint8Array): Uint8Array {
	const text = Buffer.from(commandLine.map((argument) => `${argument}\0`).join(""));
	const size = (text.length + 3) & ~3;
	const image = Buffer.alloc(8 + size + bytecode.length);
	image.writeUInt32LE(commandLine.length, 0);
	image.writeUInt32LE(size, 4);
	image.set(text, 8);
	image.set(bytecode, 8 + size);
	if (image.length > BUNDLE.byteLength)
		throw new Error(`the bundle takes ${image.length} bytes of flash, but there are only ${BUNDLE.byteLength}`);
	return image;
}

/**
 * Runs the bundle at `path` with these parameters. Exit codes are those of the command-line host, and 3 for a trap.
 *
 * @throws MissingTool if this machine lacks QEMU, a compiler for the chip, or one for 32-bit x86.
 */
export async function runFirmware(
	chip: Chip,
	path: string,
	parameters: string[],
	options: FirmwareOptions,
): Promise<RunResult> {
	const { host = [], progress, addition } = options;
	const { program, machine, bundle, install } = emulators[chip];
	const firmware = await buildHost(chip, { progress, addition });
	// a host with slots of the same size gives names the same numbers
	const compiler = await buildHost("xs32", { progress });
	const bytecode = `${path}.xsb`;
	const image = `${path}.flash`;
	try {
		const compiled = await run(compiler, ["--release", "--compile", bytecode, path], { cwd: root });
		if (compiled.exitCode !== 0) return compiled;
		writeFileSync(image, flashImage(["firmware", ...host, BUNDLE.name, ...parameters], readFileSync(bytecode)));
		const flash = `loader,file=${image.replaceAll(",", ",,")},addr=${bundle},force-raw=on`;
		const all = [...machine, ...time, ...console, ...semihosting, "-kernel", firmware, "-device", flash];
		return await run(program, all, { ...options, cwd: root, install });
	} finally {
		for (const file of [bytecode, image]) rmSync(file, { force: true });
	}
}
