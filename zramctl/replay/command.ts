/**
 * `zram replay`: how a recorded device would have fared with other options, with other allocators, and on flash.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { flag, integer, number, parseArguments, size, text, type Values, word, words } from "../arguments.ts";
import { Failure } from "../failure.ts";
import { type Contender, replayOn } from "./allocator.ts";
import { CONTENDERS } from "./contenders.ts";
import { type DeviceChanges, replayOnDevice } from "./device.ts";
import { ENDURANCE, FLASH_POLICIES, type FlashOptions, replayOnFlash } from "./flash.ts";
import { reportPage } from "./html.ts";
import { Progress } from "./progress.ts";
import { type Report, reportLines } from "./report.ts";
import { survey } from "./survey.ts";
import { TraceFile } from "./trace.ts";

export const REPLAY_HELP = `       zram replay TRACE [--json] [--html FILE] [OPTIONS]
                                         replays a trace with other memory, options, allocators, or flash
           --arena BYTES                 another arena size: 65536, 64K, 2M
           --page-length N               512, 1024, 2048 or 4096
           --threshold N, --codecs A,B, --integrity
           --allocators A,B              some of ${Object.keys(CONTENDERS).join(", ")}; or none
           --flash BYTES, --endurance N, --lifetime YEARS
                                         puts incompressible pages on such a flash
           --device NAME                 whose trace to take from a console's log`;

const ALLOCATORS = Object.keys(CONTENDERS);
const OPTIONS = {
	json: flag,
	html: text,
	arena: size(1024, 2 ** 30),
	"page-length": word("512", "1024", "2048", "4096"),
	threshold: text,
	codecs: text,
	integrity: flag,
	allocators: text,
	flash: text,
	endurance: integer(100, 10_000_000),
	lifetime: number(0.1, 100),
	device: text,
};
type Chosen = Values<typeof OPTIONS>;

/** Options whose range depends on the trace are read when it is there. */
function changesOf({ arena, threshold, codecs, integrity, ...values }: Chosen, { header }: TraceFile): DeviceChanges {
	const pageLength = values["page-length"] && Number(values["page-length"]);
	const toThreshold = integer(1, pageLength || header.pageLength);
	const changes: DeviceChanges = {
		arena,
		pageLength,
		threshold: threshold === undefined ? undefined : toThreshold(threshold, "threshold"),
		codecs: codecs === undefined ? undefined : words(...header.codecs)(codecs, "codecs"),
		integrity,
	};
	return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** The requested flash, or else the recorded one. */
function flashOf(values: Chosen, { header }: TraceFile): FlashOptions | undefined {
	const { pageLength, slots } = header;
	const { arena, flash, endurance = ENDURANCE, lifetime = 10 } = values;
	const byteLength = flash ? size(16 * pageLength, 2 ** 30)(flash, "flash") : slots * pageLength;
	if (!byteLength) {
		const option = (["endurance", "lifetime"] as const).find((name) => values[name] !== undefined);
		if (option) throw new Failure(`--${option}: needs --flash, as the device had no flash`, 2);
		return undefined;
	}
	return { byteLength, endurance, lifetime, arena };
}

function contendersOf(text: string | undefined): Contender[] {
	if (text === "none") return [];
	const chosen = text === undefined ? ALLOCATORS : words(...ALLOCATORS)(text, "allocators");
	return chosen.map((name) => CONTENDERS[name] as Contender);
}

function open(path: string, device: string | undefined): TraceFile {
	const content = readFileSync(path);
	try {
		return new TraceFile(content, device);
	} catch (error) {
		throw new Failure(`${path}: ${(error as Error).message}`);
	}
}

/** Bytes of an arena left for pages: header and page table are the same with any allocator. */
function roomIn(arena: number, { header }: TraceFile): number {
	return arena - 256 - header.pageCount * (header.flags & 1 ? 12 : 8);
}

/** Replays a trace on the device, the allocators and the flash that were asked for. */
export function replayTrace(
	trace: TraceFile,
	file: string,
	changes: DeviceChanges,
	contenders: Contender[],
	flashOptions: FlashOptions | undefined,
): Report {
	const policies = flashOptions ? FLASH_POLICIES : [];
	const hasChanges = Object.keys(changes).length > 0;
	const progress = new Progress(1 + (hasChanges ? 1 : 0) + contenders.length + policies.length);
	const arena = changes.arena ?? trace.header.arenaLength;
	try {
		const devices = [replayOnDevice(trace, {}, progress.next("the device"))];
		if (hasChanges) devices.push(replayOnDevice(trace, changes, progress.next("the device as requested")));
		const allocators = contenders.map((each) => replayOn(trace, each, roomIn(arena, trace), progress.next(each.name)));
		const flash = policies.map((name) => replayOnFlash(trace, name, flashOptions as FlashOptions, progress.next(name)));
		const { header, problems } = trace;
		return {
			file,
			header,
			complete: trace.isComplete,
			problems,
			survey: survey(trace),
			devices,
			allocators,
			flash,
		};
	} finally {
		progress.end();
	}
}

export async function replay(parameters: string[]): Promise<void> {
	const { values, positionals } = parseArguments(parameters, OPTIONS);
	const [path, ...more] = positionals;
	if (path === undefined) throw new Failure("replay: name a TRACE", 2);
	if (more.length) throw new Failure(`replay: one file at a time, not also ${more.join(", ")}`, 2);
	const contenders = contendersOf(values.allocators);
	const trace = open(path, values.device);
	const changes = changesOf(values, trace);
	let report: Report;
	try {
		report = replayTrace(trace, basename(path), changes, contenders, flashOf(values, trace));
	} catch (error) {
		throw error instanceof RangeError ? new Failure(error.message) : error;
	}
	for (const problem of report.problems) process.stderr.write(`zram: ${path}: ${problem}\n`);
	if (values.html) writeFileSync(values.html, reportPage(report));
	if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
	else process.stdout.write(`${reportLines(report).join("\n")}\n`);
}
