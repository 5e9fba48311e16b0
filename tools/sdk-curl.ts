/**
 * Fetches what an app in the simulator serves with zram/http: the part of `npm run test:sdk` that comes from outside.
 *
 * @module
 */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checked } from "./parts.ts";
import { buildFolder, root } from "./paths.ts";
import { run } from "./process.ts";
import { buildApp } from "./sdk.ts";
import { runUntil } from "./simulator.ts";

const PARTIAL_FILE = 18;
const TIMEOUT = 60_000;

/** What curl got: its exit code; the answer's status, type and content-length; the body. */
export interface Fetched {
	exitCode: number;
	answer: string;
	body: Buffer;
}

/** Fetches a page from a server on this machine. */
export async function fetchByCurl(port: string, path: string): Promise<Fetched> {
	const file = join(buildFolder, "sdk/curl-body");
	mkdirSync(join(buildFolder, "sdk"), { recursive: true });
	const format = "%{http_code} %{content_type} %header{content-length}";
	const url = `http://127.0.0.1:${port}${path}`;
	const parameters = ["-s", "--noproxy", "*", "--max-time", "60", "-o", file, "-w", format, url];
	const { exitCode, stdout } = await run("curl", parameters, { install: "apt-get install curl" });
	return { exitCode, answer: stdout, body: readFileSync(file) };
}

const value = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 8));
const log = Buffer.from(Array.from({ length: 2000 }, (_, i) => `line ${i}\n`).join(""));

function records(): Buffer {
	const bytes = Buffer.alloc(2000 * 7);
	for (let i = 0; i < 2000; i++) {
		bytes.writeUInt32LE(i, 7 * i);
		bytes.writeInt16LE(i, 7 * i + 4);
		bytes.writeUInt8(i & 255, 7 * i + 6);
	}
	return bytes;
}

/** What tests/sdk/curl serves, by path: curl's answer, and the body. */
const EXPECTED: [path: string, answer: string, body: Buffer][] = [
	["/value", "200 audio/wav 300004", Buffer.concat([Buffer.from("head"), value])],
	["/missing", "404  0", Buffer.alloc(0)],
	["/log", `200 text/plain ${log.length}`, log],
	["/records", "200 application/octet-stream 14000", records()],
];

async function problemsOf(port: string): Promise<string[]> {
	const problems: string[] = [];
	for (const [path, expected, bytes] of EXPECTED) {
		const { exitCode, answer, body } = await fetchByCurl(port, path);
		if (exitCode || answer !== expected || !body.equals(bytes))
			problems.push(`${path}: curl ${exitCode}, ${answer}, ${body.length} bytes`);
	}
	const { exitCode, body } = await fetchByCurl(port, "/vanishes");
	if (exitCode !== PARTIAL_FILE || body.length === 0 || !value.subarray(0, body.length).equals(body))
		problems.push(`/vanishes: curl ${exitCode}, ${body.length} bytes`);
	return problems;
}

/** The part of `npm run test:sdk`. */
export async function curl() {
	const { path, warnings } = await buildApp(join(root, "tests/sdk/curl"));
	let problems = ["the app did not say where it listens"];
	const output = await runUntil(path, /^listens on (\d+)\n/m, TIMEOUT, async ([, port = ""]) => {
		problems = await problemsOf(port);
	});
	if (!output.includes("told\n")) problems.push("the route was not told that its value had vanished");
	problems.push(...warnings);
	return checked(EXPECTED.length + 1, problems);
}
