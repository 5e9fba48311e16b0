/*
 * What the language says about views of buffers, whatever a caller's class defines.
 *
 * The SDK's linker strips getters unless their name occurs as an identifier somewhere in the app's code, as
 * `.byteOffset` does here: a string "byteOffset" would not do. It always strips the getter of Symbol.toStringTag, which
 * would tell all kinds of views apart at once.
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

/** Whether it is a typed array of bytes, or one without elements. */
export function isByteArray(value: unknown): value is Uint8Array | Int8Array | Uint8ClampedArray {
	return isArray(value) && arrayLength.call(value) === elementCount.call(value);
}

/** The buffer under a view. */
export function bufferOf(view: ArrayBufferView): ArrayBufferLike {
	return (isArray(view) ? arrayBuffer : dataBuffer).call(view) as ArrayBufferLike;
}

/** Where in its buffer a view begins. TypeError for a DataView that has lost its bytes. */
export function byteOffsetOf(view: ArrayBufferView): number {
	return (isArray(view) ? arrayOffset : dataOffset).call(view) as number;
}

/** Length of a view in bytes. If it has lost them: 0, or TypeError for a DataView. */
export function byteLengthOf(view: ArrayBufferView): number {
	return (isArray(view) ? arrayLength : dataLength).call(view) as number;
}
