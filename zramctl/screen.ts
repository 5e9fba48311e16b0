/**
 * A changing view on a terminal, in the alternate screen buffer that top and less use, so that the terminal is left as
 * it was. If the program ends within a moment, nothing is drawn.
 *
 * @module
 */

/** Milliseconds between two redraws. */
const PERIOD = 100;

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"; // alternate buffer, no cursor, no line wrap
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

	/** @param lines returns the lines to show, `quiet` whole seconds after the last update */
	constructor(terminal: Terminal, lines: (quiet: number) => string[]) {
		this.#terminal = terminal;
		this.#lines = lines;
		this.#timer = setInterval(() => this.#tick(), PERIOD).unref();
		terminal.on("resize", this.#onResize);
	}

	/** Say that something has changed. */
	update(): void {
		this.#hasChanged = true;
		this.#lastChange = Date.now();
	}

	/** Restores the terminal. */
	close(): void {
		clearInterval(this.#timer);
		this.#terminal.off("resize", this.#onResize);
		if (this.#isOpen) this.#terminal.write(LEAVE);
		this.#isOpen = false;
	}

	/** Draws after a change, and once a second, so that the seconds without one can be counted. */
	#tick() {
		if (this.#hasChanged || Date.now() - this.#lastDrawing >= 1000) this.#draw();
	}

	#draw() {
		const lines = this.#lines(Math.floor((Date.now() - this.#lastChange) / 1000));
		const rows = this.#terminal.rows || 24; // 0 where the height is unknown
		const hidden = lines.length - rows;
		const shown =
			hidden > 0 ? [...lines.slice(0, rows - 1), `… ${hidden + 1} more lines: make the window taller`] : lines;
		// clear before the line: after a full line this would clear its last character
		const text = shown.map((line) => CLEAR_LINE + line).join("\r\n");
		const rest = shown.length < rows ? `\r\n${CLEAR_REST}` : "";
		this.#terminal.write(`${this.#isOpen ? "" : ENTER}${HOME}${text}${rest}`);
		this.#isOpen = true;
		this.#hasChanged = false;
		this.#lastDrawing = Date.now();
	}
}
