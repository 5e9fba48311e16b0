/**
 * `npm run page`: makes build/zram.html, a single file that shows in a browser what `zram plan` says, without a server
 * or a network.
 *
 *   --screenshot   also takes docs/page.png of it, with Chromium
 *
 * @module
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { flag, parseOptions } from "../zramctl/arguments.ts";
import { buildFolder, filesIn, root } from "./paths.ts";
import { pictureFolder } from "./pictures.ts";
import { MissingTool, run, runAsProgram } from "./process.ts";

export const pagePath = join(buildFolder, "zram.html");

/** The sample photos: 500 KB of JPEG. */
const SAMPLES = /(photo3|prod-\d)\.jpg$/;

async function script(name: string): Promise<string> {
	const result = await build({
		entryPoints: [join(root, "page", name)],
		absWorkingDir: root,
		bundle: true,
		conditions: ["import", "portable"],
		format: "iife",
		logLevel: "silent",
		minify: true,
		platform: "browser",
		target: "es2022",
		tsconfig: join(root, "tsconfig.json"),
		write: false,
	});
	// would end the script element
	return (result.outputFiles[0]?.text ?? "").replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

/** Builds the page. Returns its path. */
export async function makePage(): Promise<string> {
	const photos = filesIn(pictureFolder, ".jpg").filter((path) => SAMPLES.test(path));
	const encoded = photos.map((path) => [basename(path), readFileSync(path).toString("base64")]);
	const parts: Record<string, string> = {
		"/*PHOTOS*/": JSON.stringify(encoded),
		"/*WORKER*/": await script("worker.ts"),
		"/*PAGE*/": await script("page.ts"),
	};
	const html = Object.entries(parts).reduce(
		(text, [place, content]) => text.replace(place, () => content),
		readFileSync(join(root, "page/page.html"), "utf8"),
	);
	mkdirSync(buildFolder, { recursive: true });
	writeFileSync(pagePath, html);
	return pagePath;
}

/**
 * Starts Debian's Chromium, or the one that CHROMIUM names.
 *
 * @throws MissingTool
 */
export async function launchChromium(): Promise<Browser> {
	const path = process.env.CHROMIUM ?? "/usr/bin/chromium";
	await run(path, ["--version"], { install: "apt-get install chromium" });
	try {
		return await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
	} catch (error) {
		throw new MissingTool(`a Chromium that starts, ${path},`, "apt-get install chromium", (error as Error).message);
	}
}

async function takeScreenshot(path: string) {
	const browser = await launchChromium();
	try {
		const page = await browser.newPage({ viewport: { width: 960, height: 1000 }, colorScheme: "light" });
		await page.goto(pathToFileURL(pagePath).href);
		await page.click("[data-sample=all]");
		await page.waitForSelector("body[data-ready=true]", { timeout: 120_000 });
		await page.screenshot({ path, fullPage: true });
	} finally {
		await browser.close();
	}
}

async function main(parameters: string[]): Promise<void> {
	const { screenshot } = parseOptions(parameters, { screenshot: flag });
	console.log(relative(root, await makePage()));
	if (!screenshot) return;
	const path = join(root, "docs/page.png");
	await takeScreenshot(path);
	console.log(relative(root, path));
}

runAsProgram(import.meta.url, main);
