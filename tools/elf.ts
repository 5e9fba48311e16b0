/**
 * Finds the machine code in an executable file.
 *
 * @module
 */

/** The largest executable segment of a 64-bit ELF file, from its first bytes; undefined if it is not one. */
export function codeRange(header: DataView): { start: number; length: number } | undefined {
	const isELF64 = header.getUint32(0) === 0x7f454c46 && header.getUint8(4) === 2 && header.getUint8(5) === 1;
	if (!isELF64) return undefined;
	let range = { start: 0, length: 0 };
	const [table, entryLength, count] = [
		header.getUint32(32, true),
		header.getUint16(54, true),
		header.getUint16(56, true),
	];
	for (let entry = table; entry < table + count * entryLength; entry += entryLength) {
		const isCode = header.getUint32(entry, true) === 1 && header.getUint32(entry + 4, true) & 1;
		const length = Number(header.getBigUint64(entry + 32, true));
		if (isCode && length > range.length) range = { start: Number(header.getBigUint64(entry + 8, true)), length };
	}
	return range;
}
