/* Globals of the SDK's test runner and of test262's harness, as far as the SDK's tests of a Flash use them. */

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

/** Native objects with data of their own, which aren't a Flash's. */
class HostObject extends Memory {
	constructor() {
		super(16, "internal");
	}
}

Object.assign(globalThis, { assert, $TESTMC: { HostObject, HostObjectChunk: HostObject } });
