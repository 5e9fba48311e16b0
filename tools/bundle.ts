/**
 * Bundles an entry and everything it imports into one ES module for XS.
 *
 * @module
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { rewriteNatives } from "./native-syntax.ts";
import { root } from "./paths.ts";

export interface BundleOptions {
	/** Further esbuild plugins. */
	plugins?: Plugin[];
	/** Identifiers to replace by constant expressions, like esbuild's `define`. */
	define?: Record<string, string>;
	/** Which engine "zram/engine" stands for. Default: native. */
	engine?: "native" | "portable";
	/** For the Moddable SDK's tools, which know our modules from the manifest and bind natives themselves. */
	sdk?: boolean;
	/** More modules that the host of the bundle provides. */
	external?: string[];
}

/** A bundle on disk, and how to get from its lines back to the sources. */
export interface Bundle {
	path: string;
	/** "tests/foo.test.ts:12" for a place in the bundle (line from 1, column from 0), if it comes from a source. */
	locate(line: number, column?: number): string | undefined;
}

function locator(map: SourceMapPayload, folder: string): Bundle["locate"] {
	const sourceMap = new SourceMap(map);
	return (line, column = 0) => {
		// XS knows only lines, and column 0 may come before the first mapping of its line
		const entry = sourceMap.findEntry(line - 1, column === 0 ? 1000 : column);
		if (!("originalSource" in entry) || entry.originalSource === undefined) return;
		return `${relative(root, resolve(folder, entry.originalSource))}:${entry.originalLine + 1}`;
	};
}

/**
 * Bundles `entry` (a path, or the text of a module whose imports are relative to the repository's root) into `outfile`.
 * The `paths` of tsconfig.json resolve specifiers such as "zram".
 */
export async function bundle(
	entry: string | { contents: string },
	outfile: string,
	{ plugins = [], define = {}, engine = "native", sdk = false, external = [] }: BundleOptions = {},
): Promise<Bundle> {
	const input =
		typeof entry === "string"
			? { entryPoints: [entry] }
			: { stdin: { contents: entry.contents, resolveDir: root, sourcefile: "entry", loader: "ts" as const } };
	const result = await build({
		...input,
		absWorkingDir: root,
		bundle: true,
		conditions: ["import", "moddable", ...(engine === "portable" ? ["portable"] : [])],
		define,
		external: sdk ? ["suites", "timer", "zram", "zram/*", ...external] : external,
		format: "esm",
		logLevel: "silent",
		mainFields: ["module", "main"],
		outfile,
		platform: "neutral",
		plugins,
		sourcemap: "external",
		target: "es2022",
		tsconfig: resolve(root, "tsconfig.json"),
		write: false,
	});
	const [map, code] = ["map", "mjs"].map((end) => result.outputFiles.find((file) => file.path.endsWith(`.${end}`)));
	if (!map || !code) throw new Error(`${outfile}: a bundle must be named *.mjs`);
	const folder = dirname(resolve(outfile));
	const locate = locator(JSON.parse(map.text), folder);
	const place = (line: number, column: number) => locate(line, column) ?? `${outfile}:${line}`;
	const text = sdk ? code.text : rewriteNatives(code.text, place);
	mkdirSync(folder, { recursive: true });
	writeFileSync(outfile, text);
	return { path: outfile, locate };
}
