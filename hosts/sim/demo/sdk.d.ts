/* Modules of the SDK, as far as the dashboard uses them. The SDK's own tools use its typings instead. */

declare module "mc/config" {
	const config: { file: { root: string } };
	export default config;
}

declare module "file" {
	export class File {
		constructor(path: string, write?: boolean);
		read(type: ArrayBufferConstructor, length: number): ArrayBuffer;
		write(buffer: ArrayBuffer): void;
		readonly length: number;
		position: number;
	}
}
