/**
 * Debian packages whose files are read but which are never installed: apt-get downloads them, dpkg-deb unpacks them.
 * Neither needs root. Debian serves one version of a package at a time, so the reader pins what it reads, not the version.
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
 * The folder that stands for the package's `/`, downloaded if it is not there yet. Two processes must not do this at once.
 *
 * @throws MissingTool if there is no apt-get, or no such package.
 */
export async function unpackDebian(name: string): Promise<string> {
	const unpacked = join(folder, name);
	if (existsSync(unpacked)) return unpacked;
	const temporary = `${unpacked}.${process.pid}`;
	mkdirSync(temporary, { recursive: true });
	try {
		// -o: root's apt-get downloads as another user, who may not write here
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
