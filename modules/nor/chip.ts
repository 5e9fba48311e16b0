/*
 * An emulated NOR flash chip: what its bits do, how blocks wear, how long operations take, and what goes wrong.
 * nor-flash.ts gives it the ECMA-419 shape.
 *
 * A program turns bits from the erased value to the other one, never back; an erase turns a whole block to the erased
 * value, and wears it. Both are `operations`, counted from 0, and may be torn by a power cut. Torn bytes have cells
 * that are neither one nor the other: they read differently each time, until they are programmed or erased. Everything
 * random derives from the seed.
 *
 * Blocks are kept one by one, and shared with snapshots until they are written: a snapshot costs one pointer a block.
 */

/** Durations in microseconds. */
export interface Timing {
	/** Reading one byte over the bus. */
	readByte: number;
	/** Programming: the first byte, each further byte, and at most this for a page of `pageLength` bytes. */
	programFirst: number;
	programByte: number;
	programPage: number;
	/** Erasing a block of up to 4 KB, 32 KB, 64 KB; longer ones take as long as several of 64 KB. */
	erase4K: number;
	erase32K: number;
	erase64K: number;
}

export interface Part {
	/** Bytes that one program command takes. */
	pageLength: number;
	/** Erases that a block endures. */
	endurance: number;
	typical: Timing;
	worst: Timing;
}

/** Winbond W25Q128JV, data sheet, "AC Electrical Characteristics"; reads at 40 MHz on two lines. */
export const W25Q128: Part = Object.freeze({
	pageLength: 256,
	endurance: 100_000,
	typical: {
		readByte: 0.1,
		programFirst: 30,
		programByte: 2.5,
		programPage: 700,
		erase4K: 45_000,
		erase32K: 120_000,
		erase64K: 150_000,
	},
	worst: {
		readByte: 0.1,
		programFirst: 50,
		programByte: 12,
		programPage: 3000,
		erase4K: 400_000,
		erase32K: 1_600_000,
		erase64K: 2_000_000,
	},
});

/** GigaDevice GD25Q128, data sheet, "AC Characteristics"; otherwise as above. */
export const GD25Q128: Part = Object.freeze({
	...W25Q128,
	typical: { ...W25Q128.typical, programPage: 500 },
});

/** Loops over bytes, for hosts whose JavaScript is slow. Lengths and starts are in bytes. */
export interface Kernels {
	copy(to: Uint8Array, toStart: number, from: Uint8Array, fromStart: number, length: number): void;
	/** Clears in `into` the bits that are 0 in `from`. */
	and(into: Uint8Array, intoStart: number, from: Uint8Array, fromStart: number, length: number): unknown;
}

const plainKernels: Kernels = Object.freeze({
	copy(to: Uint8Array, toStart: number, from: Uint8Array, fromStart: number, length: number) {
		to.set(fromStart === 0 && length === from.length ? from : from.subarray(fromStart, fromStart + length), toStart);
	},
	and(into: Uint8Array, intoStart: number, from: Uint8Array, fromStart: number, length: number) {
		for (let i = 0; i < length; i++)
			into[intoStart + i] = (into[intoStart + i] as number) & (from[fromStart + i] as number);
	},
});

/** Where a chip's content outlives the program: a file. Positions and lengths are in bytes. */
export interface Storage {
	/** Fills `into` with what is at `position`; false if nothing is there. */
	read(position: number, into: Uint8Array): boolean;
	write(position: number, from: Uint8Array): void;
}

export interface ChipOptions {
	blocks: number;
	/** Bytes erased at once. Default: 4096. */
	blockLength?: number;
	/** Programs must begin and end at multiples of this. Default: 1. */
	writeAlign?: number;
	/** What an erased byte reads as: 0xff (default) or 0. */
	eraseValue?: number;
	/** Durations and endurance. Default: W25Q128. */
	part?: Part;
	/** Erases after which a block fails, instead of the part's. */
	endurance?: number;
	/** Determines everything random. Default: 1. */
	seed?: number;
	/**
	 * Like an ESP32's flash encryption: data is encrypted by its position when programmed and decrypted when read, so
	 * erased bytes read as noise. `content()` returns what the cells hold. Default: false.
	 */
	encrypted?: boolean;
	storage?: Storage;
	kernels?: Kernels;
}

