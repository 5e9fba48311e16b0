/**
 * Turns tables that are text, such as CSV, into the records that an app would keep.
 *
 * @module
 */

/** A table as consecutive records, little-endian. */
export interface Records {
	bytes: Uint8Array;
	/** What a record holds: "uint32, int16, float32". */
	types: string;
	count: number;
	/** How many columns were left out, as they are not numbers. */
	left: number;
}

interface Column {
	type: "uint8" | "int16" | "int32" | "uint32" | "float32" | "float64";
	byteLength: number;
	values: number[];
}

const SEPARATORS = [",", ";", "\t"];
/** With fewer rows it counts as a text with commas. */
const LEAST_ROWS = 8;

/** A number, or the seconds since 1970 of a date and a time. */
function toNumber(text: string): number {
	const trimmed = text.trim();
	if (trimmed === "") return Number.NaN;
	const value = Number(trimmed);
	if (!Number.isNaN(value) || !/^\d{4}-\d\d-\d\d/.test(trimmed)) return value;
	return Date.parse(trimmed.replace(" ", "T")) / 1000;
}

function typeOf(values: number[]): Omit<Column, "values"> {
	const [least, most] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [0, 0]);
	if (!values.every(Number.isInteger)) {
		// a float32 has seven digits
		const isShort = values.every((value) => Math.abs(Math.fround(value) - value) <= 1e-6 * Math.abs(value));
		return isShort ? { type: "float32", byteLength: 4 } : { type: "float64", byteLength: 8 };
	}
	if (least >= 0 && most < 2 ** 8) return { type: "uint8", byteLength: 1 };
	if (least >= -(2 ** 15) && most < 2 ** 15) return { type: "int16", byteLength: 2 };
	if (least >= 0 && most < 2 ** 32) return { type: "uint32", byteLength: 4 };
	if (least >= -(2 ** 31) && most < 2 ** 31) return { type: "int32", byteLength: 4 };
	return { type: "float64", byteLength: 8 };
}

function put(view: DataView, at: number, type: Column["type"], value: number) {
	if (type === "uint8") view.setUint8(at, value);
	else if (type === "int16") view.setInt16(at, value, true);
	else if (type === "int32") view.setInt32(at, value, true);
	else if (type === "uint32") view.setUint32(at, value, true);
	else if (type === "float32") view.setFloat32(at, value, true);
	else view.setFloat64(at, value, true);
}

function rowsOf(text: string): string[][] | undefined {
	const lines = text.split(/\r?\n/).filter((line) => line !== "");
	if (lines.length < LEAST_ROWS) return undefined;
	for (const separator of SEPARATORS) {
		const rows = lines.map((line) => line.split(separator));
		const width = (rows[1] as string[]).length;
		// the first line may be names, and the last may be cut off
		if (width > 1 && rows.slice(1, -1).every((row) => row.length === width)) {
			const isWhole = (row: string[]) => row.length === width;
			return rows.filter((row, i) => isWhole(row) && (i > 0 || row.some((cell) => !Number.isNaN(toNumber(cell)))));
		}
	}
	return undefined;
}

/** The records of a text that is a table; undefined if it is not one, or has no numbers. */
export function toRecords(text: string): Records | undefined {
	const rows = rowsOf(text);
	if (!rows?.length) return undefined;
	const width = (rows[0] as string[]).length;
	const columns: Column[] = [];
	for (let i = 0; i < width; i++) {
		const values = rows.map((row) => toNumber(row[i] as string));
		if (values.every(Number.isFinite)) columns.push({ ...typeOf(values), values });
	}
	if (columns.length === 0) return undefined;
	const recordLength = columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
	const bytes = new Uint8Array(recordLength * rows.length);
	const view = new DataView(bytes.buffer);
	for (let row = 0, at = 0; row < rows.length; row++)
		for (const { type, byteLength, values } of columns) {
			put(view, at, type, values[row] as number);
			at += byteLength;
		}
	return { bytes, types: columns.map(({ type }) => type).join(", "), count: rows.length, left: width - columns.length };
}
