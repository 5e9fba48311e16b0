/*
	What the dashboard uses of Piu. The SDK's own tools use its typings instead, which are not on npm in this version.
*/

declare module "piu/MC" {
	export interface Content {
		state: number;
		interval: number;
		readonly width: number;
		readonly height: number;
		start(): void;
	}

	export interface Container extends Content {
		add(content: Content): void;
	}

	export interface Label extends Content {
		string: string;
	}

	export interface Style {
		measure(string: string): { width?: number; height?: number };
	}

	export interface Skin {
		readonly fill: string | string[];
	}

	/** Its behavior's onDraw draws by calling these methods; x and y are relative to its own corner. */
	export interface Port extends Content {
		invalidate(x?: number, y?: number, width?: number, height?: number): void;
		fillColor(color: string, x: number, y: number, width: number, height: number): void;
		drawString(string: string, style: Style, color: string, x: number, y: number, width: number, height: number): void;
	}

	interface Template<T> {
		new (data: unknown, dictionary: object): T;
	}

	global {
		const Application: Template<Container>;
		const Behavior: new () => object;
		const Content: Template<Content>;
		const Label: Template<Label>;
		const Port: Template<Port>;
		const Skin: new (dictionary: object) => Skin;
		const Style: new (dictionary: object) => Style;
	}
}