/** What a driver reports when the chip did not do as it was told. */
export class ChipError extends Error {}
/** Thrown by every operation after the power was cut. */
export class PowerCut extends Error {}

export interface ChipStatistics {
	reads: number;
	programs: number;
	erases: number;
	bytesRead: number;
	bytesProgrammed: number;
	/** Microseconds that all this took, typically and at worst. */
	typical: number;
	worst: number;
}

export interface Snapshot {
	readonly blocks: readonly (Block | undefined)[];
	readonly erases: Uint32Array;
	readonly random: number;
	readonly weak: ReadonlyMap<number, number>;
}

interface Block {
	bytes: Uint8Array;
	/** A snapshot has it too: copy it before it is written. */
	shared: boolean;
	/** Bytes from here to the end have not been programmed since the erase. */
	programmedEnd: number;
}

/** Encrypts bytes; doing it twice decrypts them. So a chip reads back what was written, and nothing else. */
function encrypt(
	to: Uint8Array,
	toStart: number,
	from: Uint8Array,
	fromStart: number,
	length: number,
	position: number,
) {
	for (let i = 0; i < length; i++) {
		let key = Math.imul(position + i + 1, 0x9e3779b1);
		key = Math.imul(key ^ (key >>> 15), 0x85ebca6b);
		to[toStart + i] = (from[fromStart + i] as number) ^ (key >>> 13);
	}
}

type When = "before" | "torn" | "after";

// On XS a literal in a function would create a new string on each call, and suites check what is allocated.
const READ = "read";
const PROGRAM = "program";
const ERASE = "erase";
const BEFORE = "before";
const TORN = "torn";

export class Chip {
	readonly blocks: number;
	readonly blockLength: number;
	readonly writeAlign: number;
	readonly eraseValue: number;
	readonly part: Part;
	readonly endurance: number;
	readonly encrypted: boolean;
	/** Erases of each block, torn ones included. */
	erases: Uint32Array;
	/** Programs and erases so far: the number that the next one will have. */
	operations = 0;
	/**
	 * Probability, 0 to 1, that an operation fails. Half of the failures are reported, the others only leave wrong bits.
	 */
	failingPrograms = 0;
	failingErases = 0;
	/** Called before each operation, which ends with what it throws. For tests. */
	onOperation: ((name: "read" | "program" | "erase") => void) | undefined;

