/* Views of buffers as the language defines them, whatever the properties of a caller's class say. */

type Getter = (this: unknown) => unknown;

function getterOf(prototype: object, name: PropertyKey): Getter {
	return Object.getOwnPropertyDescriptor(prototype, name)?.get as Getter;
}

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype);
const kind = getterOf(TYPED_ARRAY, Symbol.toStringTag);
const arrayBuffer = getterOf(TYPED_ARRAY, "buffer");
const arrayOffset = getterOf(TYPED_ARRAY, "byteOffset");
const arrayLength = getterOf(TYPED_ARRAY, "byteLength");
const dataBuffer = getterOf(DataView.prototype, "buffer");
const dataOffset = getterOf(DataView.prototype, "byteOffset");
const dataLength = getterOf(DataView.prototype, "byteLength");

/** Typed arrays whose elements are bytes. Not literals where they are used: each would be a new string. */
const UINT8 = "Uint8Array";
const INT8 = "Int8Array";
const CLAMPED = "Uint8ClampedArray";

/** Whether it is a typed array. */
export function isArray(value: unknown): boolean {
	return kind.call(value) !== undefined;
}

/** Whether it is a typed array whose elements are bytes. */
export function isByteArray(value: unknown): value is Uint8Array | Int8Array | Uint8ClampedArray {
	const name = kind.call(value);
	return name === UINT8 || name === INT8 || name === CLAMPED;
}

/** The buffer under a view. */
export function bufferOf(view: ArrayBufferView): ArrayBufferLike {
	return (isArray(view) ? arrayBuffer : dataBuffer).call(view) as ArrayBufferLike;
}

/** Where in its buffer a view begins. TypeError if it has lost its bytes, and is a DataView. */
export function byteOffsetOf(view: ArrayBufferView): number {
	return (isArray(view) ? arrayOffset : dataOffset).call(view) as number;
}

/** Bytes of a view. If it has lost them 0, or TypeError for a DataView. */
export function byteLengthOf(view: ArrayBufferView): number {
	return (isArray(view) ? arrayLength : dataLength).call(view) as number;
}
