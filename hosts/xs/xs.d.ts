// biome-ignore-all lint/suspicious/noExplicitAny: only the caller knows what a native takes and returns

/*
	Those globals that XS adds to JavaScript and the project uses. The Moddable SDK's xs.d.ts declares the same.
*/

/** A constructor whose instances are host objects; `name` is the C destructor. Only for `extends`. */
declare function Native(name: string): new (...parameters: any[]) => any;

/** The C function `name`. Only as the whole body of a function: `return native("xs_f").call(this, a, b);` */
declare function native(name: string): (...parameters: any[]) => any;

/** Writes to the debug console, which is stdout on the command line. Add "\n" yourself. */
declare function trace(...parameters: unknown[]): void;

/** A buffer whose memory is not on the XS heap. `new Uint8Array(hostBuffer, offset, length)` works as for an ArrayBuffer. */
declare class HostBuffer {
	readonly byteLength: number;
	private brand: boolean;
}

interface ArrayBufferConstructor {
	/** The UTF-8 bytes of a string. */
	fromString(text: string): ArrayBuffer;
}

interface StringConstructor {
	/** The string of UTF-8 bytes. */
	fromArrayBuffer(buffer: ArrayBufferLike): string;
}
