/**
 * Debian packages that we read files from but never install: apt-get downloads them, dpkg-deb unpacks them, and neither
 * needs root. Debian serves only one version of a package at a time, so whoever reads a file pins that, not the
 * version.
 *
 * @module
 */

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildFolder } from "./paths.ts";
import { MissingTool, type RunResult, run } from "./process.ts";

const folder = join(buildFolder, "debian");
const install = "a machine with Debian or Ubuntu";

function require(name: string, { exitCode, stderr }: RunResult): void {
	if (exitCode !== 0) throw new MissingTool(`Debian's package ${name}`, "apt-get update", stderr.trim());
}

/**
 * The folder with the package's files, which stands for `/`; downloaded if need be. Only one process may do this at a
 * time.
 *
 * @throws MissingTool if there is no apt-get, or no such package.
 */
export async function unpackDebian(name: string): Promise<string> {
	const unpacked = join(folder, name);
	if (existsSync(unpacked)) return unpacked;
	const temporary = `${unpacked}.${process.pid}`;
	mkdirSync(temporary, { recursive: true });
	try {
		// -o: run by root, apt-get would download as another user, who may not write here
		const download = ["-q", "-o", "APT::Sandbox::User=root", "download", name];
		require(name, await run("apt-get", download, { cwd: temporary, install }));
		const archive = readdirSync(temporary).find((file) => file.endsWith(".deb")) as string;
		require(name, await run("dpkg-deb", ["-x", archive, "files"], { cwd: temporary, install }));
		renameSync(join(temporary, "files"), unpacked);
	} finally {
		rmSync(temporary, { recursive: true, force: true });
	}
	return unpacked;
}
