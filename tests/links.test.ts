/* Every page keeps its word: links and anchors lead somewhere, and the commands it names exist. */
// needs: node

import { readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../tools/paths.ts";
import { run } from "../tools/process.ts";

const listed = await run("git", ["ls-files", "-z"], { cwd: root, install: "apt-get install git" });
const files = listed.stdout.split("\0").filter(Boolean);
const pages = new Map(
	files.filter((path) => path.endsWith(".md")).map((path) => [path, readFileSync(join(root, path), "utf8")]),
);

/** The text without code blocks, and without brackets in inline code: Markdown finds no links or headings there. */
function withoutCode(text: string): string {
	return text.replaceAll(/^(```+|~~~+).*\n[\s\S]*?^\1.*$/gm, "").replaceAll(/(`+)[\s\S]*?\1/g, (code) => {
		return code.replaceAll(/[[\]()<>]/g, "");
	});
}

/** The anchors that GitHub gives to a page's headings. */
function anchorsOf(text: string): Set<string> {
	const anchors = new Set<string>();
	for (const [, heading = ""] of withoutCode(text).matchAll(/^#{1,6} +(.*?)[ #]*$/gm)) {
		const shown = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
		const slug = shown.replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "").replaceAll(" ", "-");
		let anchor = slug;
		for (let number = 1; anchors.has(anchor); number++) anchor = `${slug}-${number}`; // a second heading of that name
		anchors.add(anchor);
	}
	for (const [, name = ""] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(name);
	return anchors;
}

function targetsOf(text: string): string[] {
	const plain = withoutCode(text);
	const links = [/\]\(\s*<?([^)\s>]+)/g, /^\[[^\]]+\]:\s*(\S+)/gm, /<(?:a|img)\s[^>]*(?:href|src)="([^"]+)"/g];
	return links.flatMap((link) => [...plain.matchAll(link)].map(([, target]) => target as string));
}

/** Links within the repository that lead nowhere, each with its page. */
function brokenLinks(paths: readonly string[], texts: ReadonlyMap<string, string>): string[] {
	const folders = paths.flatMap((path) => path.split("/").map((_, i, parts) => parts.slice(0, i).join("/") || "."));
	const known = new Set([...paths, ...folders]);
	const anchors = new Map([...texts].map(([path, text]) => [path, anchorsOf(text)]));
	const isBroken = (page: string, target: string) => {
		if (/^[a-z][a-z+.-]*:/i.test(target)) return false; // elsewhere
		const [file = "", anchor] = decodeURI(target).split("#");
		const path = file === "" ? page : posix.join(posix.dirname(page), file).replace(/(?<=.)\/$/, "");
		if (!known.has(path)) return true;
		return anchor !== undefined && anchors.has(path) && !anchors.get(path)?.has(anchor);
	};
	return [...texts].flatMap(([page, text]) =>
		targetsOf(text)
			.filter((target) => isBroken(page, target))
			.map((target) => `${page}: ${target}`),
	);
}

/** Scripts that a page names and package.json lacks. `npm run example:NAME` stands for any that begins like that. */
function unknownScripts(scripts: readonly string[], text: string): string[] {
	const named = /\bnpm\s+(?:run\s+(?:-s\s+)?([a-z][\w-]*(?::[a-z][\w-]*)*(?::(?=[A-Z]))?)|(start|test)\b)/g;
	const names = [...text.matchAll(named)].map(([, script, short]) => (script ?? short) as string);
	return names.filter((name) => !scripts.some((each) => (name.endsWith(":") ? each.startsWith(name) : each === name)));
}

/** Files that a page passes to `tsx` and that do not exist. X and … stand for any. */
function unknownPrograms(paths: readonly string[], text: string): string[] {
	const named = [...text.matchAll(/\btsx\s+((?:tests|tools|bench|zramctl)\/[\w./-]+\.ts)/g)].map(
		([, path]) => path as string,
	);
	return named.filter((path) => !paths.includes(path) && basename(path) !== "X.test.ts");
}

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test("every link within the repository leads to a file, and its anchor to a heading", () => {
	assert.ok(pages.size > 20);
	assert.equal(brokenLinks(files, pages), []);
});

test("every `npm run` that a page names is in package.json, and every program given to tsx is there", () => {
	const missing = [...pages].flatMap(([path, text]) =>
		[...unknownScripts(Object.keys(scripts), text), ...unknownPrograms(files, text)].map((name) => `${path}: ${name}`),
	);
	assert.equal(missing, []);
});

test("tests/README.md says of every suite what it shows", () => {
	const rows = (pages.get("tests/README.md") as string).match(/^\| [^|]+ \|/gm) ?? [];
	const named = new Set(rows.join(" ").split(/[^\w-]+/));
	const suites = files.flatMap((path) => /^tests\/([^/]+)\.test\.ts$/.exec(path)?.[1] ?? []);
	assert.ok(suites.length > 50);
	for (const suite of suites) assert.ok(named.has(suite), suite);
});

test("a broken link, anchor or command is seen", () => {
	const texts = new Map([
		[
			"README.md",
			"# A\n\n[1](docs/b.md) [2](docs/c.md) [3](#a) [4](#b) [`5`](docs/b.md#say-it-twice-1) [6](docs/b.md#no)\n",
		],
		[
			"docs/b.md",
			"## Say it, twice\n```\n# no\n[7](x.md)\n```\n## Say it: `twice`\n![8](../a.png) `[9](y.md)` [10](./) [11](https://no/)\n",
		],
	]);
	assert.equal(brokenLinks(["README.md", "docs/b.md"], texts), [
		"README.md: docs/c.md",
		"README.md: #b",
		"README.md: docs/b.md#no",
		"docs/b.md: ../a.png",
	]);
	const commands = "`npm run -s a -- x`, `npm run\nb`, `npm run c:NAME`, npm run d:NAME, npm test, npm start";
	assert.equal(unknownScripts(["a", "c:x", "test"], commands), ["b", "d:", "start"]);
	assert.equal(unknownPrograms(["tests/a.test.ts"], "npx tsx tests/a.test.ts; npx tsx tools/b.ts"), ["tools/b.ts"]);
});

test.run();
