/**
 * `zram replay`: how a recorded device would have fared with other options, with other allocators, and on flash.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
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

const OPTIONS = {
	json: { type: "boolean" },
	html: { type: "string" },
	arena: { type: "string" },
	"page-length": { type: "string" },
	threshold: { type: "string" },
	codecs: { type: "string" },
	integrity: { type: "boolean" },
	allocators: { type: "string" },
	flash: { type: "string" },
	endurance: { type: "string" },
	lifetime: { type: "string" },
	device: { type: "string" },
} as const;

function parse(parameters: string[]) {
	try {
		return parseArgs({ args: parameters, allowPositionals: true, options: OPTIONS });
	} catch (error) {
		throw new Failure((error as Error).message, 2);
	}
}

/** A number of bytes, optionally with K or M. */
function bytes(name: string, text: string | undefined, least: number, most: number): number | undefined {
	if (text === undefined) return undefined;
	const [, digits, unit] = /^(\d+)([KM]?)$/i.exec(text) ?? [];
	const value = Number(digits) * ({ K: 1024, M: 1024 * 1024 }[(unit ?? "").toUpperCase()] ?? 1);
	if (!(value >= least && value <= most))
		throw new Failure(`${name}: ${text} is not a number from ${least} to ${most}`, 2);
	return value;
}

function names(name: string, text: string | undefined, known: readonly string[]): string[] | undefined {
	const list = text?.split(",");
	const wrong = list?.find((each) => !known.includes(each));
	if (wrong !== undefined) throw new Failure(`${name}: ${wrong} is not one of ${known.join(", ")}`, 2);
	return list;
}

function changesOf(values: ReturnType<typeof parse>["values"], { header }: TraceFile): DeviceChanges {
	const pageLength = bytes("--page-length", values["page-length"], 512, 4096);
	if (pageLength !== undefined && ![512, 1024, 2048, 4096].includes(pageLength))
		throw new Failure("--page-length: must be 512, 1024, 2048 or 4096", 2);
	const changes: DeviceChanges = {
		arena: bytes("--arena", values.arena, 1024, 2 ** 30),
		pageLength,
		threshold: bytes("--threshold", values.threshold, 1, pageLength ?? header.pageLength),
		codecs: names("--codecs", values.codecs, header.codecs),
		integrity: values.integrity,
	};
	return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** The requested flash, or else the recorded one. */
function flashOf(values: ReturnType<typeof parse>["values"], { header }: TraceFile): FlashOptions | undefined {
	const { pageLength, slots } = header;
	const byteLength = bytes("--flash", values.flash, 16 * pageLength, 2 ** 30) ?? slots * pageLength;
	const endurance = bytes("--endurance", values.endurance, 100, 10_000_000) ?? ENDURANCE;
	const lifetime = values.lifetime === undefined ? 10 : Number(values.lifetime);
	if (!(lifetime >= 0.1 && lifetime <= 100)) throw new Failure("--lifetime: must be a number from 0.1 to 100", 2);
	if (!byteLength) {
		const option = (["endurance", "lifetime"] as const).find((name) => values[name] !== undefined);
		if (option) throw new Failure(`--${option}: needs --flash, as the device had no flash`, 2);
		return undefined;
	}
	return { byteLength, endurance, lifetime, arena: bytes("--arena", values.arena, 1024, 2 ** 30) };
}

function contendersOf(text: string | undefined): Contender[] {
	if (text === "none") return [];
	const chosen = names("--allocators", text, Object.keys(CONTENDERS)) ?? Object.keys(CONTENDERS);
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
	const { values, positionals } = parse(parameters);
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
