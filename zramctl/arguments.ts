/**
 * Arguments of our commands. Bad ones are a Failure with exit code 2, whose message names the argument and its range.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { Failure } from "./failure.ts";

/** How to read an option's text, by its name; a `flag` has none. */
export type Options = Record<string, typeof flag | ((text: string, name: string) => unknown)>;

export type Values<O extends Options> = {
	[name in keyof O]?: O[name] extends (text: string, name: string) => infer V ? V : boolean;
};

/** An option without a text. */
export const flag = "flag" as const;

/** Any text. */
export const text = (value: string) => value;

/** "256K" and "1M" where that is exact. */
function shown(bytes: number): string {
	const unit = [1024 ** 2, 1024].find((each) => bytes % each === 0) ?? 1;
	return `${bytes / unit}${{ 1: "", 1024: "K" }[unit] ?? "M"}`;
}

/** A number of bytes: 4096, 256K, 1M. */
export function size(least: number, most: number) {
	return (text: string, name: string): number => {
		const match = /^(\d+)([KM]?)$/i.exec(text);
		const unit = { K: 1024, M: 1024 ** 2 }[match?.[2]?.toUpperCase() ?? ""] ?? 1;
		const value = match ? Number(match[1]) * unit : Number.NaN;
		if (value >= least && value <= most) return value;
		throw new Failure(
			`--${name}: ${text} is not a number of bytes from ${shown(least)} to ${shown(most)}, such as 4096, 256K or 1M`,
			2,
		);
	};
}

/** An integer. */
export function integer(least: number, most: number) {
	return (text: string, name: string): number => {
		const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
		if (value >= least && value <= most) return value;
		throw new Failure(`--${name}: ${text} is not an integer from ${least} to ${most}`, 2);
	};
}

/** A number, with decimals or without. */
export function number(least: number, most: number) {
	return (text: string, name: string): number => {
		const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
		if (value >= least && value <= most) return value;
		throw new Failure(`--${name}: ${text} is not a number from ${least} to ${most}`, 2);
	};
}

/** One of some words. */
export function word<W extends string>(...words: W[]) {
	return (text: string, name: string): W => {
		const found = words.find((each) => each === text);
		if (found !== undefined) return found;
		throw new Failure(`--${name}: ${text} is not ${words.join(" or ")}`, 2);
	};
}

/** Some of these words, separated by commas, each once. */
export function words<W extends string>(...known: W[]) {
	return (text: string, name: string): W[] => {
		const list = text.split(",") as W[];
		const wrong = list.find((each, i) => !known.includes(each) || list.indexOf(each) !== i);
		if (wrong === undefined) return list;
		throw new Failure(`--${name}: ${text} is not one or more of ${known.join(",")}`, 2);
	};
}

/** @throws Failure */
export function parseArguments<O extends Options>(
	parameters: string[],
	options: O,
): { values: Values<O>; positionals: string[] } {
	const types = Object.entries(options).map(([name, option]) => [
		name,
		{ type: option === flag ? ("boolean" as const) : ("string" as const) },
	]);
	let parsed: ReturnType<typeof parseArgs>;
	try {
		parsed = parseArgs({ args: parameters, options: Object.fromEntries(types), allowPositionals: true });
	} catch (error) {
		throw new Failure((error as Error).message, 2);
	}
	const values = Object.entries(parsed.values).map(([name, text]) => {
		const option = options[name];
		return [name, typeof option === "function" ? option(text as string, name) : text];
	});
	return { values: Object.fromEntries(values), positionals: parsed.positionals };
}

/** The same for a command that takes options only. */
export function parseOptions<O extends Options>(parameters: string[], options: O): Values<O> {
	const { values, positionals } = parseArguments(parameters, options);
	if (positionals.length) throw new Failure(`${positionals.join(", ")}: not an option`, 2);
	return values;
}
