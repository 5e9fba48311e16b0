/* Where the files come from: on the command line, the program's arguments; in the SDK's simulator see sdk/files.ts. */

import { programArguments, readFile } from "host";

/** Paths in the file system to be. */
export function paths(): string[] {
	return programArguments();
}

export function load(path: string): ArrayBuffer {
	return readFile(path);
}
