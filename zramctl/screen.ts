/**
 * A terminal's screen that shows what changes, and is left as it was: the other buffer, as top and less use it. Nothing is
 * drawn for what is over in a moment.
 *
 * @module
 */

/** Milliseconds between two drawings. */
const PERIOD = 100;

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"; // other buffer, no cursor, long lines are cut off
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_REST = "\x1b[J";

/** What is needed of process.stdout. */
export type Terminal = Pick<NodeJS.WriteStream, "rows" | "write" | "on" | "off">;

export class Screen {
	#terminal: Terminal;
	#lines: (quiet: number) => string[];
	#isOpen = false;
	#hasChanged = false;
	#lastChange = Date.now();
	#lastDrawing = 0;
	#timer: NodeJS.Timeout;
	#onResize = () => this.#draw();

	/** @param lines what there is to see, `quiet` whole seconds after the last update */
	constructor(terminal: Terminal, lines: (quiet: number) => string[]) {
		this.#terminal = terminal;
		this.#lines = lines;
		this.#timer = setInterval(() => this.#tick(), PERIOD).unref();
		terminal.on("resize", this.#onResize);
	}

	/** Something has changed. */
	update(): void {
		this.#hasChanged = true;
		this.#lastChange = Date.now();
	}

	/** The terminal is as it was before. */
	close(): void {
		clearInterval(this.#timer);
		this.#terminal.off("resize", this.#onResize);
		if (this.#isOpen) this.#terminal.write(LEAVE);
		this.#isOpen = false;
	}

	/** Draws what has changed, and once a second to count the seconds in which nothing has. */
	#tick() {
		if (this.#hasChanged || Date.now() - this.#lastDrawing >= 1000) this.#draw();
	}

	#draw() {
		const lines = this.#lines(Math.floor((Date.now() - this.#lastChange) / 1000));
		const rows = this.#terminal.rows || 24; // 0 where nobody has said how high it is
		const hidden = lines.length - rows;
		const shown = hidden > 0 ? [...lines.slice(0, rows - 1), `… ${hidden + 1} more lines in a higher window`] : lines;
		// what clears stands in front of a line: behind a full one it would clear its end
		const text = shown.map((line) => CLEAR_LINE + line).join("\r\n");
		const rest = shown.length < rows ? `\r\n${CLEAR_REST}` : "";
		this.#terminal.write(`${this.#isOpen ? "" : ENTER}${HOME}${text}${rest}`);
		this.#isOpen = true;
		this.#hasChanged = false;
		this.#lastDrawing = Date.now();
	}
}
