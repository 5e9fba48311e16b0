/**
 * `console` for the command-line host: log and info on stdout, warn and error on stderr. Import it for its effect.
 *
 * @module
 */

import { print, writeError } from "host";

function inspect(value: unknown): string {
	if (value instanceof Error) return value.stack ?? String(value);
	if (typeof value !== "object" || value === null) return String(value);
	return JSON.stringify(value) ?? String(value);
}

function line(parameters: unknown[]): string {
	return parameters.map(inspect).join(" ");
}

const log = (...parameters: unknown[]) => print(line(parameters));
const error = (...parameters: unknown[]) => writeError(`${line(parameters)}\n`);

Object.assign(globalThis, { console: { log, info: log, debug: log, warn: error, error } });
