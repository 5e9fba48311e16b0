/*
 * Views of buffers as the language defines them, whatever the properties of a caller's class say.
 *
 * The SDK's linker keeps the getters whose names are identifiers anywhere in an app's code, as `.byteOffset` is here: a
 * string "byteOffset" would not do. That of Symbol.toStringTag, which would tell kinds of views apart at once, it always
 * strips.
 */

type Getter = { get(this: unknown): unknown };
type Getters = Record<"buffer" | "byteOffset" | "byteLength" | "length", Getter>;

const ofArray = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(Uint8Array.prototype)) as unknown as Getters;
const ofDataView = Object.getOwnPropertyDescriptors(DataView.prototype) as unknown as Getters;

const arrayBuffer = ofArray.buffer.get;
const arrayOffset = ofArray.byteOffset.get;
const arrayLength = ofArray.byteLength.get;
const elementCount = ofArray.length.get;
const dataBuffer = ofDataView.buffer.get;
const dataOffset = ofDataView.byteOffset.get;
const dataLength = ofDataView.byteLength.get;

/** Whether it is a typed array. */
export function isArray(value: unknown): value is ArrayBufferView {
	return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Whether it is a typed array whose elements are bytes, or one that has none. */
export function isByteArray(value: unknown): value is Uint8Array | Int8Array | Uint8ClampedArray {
	return isArray(value) && arrayLength.call(value) === elementCount.call(value);
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
