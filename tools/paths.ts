/**
 * Where things are.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that is built or fetched. git ignores it; you may delete it at any time. */
export const buildFolder = join(root, "build");

/** Paths of all files below a folder with such endings, sorted. */
export function filesIn(folder: string, ...endings: string[]): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
}

/** The source of a specifier by the `paths` of tsconfig.json, relative to the repository's root. */
export function sourceOfModule(specifier: string): string | undefined {
	const { paths } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")).compilerOptions;
	const [own] = paths[specifier] ?? [];
	if (own) return own.slice(2);
	for (const [pattern, [source]] of Object.entries<[string]>(paths)) {
		const [start, end] = pattern.split("*") as [string, string?];
		if (end !== undefined && specifier.startsWith(start) && specifier.endsWith(end))
			return source.slice(2).replace("*", specifier.slice(start.length, specifier.length - end.length));
	}
	return undefined;
}
