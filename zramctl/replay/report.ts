/**
 * The results of a replay, and how they look on a terminal.
 *
 * @module
 */

import type { Statistics } from "zram";
import { size, table } from "../view.ts";
import type { AllocatorResult } from "./allocator.ts";
import type { DeviceResult } from "./device.ts";
import type { FlashResult } from "./flash.ts";
import { type Histogram, STEP, type Survey } from "./survey.ts";
import type { TraceHeader } from "./trace.ts";

export interface Report {
	file: string;
	header: TraceHeader;
	/** Whether the device was recorded from its beginning to the end of the trace. */
	complete: boolean;
	/** What is wrong with the trace, and where. */
	problems: string[];
	survey: Survey;
	/** The device as recorded, and, if options were changed, with these. */
	devices: DeviceResult[];
	allocators: AllocatorResult[];
	flash: FlashResult[];
}

export const count = (value: number) => value.toLocaleString("en");
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function duration(milliseconds: number): string {
	const seconds = milliseconds / 1000;
	if (seconds < 120) return `${seconds.toFixed(1)} seconds`;
	return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${(seconds / 3600).toFixed(1)} hours`;
}

/** How long a flash lasts. */
export function yearsOf({ years }: FlashResult): string {
	if (years === null) return "no end";
	if (years >= 1000) return "over 1,000";
	return years >= 1 ? years.toFixed(1) : years.toPrecision(2);
}

export function summaryLines({ file, header, survey, complete }: Report): string[] {
	const { reads, writes, refused, trimmed, toFlash, operations, bytesEach, milliseconds, pages } = survey;
	return [
		`${file}: ${count(operations)} operations in ${duration(milliseconds)}, ${bytesEach.toFixed(1)} bytes each` +
			`${complete ? "" : "; incomplete, so the figures cover only what is there"}`,
		`arena ${size(header.arenaLength)}, device of ${count(header.pageCount)} pages of ${header.pageLength} B, of which ` +
			`${count(pages)} were written${header.slots ? `; flash of ${count(header.slots)} pages` : ""}`,
		`read ${count(reads)}   written ${count(writes)}   refused ${count(refused)}   trimmed ${count(trimmed)}   to flash ${count(toFlash)}`,
	];
}

function pagesByState({ samePages, rawPages, bdCount, codecs, pagesStored }: Statistics): string {
	const packed = Object.entries(codecs).filter(([, { pages }]) => pages);
	const parts: [string, number][] = [
		["same", samePages],
		...packed.map(([name, { pages }]) => [name, pages] as [string, number]),
	];
	parts.push(["raw", rawPages], ["on flash", bdCount]);
	const shown = parts.filter(([, pages]) => pages).map(([name, pages]) => `${name} ${count(pages)}`);
	return shown.length ? `${count(pagesStored)}: ${shown.join(", ")}` : "0";
}

export function deviceLines(result: DeviceResult, title: string): string[] {
	const { arena, pageLength, threshold, codecs, status, refused, uncompressed } = result;
	return [
		`${title}: arena ${size(arena)}, pages of ${pageLength} B, threshold ${threshold}, ${codecs.join(", ")}`,
		`  used ${count(status.memUsed)} B at the end, ${count(status.memUsedMax)} at most; refused ${count(refused)}`,
		`  pages at the end ${pagesByState(status)}`,
		...(uncompressed
			? [
					`  ${count(uncompressed)} pages count as uncompressed: a trace cannot say what other codecs would make of them`,
				]
			: []),
	];
}

/** Head and rows. */
export function allocatorRows(results: AllocatorResult[]): string[][] {
	const rows = results.map((each) => [
		each.name,
		size(each.arena),
		count(each.peak),
		each.payloadPeak ? `${(100 * (each.peak / each.payloadPeak - 1)).toFixed(1)} %` : "-",
		count(each.failures),
		count(each.needless),
		count(each.moved),
	]);
	return [["ALLOCATOR", "ARENA", "PEAK", "OVER DATA", "REFUSED", "NEEDLESS", "MOVED"], ...rows];
}

export const ALLOCATORS_TITLE =
	"the same pages in other allocators (without page table; needless: refused although enough bytes were free)";

function ofAllocators(results: AllocatorResult[]): string[] {
	return results.length ? ["", ALLOCATORS_TITLE, ...table(allocatorRows(results))] : [];
}

/** Head and rows. */
export function flashRows(results: FlashResult[]): string[][] {
	const rows = results.map((each) => [
		each.name,
		count(each.pages),
		count(each.held),
		count(each.erases),
		`${count(each.wearLeast)} to ${count(each.wearMost)}`,
		yearsOf(each),
		count(each.refused),
		`${each.worst.toFixed(0)} ms`,
	]);
	return [["FLASH", "WRITTEN", "HELD", "ERASES", "WEAR", "YEARS", "REFUSED", "WORST WRITE"], ...rows];
}

export const FLASH_TITLE = "incompressible pages on flash (written to it, and held at the end; years at this pace)";

function ofFlash(results: FlashResult[]): string[] {
	return results.length ? ["", FLASH_TITLE, ...table(flashRows(results))] : [];
}

export function histogramShares({ half, whole }: Pick<Histogram, "half" | "whole">): string {
	return `${percent(half)} take half a page or less, ${percent(whole)} take a whole one`;
}

/** Lines of as many steps as needed to fit on a screen. */
function ofHistogram({ same, steps, half, whole }: Histogram): string[] {
	const each = Math.max(1, Math.ceil(steps.length / 16));
	const sums = Array.from({ length: Math.ceil(steps.length / each) }, (_, i) =>
		steps.slice(i * each, (i + 1) * each).reduce((sum, value) => sum + value, 0),
	);
	const most = Math.max(same, ...sums, 1);
	const bar = (value: number) => "█".repeat(Math.ceil((value / most) * 40));
	const line = (what: string, value: number) =>
		`${what.padStart(9)} ${count(value).padStart(9)}  ${bar(value)}`.trimEnd();
	return [
		"",
		"stored lengths of the pages that were written",
		line("one word", same),
		...sums.map((value, i) => line(`to ${(i + 1) * each * STEP} B`, value)),
		histogramShares({ half, whole }),
	];
}

export function reportLines(report: Report): string[] {
	const [own, changed] = report.devices;
	return [
		...summaryLines(report),
		"",
		...(own ? deviceLines(own, "as recorded") : []),
		...(changed ? deviceLines(changed, "as requested") : []),
		...ofAllocators(report.allocators),
		...ofFlash(report.flash),
		...ofHistogram(report.survey.histogram),
	];
}
