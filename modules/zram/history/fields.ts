/* What a record is made of: the types that its numbers can have, and where each lies in it. */

/** The types of numbers, as ECMA-419 names them. */
export type FieldType = "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float32";

/** What a type can hold: for a float, up to the largest finite numbers, and also those that are not finite. */
export interface Type {
	/** What pages know it by; zramHistoryPage.c has the same codes. */
	code: number;
	/** Length in bytes. */
	size: 1 | 2 | 4;
	/** The least value. */
	least: number;
	/** The greatest value. */
	most: number;
}

export const UINT8 = 0;
export const INT8 = 1;
export const UINT16 = 2;
export const INT16 = 3;
export const UINT32 = 4;
export const INT32 = 5;
export const FLOAT32 = 6;

const FLOAT_MOST = (2 - 2 ** -23) * 2 ** 127;

export const TYPES: Readonly<Record<FieldType, Type>> = Object.freeze({
	uint8: Object.freeze({ code: UINT8, size: 1, least: 0, most: 255 }),
	int8: Object.freeze({ code: INT8, size: 1, least: -128, most: 127 }),
	uint16: Object.freeze({ code: UINT16, size: 2, least: 0, most: 65_535 }),
	int16: Object.freeze({ code: INT16, size: 2, least: -32_768, most: 32_767 }),
	uint32: Object.freeze({ code: UINT32, size: 4, least: 0, most: 2 ** 32 - 1 }),
	int32: Object.freeze({ code: INT32, size: 4, least: -(2 ** 31), most: 2 ** 31 - 1 }),
	float32: Object.freeze({ code: FLOAT32, size: 4, least: -FLOAT_MOST, most: FLOAT_MOST }),
});

/** A field, and its place in a record. */
export interface Field {
	/** Its name. */
	name: string;
	/** Where it begins in a record, in bytes. */
	offset: number;
	/** Its type. */
	type: Type;
}

/** The fields of a record, in their order. Throws a TypeError naming a field that is not valid. */
export function makeFields(fields: unknown): Field[] {
	if (typeof fields !== "object" || fields === null || Object.keys(fields).length === 0)
		throw new TypeError("fields: must be an object of types by name, at least one");
	let offset = 0;
	return Object.entries(fields).map(([name, type]) => {
		if (typeof type !== "string" || !Object.hasOwn(TYPES, type))
			throw new TypeError(`fields.${name}: is not a type; the types are ${Object.keys(TYPES).join(", ")}`);
		const found = TYPES[type as FieldType];
		offset += found.size;
		return { name, offset: offset - found.size, type: found };
	});
}
