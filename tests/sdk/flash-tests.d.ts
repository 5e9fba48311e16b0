/* Made by tools/sdk-flash-tests.ts. */
declare module "sdk-flash-tests" {
	/** By the name of a flash, and by file: what runs the file. */
	export const tests: Record<string, Record<string, () => Promise<unknown>>>;
}
