/* A terminal gets colours, and bars that grow; a pipe or a file gets plain lines. */

import { isTTY, programArguments, write } from "host";

/** Who passes the output on to a terminal says so with `--terminal`. */
const isTerminal = isTTY() || programArguments().includes("--terminal");

/** Black on a background of ANSI terminals, 41 to 47 or, brighter, 101 to 107; 0 for none. */
export function colored(text: string, background: number): string {
	return isTerminal && background ? `\x1b[30;${background}m${text}\x1b[0m` : text;
}

const WIDTH = 20;

/** A phase: on a terminal a bar that grows and goes, and what came of it as a line. */
export class Progress {
	#name: string;
	#squares = -1;

	constructor(name: string) {
		this.#name = name.padEnd(7, " ");
	}

	/** share: 0 to 1. Draws only what can be seen to change. */
	at(share: number): void {
		const squares = Math.floor(share * WIDTH);
		if (!isTerminal || squares === this.#squares) return;
		this.#squares = squares;
		write(`\r  ${this.#name} ${"█".repeat(squares)}${"░".repeat(WIDTH - squares)}`);
	}

	end(result: string): string {
		if (isTerminal) write("\r\x1b[K");
		return `  ${this.#name} ${result}`;
	}
}
