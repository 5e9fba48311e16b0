/**
 * What the command-line host (hosts/xs) offers a bundle. For tests, demos and benchmarks; the module itself never
 * imports it.
 *
 * @module
 */

/** Writes a line to stdout. */
export function print(this: unknown, text: string): void {
	native("xs_host_print").call(this, text);
}

/** Writes to stdout at once, without ending the line: for progress bars. */
export function write(this: unknown, text: string): void {
	native("xs_host_write").call(this, text);
}

/** Writes to stderr without ending the line. */
export function writeError(this: unknown, text: string): void {
	native("xs_host_writeError").call(this, text);
}

/** The content of a file. Throws an Error that names the path. */
export function readFile(this: unknown, path: string): ArrayBuffer {
	return native("xs_host_readFile").call(this, path);
}

/** Fills `into` with a file's bytes from `position` on. False if there are not enough, or no such file. */
export function readAt(
	this: unknown,
	path: string,
	position: number,
	into: ArrayBufferLike | ArrayBufferView,
): boolean {
	return native("xs_host_readAt").call(this, path, position, into);
}

/** Writes all of `from` to a file, from `position` on. Creates the file if need be. Throws an Error that names the path. */
export function writeAt(this: unknown, path: string, position: number, from: ArrayBufferLike | ArrayBufferView): void {
	native("xs_host_writeAt").call(this, path, position, from);
}

/** Ends this machine at once with an exit code from 0 to 255. With `--machines` the others go on. */
export function exit(this: unknown, code: number): never {
	return native("xs_host_exit").call(this, code) as never;
}

/** The arguments after the bundle on the command line. */
export function programArguments(this: unknown): string[] {
	return native("xs_host_arguments").call(this);
}

/** This machine's index among those of `--machines`, from 0. */
export function machineIndex(this: unknown): number {
	return native("xs_host_machineIndex").call(this);
}

/** Collects garbage on this machine's heap and compacts its chunks. */
export function collect(this: unknown): void {
	native("xs_host_collect").call(this);
}

/**
 * Samples the XS heap: `into[0]` = slots in use, `[1]` = bytes of chunks in use, `[2]` = collections so far (modulo
 * 65,536). Allocates nothing, so the difference between two samples is what was allocated in between.
 */
export function heapStats(this: unknown, into: Int32Array): void {
	native("xs_host_heapStats").call(this, into);
}

/**
 * The exact number of instructions executed so far, on the emulated microcontrollers (hosts/emulated). Undefined on hosts
 * that cannot tell.
 */
export function instructions(this: unknown): number | undefined {
	return native("xs_host_instructions").call(this);
}

/** Starts watching XS's stack. Returns the slots in use by the calling function and its callers. */
export function markStack(this: unknown): number {
	return native("xs_host_markStack").call(this);
}

/** The most slots of XS's stack in use at once since `markStack`. */
export function stackUsed(this: unknown): number {
	return native("xs_host_stackUsed").call(this);
}

/** True if stdout is a terminal. */
export function isTTY(this: unknown): boolean {
	return native("xs_host_isTTY").call(this);
}

/** CRC-32, as in zlib and PNG, of `length` bytes from `start`. Takes a buffer, or a view of one-byte elements. */
export function crc32(this: unknown, buffer: ArrayBufferLike | ArrayBufferView, start: number, length: number): number {
	return native("xs_host_crc32").call(this, buffer, start, length);
}
