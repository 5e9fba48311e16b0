// biome-ignore-all lint/suspicious/noExplicitAny: what native code takes and gives is known to its caller only

/*
	The few globals that XS adds to JavaScript and the project uses. The Moddable SDK's xs.d.ts declares the same.
*/

/** A constructor whose instances are host objects; `name` is the C destructor. Only for `extends`. */
declare function Native(name: string): new (...parameters: any[]) => any;

/** The C function `name`. Only as the whole body of a function: `return native("xs_f").call(this, a, b);` */
declare function native(name: string): (...parameters: any[]) => any;

/** Writes on the debug console; on the command line that is stdout. Add "\n" yourself. */
declare function trace(...parameters: unknown[]): void;

/** A buffer whose memory is not on the XS heap. `new Uint8Array(hostBuffer, offset, length)` works as with an ArrayBuffer. */
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
