/*
 * Replaces kleur and uvu/diff on hosts with little memory (tools/run-xs.ts): no colours, and both values instead of a diff.
 * Saves 2,500 slots.
 */

/** Any of kleur's styles: returns the text, or itself to chain styles. */
const plain: unknown = new Proxy((text?: unknown) => (text === undefined ? plain : `${text}`), { get: () => plain });
export default plain;

export function compare(actual: unknown, expected: unknown): string {
	return `\n        expected ${JSON.stringify(expected)}\n        actual   ${JSON.stringify(actual)}`;
}

export const lines = compare;
