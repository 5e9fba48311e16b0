/* What the SDK's test runner, and test262's harness, define for its tests, as far as those of a Flash use it. */

import { Memory } from "zram/memory";

type Constructor = abstract new (...parameters: never[]) => object;

function assert(value: unknown, message = "") {
	if (!value) throw new Error(`expected true: ${message}`);
}

assert.sameValue = (actual: unknown, expected: unknown, message = "") => {
	if (!Object.is(actual, expected)) throw new Error(`expected ${expected}, got ${actual}: ${message}`);
};

/** The constructor must be exactly this one. */
assert.throws = (expected: Constructor, work: () => void, message = "") => {
	try {
		work();
	} catch (error) {
		if ((error as Error).constructor === expected) return;
		throw new Error(`expected ${expected.name}, got ${error}: ${message}`);
	}
	throw new Error(`expected ${expected.name}, nothing was thrown: ${message}`);
};

/** Objects of native code, with data of their own: not those of a Flash. */
class HostObject extends Memory {
	constructor() {
		super(16, "internal");
	}
}

Object.assign(globalThis, { assert, $TESTMC: { HostObject, HostObjectChunk: HostObject } });
