/* The files to store: on the command line, the program's arguments. sdk/files.ts has those for the SDK's simulator. */

import { programArguments, readFile } from "host";

/** Paths that the files get in the file system. */
export function paths(): string[] {
	return programArguments();
}

export function load(path: string): ArrayBuffer {
	return readFile(path);
}
