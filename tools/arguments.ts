/**
 * Arguments of our commands. What cannot be is an ArgumentError, whose message names the argument and its range.
 *
 * @module
 */

import { parseArgs } from "node:util";

/** Arguments that cannot be. The message names the argument and its range. */
export class ArgumentError extends Error {
	override name = "ArgumentError";
}

/** What is done with the text of an option, by its name; `flag` has none. */
export type Options = Record<string, typeof flag | ((text: string, name: string) => unknown)>;

export type Values<O extends Options> = {
	[name in keyof O]?: O[name] extends (text: string, name: string) => infer V ? V : boolean;
};

/** An option without a text. */
export const flag = "flag" as const;

export interface Arguments<O extends Options> {
	values: Values<O>;
	/** What is no option. */
	positionals: string[];
}

/** A number of bytes: 4096, 256K, 1M. */
export function size(least: number, most: number) {
	return (text: string, name: string): number => {
		const match = /^(\d+)([KM]?)$/i.exec(text);
		const unit = { K: 1024, M: 1024 ** 2 }[match?.[2]?.toUpperCase() ?? ""] ?? 1;
		const value = match ? Number(match[1]) * unit : Number.NaN;
		if (value >= least && value <= most) return value;
		throw new ArgumentError(`--${name}: ${text} is not a number of bytes from ${least} to ${most}, such as 256K or 1M`);
	};
}

/** An integer. */
export function integer(least: number, most: number) {
	return (text: string, name: string): number => {
		const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
		if (value >= least && value <= most) return value;
		throw new ArgumentError(`--${name}: ${text} is not an integer from ${least} to ${most}`);
	};
}

/** A number above 0, and at most `most`. */
export function fraction(most: number) {
	return (text: string, name: string): number => {
		const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
		if (value > 0 && value <= most) return value;
		throw new ArgumentError(`--${name}: ${text} is not a number above 0, and at most ${most}`);
	};
}

/** One of some words. */
export function word<W extends string>(...words: W[]) {
	return (text: string, name: string): W => {
		const found = words.find((each) => each === text);
		if (found !== undefined) return found;
		throw new ArgumentError(`--${name}: ${text} is not ${words.join(" or ")}`);
	};
}

/** @throws ArgumentError */
export function parseArguments<O extends Options>(parameters: string[], options: O): Arguments<O> {
	const types = Object.entries(options).map(([name, option]) => [
		name,
		{ type: option === flag ? ("boolean" as const) : ("string" as const) },
	]);
	let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
	try {
		const { values, positionals } = parseArgs({
			args: parameters,
			options: Object.fromEntries(types),
			allowPositionals: true,
		});
		parsed = { values: values as Record<string, string | boolean | undefined>, positionals };
	} catch (error) {
		throw new ArgumentError((error as Error).message);
	}
	const values = Object.entries(parsed.values).map(([name, text]) => {
		const option = options[name];
		return [name, typeof option === "function" ? option(text as string, name) : text];
	});
	return { values: Object.fromEntries(values), positionals: parsed.positionals };
}

/** Likewise, of a command that takes nothing but options. */
export function parseOptions<O extends Options>(parameters: string[], options: O): Values<O> {
	const { values, positionals } = parseArguments(parameters, options);
	if (positionals.length) throw new ArgumentError(`${positionals.join(", ")}: not an option`);
	return values;
}