	#blocks: (Block | undefined)[];
	/** Memory of erased blocks, for the next ones that are programmed. */
	#spare: (Block | undefined)[];
	#spares = 0;
	#random: number;
	/** Bits that read differently each time, by the position of their byte. */
	#weak = new Map<number, number>();
	#kernels: Kernels;
	#storage: Storage | undefined;
	#cutAt = Number.POSITIVE_INFINITY;
	#cutWhen: When = "before";
	#powered = true;
	readonly #statistics: ChipStatistics = {
		reads: 0,
		programs: 0,
		erases: 0,
		bytesRead: 0,
		bytesProgrammed: 0,
		typical: 0,
		worst: 0,
	};

	/** @throws RangeError for a geometry that no chip has. */
	constructor({
		blocks,
		blockLength = 4096,
		writeAlign = 1,
		eraseValue = 0xff,
		part = W25Q128,
		endurance = part.endurance,
		seed = 1,
		encrypted = false,
		storage,
		kernels = plainKernels,
	}: ChipOptions) {
		const isCount = (value: number) => Number.isInteger(value) && value > 0;
		if (!isCount(blocks) || !isCount(blockLength) || blocks * blockLength > 0x7fffffff)
			throw new RangeError("blocks, blockLength: must be positive integers, and 2 GB at most together");
		if (!isCount(writeAlign) || blockLength % writeAlign) throw new RangeError("writeAlign: must divide blockLength");
		if (eraseValue !== 0xff && eraseValue !== 0) throw new RangeError("eraseValue: must be 255 or 0");
		this.blocks = blocks;
		this.blockLength = blockLength;
		this.writeAlign = writeAlign;
		this.eraseValue = eraseValue;
		this.part = part;
		this.endurance = endurance;
		this.encrypted = encrypted;
		this.erases = new Uint32Array(blocks);
		this.#blocks = new Array(blocks).fill(undefined);
		this.#spare = new Array(blocks).fill(undefined);
		this.#random = (Math.imul(seed, 0x9e3779b1) ^ 0x2545f491) | 1;
		this.#kernels = kernels;
		this.#storage = storage;
		if (storage) this.#load(storage);
	}

	get size(): number {
		return this.blocks * this.blockLength;
	}

	get powered(): boolean {
		return this.#powered;
	}

	/** What has been done since the start, and how long it took. */
	get statistics(): Readonly<ChipStatistics> {
		return this.#statistics;
	}

	/** Reads into `length` bytes of `into`, from `start` on. The range is within the chip. */
	read(into: Uint8Array, start: number, length: number, position: number) {
		this.#begin(READ);
		this.#statistics.reads++;
		this.#statistics.bytesRead += length;
		this.#statistics.typical += this.part.typical.readByte * length;
		this.#statistics.worst += this.part.worst.readByte * length;
		this.#transfer(into, start, length, position);
		if (this.#weak.size > 0) this.#flicker(into, start, length, position);
		if (this.encrypted) encrypt(into, start, into, start, length, position);
	}

	/** Cells that are neither one nor the other read at random. */
	#flicker(into: Uint8Array, start: number, length: number, position: number) {
		for (const [at, mask] of this.#weak)
			if (at >= position && at < position + length)
				into[start + at - position] = (into[start + at - position] as number) ^ (mask & this.#below(256));
	}

	#transfer(into: Uint8Array, start: number, length: number, position: number) {
		while (length > 0) {
			const index = Math.floor(position / this.blockLength);
			const offset = position % this.blockLength;
			const part = Math.min(length, this.blockLength - offset);
			const block = this.#blocks[index];
			if (block) this.#kernels.copy(into, start, block.bytes, offset, part);
			else into.fill(this.eraseValue, start, start + part);
			start += part;
			position += part;
			length -= part;
		}
	}

	/** Programs `length` bytes of `from`, from `start` on. The range is within the chip, and aligned. */
	program(from: Uint8Array, start: number, length: number, position: number) {
		this.#begin(PROGRAM);
		const torn = this.#cut();
		this.#statistics.programs++;
		this.#statistics.bytesProgrammed += length;
		this.#spendProgram(length);
		if (this.encrypted) {
			const secret = new Uint8Array(length);
			encrypt(secret, 0, from, start, length, position);
			[from, start] = [secret, 0];
		}
		let done = 0;
		const whole = torn ? this.#tornLength(length, position) : length;
		while (done < whole) {
			const at = position + done;
			const part = Math.min(whole - done, this.blockLength - (at % this.blockLength));
			this.#programPart(from, start + done, part, at);
			done += part;
		}
		if (torn && whole < length) this.#tearByte(from[start + whole] as number, position + whole);
		else if (this.#chance(this.failingPrograms)) this.#failProgram(position, length);
		this.#save(position, length);
		this.#end();
	}

	erase(index: number) {
		this.#begin(ERASE);
		const torn = this.#cut();
		this.#statistics.erases++;
		this.#statistics.typical += this.#eraseTime(this.part.typical);
		this.#statistics.worst += this.#eraseTime(this.part.worst);
		this.erases[index] = (this.erases[index] as number) + 1;
		const worn = (this.erases[index] as number) > this.endurance;
		if (torn) this.#tearErase(index);
		else if (worn || this.#chance(this.failingErases)) this.#failErase(index);
		else this.#clear(index);
		this.#save(index * this.blockLength, this.blockLength);
		this.#end();
	}

	/** Whether a block reads as erased. */
	isErased(index: number): boolean {
		return this.#blocks[index] === undefined || this.content(index).every((byte) => byte === this.eraseValue);
	}

	/** A copy of a block, for tests and tools: it does not count as a read. */
	content(index: number): Uint8Array {
		const bytes = new Uint8Array(this.blockLength);
		this.#transfer(bytes, 0, this.blockLength, index * this.blockLength);
		return bytes;
	}

	/**
	 * Cuts the power at the operation with this number: before, during, or after it. The operation and all that follow
	 * throw PowerCut until restorePower().
	 */
	cutPower(operation: number, when: When) {
		this.#cutAt = operation;
		this.#cutWhen = when;
	}

	/** Power is back. What was torn stays torn. */
	restorePower() {
		this.#powered = true;
		this.#cutAt = Number.POSITIVE_INFINITY;
	}

	/** Flips `count` bits, anywhere. */
	rot(count: number) {
		for (; count > 0; count--) this.flip(this.#below(this.size), this.#below(8));
	}

	/** Flips one bit. */
	flip(position: number, bit: number) {
		const block = this.#own(Math.floor(position / this.blockLength));
		const offset = position % this.blockLength;
		block.bytes[offset] = (block.bytes[offset] as number) ^ (1 << bit);
		block.programmedEnd = Math.max(block.programmedEnd, offset + 1);
		this.#save(position, 1);
	}

	/** Content and wear as they are now. Costs one pointer a block; a block is copied when it is next written. */
	snapshot(): Snapshot {
		for (const block of this.#blocks) if (block) block.shared = true;
		const weak = new Map(this.#weak);
		return { blocks: this.#blocks.slice(), erases: this.erases.slice(), random: this.#random, weak };
	}

	/**
	 * Makes everything as it was, with the power on. A snapshot can be restored any number of times, also to other chips
	 * of the same geometry.
	 */
	restore({ blocks, erases, random, weak }: Snapshot) {
		this.#weak = new Map(weak);
		this.#blocks = blocks.slice();
		for (const block of this.#blocks) if (block) block.shared = true;
		this.erases = erases.slice();
		this.#random = random;
		this.restorePower();
		this.#save(0, this.size);
	}

	// --- power, time and chance

	#begin(name: "read" | "program" | "erase") {
		if (!this.#powered) throw new PowerCut("no power");
		this.onOperation?.(name);
	}

	/** Whether the operation that begins is torn. Throws if the power is cut before it. */
	#cut(): boolean {
		if (this.operations !== this.#cutAt) return false;
		if (this.#cutWhen === BEFORE) {
			this.#powered = false;
			throw new PowerCut("the power was cut before this operation");
		}
		return this.#cutWhen === TORN;
	}

	#end() {
		if (this.operations++ !== this.#cutAt) return;
		this.#powered = false;
		throw new PowerCut(`the power was cut ${this.#cutWhen === TORN ? "in the middle of" : "after"} this operation`);
	}

	#eraseTime({ erase4K, erase32K, erase64K }: Timing): number {
		if (this.blockLength <= 4096) return erase4K;
		return this.blockLength <= 32_768 ? erase32K : erase64K * Math.ceil(this.blockLength / 65_536);
	}

	#spendProgram(length: number) {
		const { pageLength, typical, worst } = this.part;
		for (; length > 0; length -= pageLength) {
			const more = Math.min(length, pageLength) - 1;
			this.#statistics.typical += Math.min(typical.programPage, typical.programFirst + more * typical.programByte);
			this.#statistics.worst += Math.min(worst.programPage, worst.programFirst + more * worst.programByte);
		}
	}

	#next(): number {
		let state = this.#random;
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		this.#random = state;
		return state >>> 0;
	}

	#below(limit: number): number {
		return this.#next() % limit;
	}

	#chance(probability: number): boolean {
		return probability > 0 && this.#next() < probability * 2 ** 32;
	}

	// --- bits

	/** The block, with memory of its own that may be written. */
	#own(index: number): Block {
		const old = this.#blocks[index];
		if (old && !old.shared) return old;
		const block = this.#takeSpare();
		if (old) this.#kernels.copy(block.bytes, 0, old.bytes, 0, this.blockLength);
		else block.bytes.fill(this.eraseValue);
		block.programmedEnd = old ? old.programmedEnd : 0;
		this.#blocks[index] = block;
		return block;
	}

	#takeSpare(): Block {
		const spare = this.#spares > 0 ? this.#spare[--this.#spares] : undefined;
		return spare ?? { bytes: new Uint8Array(this.blockLength), shared: false, programmedEnd: 0 };
	}

	/** Bytes not programmed since the erase take any value; for others, bits go one way only. */
	#programPart(from: Uint8Array, start: number, length: number, position: number) {
		const block = this.#own(Math.floor(position / this.blockLength));
		const offset = position % this.blockLength;
		if (offset >= block.programmedEnd) this.#kernels.copy(block.bytes, offset, from, start, length);
		else if (this.eraseValue) this.#kernels.and(block.bytes, offset, from, start, length);
		else
			for (let i = 0; i < length; i++)
				block.bytes[offset + i] = (block.bytes[offset + i] as number) | (from[start + i] as number);
		block.programmedEnd = Math.max(block.programmedEnd, offset + length);
		// an iterator is an object, even over nothing
		if (this.#weak.size)
			for (const [at, mask] of this.#weak) if (at >= position && at < position + length) this.#weaken(at, mask);
	}

	/** Of the bits in `mask` at a position, those still erased read at random from now on; the others are programmed. */
	#weaken(position: number, mask: number) {
		const block = this.#blocks[Math.floor(position / this.blockLength)];
		const byte = block ? (block.bytes[position % this.blockLength] as number) : this.eraseValue;
		const left = mask & (this.eraseValue ? byte : ~byte);
		if (left) this.#weak.set(position, left);
		else this.#weak.delete(position);
	}

	/**
	 * A chip programs page by page: returns how many bytes are done when it is torn, often up to the border of a page.
	 */
	#tornLength(length: number, position: number): number {
		const done = this.#below(length);
		if (this.#below(2)) return done;
		return Math.max(0, done - ((position + done) % this.part.pageLength));
	}

	/** Programs some bits of the byte, and leaves some in between. */
	#tearByte(byte: number, position: number) {
		const some = this.#below(256);
		const torn = this.eraseValue ? byte | some : byte & some;
		this.#programPart(Uint8Array.of(torn), 0, 1, position);
		this.#weaken(position, (byte ^ this.eraseValue) & this.#below(256));
	}

	#failProgram(position: number, length: number) {
		this.flip(position + this.#below(length), this.#below(8));
		if (this.#below(2)) throw this.#failed("program");
	}

	/**
	 * An erase first programs all bits, from one end; then it lets all of them go, and finally erases those in between
	 * firmly. It may be cut in each phase.
	 */
	#tearErase(index: number) {
		const block = this.#own(index);
		const { bytes } = block;
		const done = 1 + this.#below(this.blockLength);
		const how = this.#below(3);
		if (how === 0) bytes.fill(this.eraseValue ^ 0xff, 0, done);
		else if (how === 1 && this.#below(2)) bytes.fill(this.eraseValue, 0, done);
		else if (how === 1) bytes.fill(this.eraseValue, this.blockLength - done);
		else bytes.fill(this.eraseValue);
		block.programmedEnd = this.blockLength;
		for (let i = 0; i < 16; i++) {
			const at = this.#below(this.blockLength);
			const some = this.#below(256);
			if (how === 1) bytes[at] = this.eraseValue ? (bytes[at] as number) | some : (bytes[at] as number) & some;
			if (how !== 0) this.#weaken(index * this.blockLength + at, some);
		}
	}

	/** Leaves one bit that no longer lets go. */
	#failErase(index: number) {
		this.#clear(index);
		this.flip(index * this.blockLength + this.#below(this.blockLength), this.#below(8));
		if (this.#below(2)) throw this.#failed("erase");
	}

	/** The operation counts all the same. */
	#failed(what: string): ChipError {
		this.operations++;
		return new ChipError(`${what} failed`);
	}

	#clear(index: number) {
		if (this.#weak.size)
			for (const at of this.#weak.keys()) if (Math.floor(at / this.blockLength) === index) this.#weak.delete(at);
		const block = this.#blocks[index];
		if (block && !block.shared && this.#spares < this.blocks) this.#spare[this.#spares++] = block;
		this.#blocks[index] = undefined;
	}

	// --- storage: the content as in a dump, then the number of erases of each block

	#load(storage: Storage) {
		if (!storage.read(this.size, new Uint8Array(this.erases.buffer))) {
			this.#save(0, this.size);
			return;
		}
		for (let index = 0; index < this.blocks; index++) {
			const block = { bytes: new Uint8Array(this.blockLength), shared: false, programmedEnd: this.blockLength };
			storage.read(index * this.blockLength, block.bytes);
			if (block.bytes.some((byte) => byte !== this.eraseValue)) this.#blocks[index] = block;
		}
	}

	#save(position: number, length: number) {
		if (!this.#storage) return;
		const bytes = new Uint8Array(length);
		this.#transfer(bytes, 0, length, position);
		this.#storage.write(position, bytes);
		this.#storage.write(this.size, new Uint8Array(this.erases.buffer));
	}
}
