/**
 * What the command-line host (hosts/xs) offers to a bundle. For tests, demos and benchmarks; the module itself
 * never imports it.
 *
 * @module
 */

/** Writes a line on stdout. */
export function print(this: unknown, text: string): void {
	native("xs_host_print").call(this, text);
}

/** Writes on stdout without ending the line, at once: for progress bars. */
export function write(this: unknown, text: string): void {
	native("xs_host_write").call(this, text);
}

/** Writes on stderr without ending the line. */
export function writeError(this: unknown, text: string): void {
	native("xs_host_writeError").call(this, text);
}

/** The content of a file. Throws an Error that names the path. */
export function readFile(this: unknown, path: string): ArrayBuffer {
	return native("xs_host_readFile").call(this, path);
}

/** Fills `into` with what a file has from `position` on; false if it has not that much, or is not there. */
export function readAt(
	this: unknown,
	path: string,
	position: number,
	into: ArrayBufferLike | ArrayBufferView,
): boolean {
	return native("xs_host_readAt").call(this, path, position, into);
}

/** Writes all of `from` to a file, from `position` on; makes the file if it is not there. Throws an Error with the path. */
export function writeAt(this: unknown, path: string, position: number, from: ArrayBufferLike | ArrayBufferView): void {
	native("xs_host_writeAt").call(this, path, position, from);
}

/** Ends this machine at once with an exit code from 0 to 255; with `--machines` the others go on. */
export function exit(this: unknown, code: number): never {
	return native("xs_host_exit").call(this, code) as never;
}

/** What followed the bundle on the command line. */
export function programArguments(this: unknown): string[] {
	return native("xs_host_arguments").call(this);
}

/** Which of the machines of `--machines` this is, from 0. */
export function machineIndex(this: unknown): number {
	return native("xs_host_machineIndex").call(this);
}

/** Collects the garbage of this machine's heap and compacts its chunks. */
export function collect(this: unknown): void {
	native("xs_host_collect").call(this);
}

/**
 * Samples the XS heap: `into[0]` = slots in use, `[1]` = bytes of chunks in use, `[2]` = collections so far (modulo
 * 65,536). Allocates nothing, so the difference of two samples is what was allocated between them.
 */
export function heapStats(this: unknown, into: Int32Array): void {
	native("xs_host_heapStats").call(this, into);
}

/**
 * Instructions that the processor has executed so far, exactly, on the emulated microcontrollers (hosts/emulated).
 * Undefined on hosts that cannot tell.
 */
export function instructions(this: unknown): number | undefined {
	return native("xs_host_instructions").call(this);
}

/** Begins to watch XS's stack. The slots of it that the calling function and its callers have in use. */
export function markStack(this: unknown): number {
	return native("xs_host_markStack").call(this);
}

/** The most slots of XS's stack that were in use at a time since `markStack`. */
export function stackUsed(this: unknown): number {
	return native("xs_host_stackUsed").call(this);
}

/** True if stdout is a terminal. */
export function isTTY(this: unknown): boolean {
	return native("xs_host_isTTY").call(this);
}

/** CRC-32 (of zlib and PNG) of `length` bytes from `start`; buffer or view with elements of one byte. */
export function crc32(this: unknown, buffer: ArrayBufferLike | ArrayBufferView, start: number, length: number): number {
	return native("xs_host_crc32").call(this, buffer, start, length);
}
