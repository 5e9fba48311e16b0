/* A terminal gets colours and growing bars; a pipe or a file gets plain lines. */

import { isTTY, programArguments, write } from "host";

/** A caller that passes the output on to a terminal says so with `--terminal`. */
const isTerminal = isTTY() || programArguments().includes("--terminal");

/** Black text on an ANSI background colour: 41 to 47, or 101 to 107 for bright ones; 0 for none. */
export function colored(text: string, background: number): string {
	return isTerminal && background ? `\x1b[30;${background}m${text}\x1b[0m` : text;
}

const WIDTH = 20;

/** A phase: on a terminal a growing bar, which a line with the result replaces. */
export class Progress {
	#name: string;
	#squares = -1;

	constructor(name: string) {
		this.#name = name.padEnd(7, " ");
	}

	/** share: 0 to 1. Draws only if the bar looks different. */
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
