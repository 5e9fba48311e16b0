/* The pages that the project makes, `npm run page` and `zram replay --html`, in a real Chromium: no server, no network. */
// needs: node

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { test as plainTest } from "uvu";
import * as assert from "uvu/assert";
import { pcm, randomBytes, sensorRecords } from "../bench/generators.ts";
import { launchChromium, makePage } from "../tools/page.ts";
import { root } from "../tools/paths.ts";
import { pictureFolder, readPicture } from "../tools/pictures.ts";
import { MissingTool, run } from "../tools/process.ts";
import { toFrame } from "../zramctl/plan/picture.ts";
import { Packer, pack, planFor } from "../zramctl/plan/plan.ts";
import { CONTENDERS } from "../zramctl/replay/contenders.ts";

const KB = 1024;

async function launch(): Promise<Browser | undefined> {
	try {
		return await launchChromium();
	} catch (error) {
		if (!(error instanceof MissingTool) || process.env.CI === "true") throw error;
		console.log(`skip the page's tests: ${error.message}`);
		return undefined;
	}
}

const browser = await launch();
const test = (browser ? plainTest : plainTest.skip) as typeof plainTest;
const folder = mkdtempSync(join(tmpdir(), "page-"));
const url = pathToFileURL(await makePage()).href;
plainTest.after(async () => {
	await browser?.close();
	rmSync(folder, { recursive: true });
});

interface Look {
	address?: string;
	width?: number;
	colorScheme?: "dark" | "light";
}

/** Opens the page, does something with it, and expects no error and no request over the network. */
async function open(
	use: (page: Page) => Promise<void>,
	{ address = url, width = 900, colorScheme = "light" }: Look = {},
) {
	const context = await (browser as Browser).newContext({
		viewport: { width, height: 800 },
		colorScheme,
		offline: true,
		permissions: ["clipboard-read", "clipboard-write"],
	});
	const page = await context.newPage();
	const problems: string[] = [];
	page.on("pageerror", (error) => problems.push(error.message));
	page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
	page.on("request", (request) => /^(file|blob|data):/.test(request.url()) || problems.push(request.url()));
	try {
		await page.goto(address);
		await use(page);
		assert.equal(problems, []);
	} finally {
		await context.close();
	}
}

const ready = (page: Page) => page.waitForSelector("body[data-ready=true]", { timeout: 120_000 });
const copied = (page: Page) => page.waitForSelector("#copied:text-is('Copied.')");
const text = async (page: Page, id: string) => (await page.textContent(`#${id}`)) ?? "";
const setRAM = (page: Page, step: number) => page.fill("#ram", `${step}`);

/** The least contrast of any text with the page, by WCAG's definition. */
const CONTRAST = `(() => {
	const light = (color) => {
		const [r, g, b] = color.match(/[\\d.]+/g).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const back = light(getComputedStyle(document.body).backgroundColor);
	return [...document.querySelectorAll("p, th, td, b, li, small, label")].filter((e) => e.offsetParent).map((e) => {
		const fore = light(getComputedStyle(e).color);
		return (Math.max(fore, back) + 0.05) / (Math.min(fore, back) + 0.05);
	}).reduce((a, b) => Math.min(a, b));
})()`;

function write(name: string, bytes: Uint8Array | string): string {
	const path = join(folder, name);
	writeFileSync(path, bytes);
	return path;
}

test("shows zram plan's numbers for every size of RAM", async () => {
	const packer = new Packer();
	const pictures = ["photo1.png", "photo2.png"].map((name) => join(pictureFolder, name));
	const contents = [
		...pictures.map((path) => toFrame(readPicture(path), { width: 320, height: 240 })),
		...Array.from({ length: 12 }, (_, i) =>
			i % 3 === 0
				? randomBytes(9000 + i, i + 1)
				: i % 3 === 1
					? sensorRecords(16 * 3000, i + 1)
					: pcm(50_000 + 2 * i, i + 1),
		),
	];
	const paths = [...pictures, ...contents.slice(2).map((bytes, i) => write(`${i}.bin`, bytes))];
	const packed = contents.map((bytes) => pack(packer, bytes));
	packer.close();
	await open(async (page) => {
		await page.setInputFiles("#files", paths);
		await ready(page);
		const sizes = Array.from({ length: 17 }, (_, i) => (i % 2 ? 48 * KB : 32 * KB) << (i >> 1));
		const counts = new Set<number>();
		for (const [step, arena] of sizes.entries()) {
			await setRAM(page, step);
			const plan = planFor(packed, arena);
			counts.add(plan.written.count);
			assert.is(await text(page, "count"), `${plan.written.count} of 14 files`, `${arena}`);
			assert.is(await text(page, "countMore"), `(${plan.raw} as they are)`);
			assert.match(await text(page, "rest"), new RegExp(`^At rest: ${plan.rested.count}, .* ${plan.lz4.count}\\.$`));
			const parts = await page.locator("#bar i:not(.meta):not(.out)").count();
			assert.is(parts, plan.written.count, "the bar");
			assert.is(await page.locator("#bar .out").count(), plan.written.count < 14 ? 1 : 0);
		}
		assert.ok(counts.size > 4);
		assert.match(await text(page, "besides"), /^12 KB of internal RAM$/);
		assert.match(await text(page, "code"), /^const zram = new Zram\(\{ arena: 8 \* 1024 \* 1024 \}\);$/);
		assert.match(await text(page, "notes"), /300 KB of pixels take \d+ KB here, and 1 MB as files/);
		assert.match(await text(page, "notes"), /4 files cannot be compressed at all/);
		await page.click("#copy");
		await copied(page);
		assert.is(await page.evaluate("navigator.clipboard.readText()"), await text(page, "code"));
	});
});

test("works by keyboard: a sample, the slider, copy", async () => {
	await open(async (page) => {
		const press = async (selector: string) => {
			for (let i = 0; i < 40; i++) {
				await page.keyboard.press("Tab");
				if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
			}
			throw new Error(`Tab never comes to ${selector}`);
		};
		await press("[data-sample=tables]");
		await page.keyboard.press("Enter");
		await ready(page);
		assert.match(
			await text(page, "notes"),
			/Tables: \d+ KB of text take \d+ KB\. As binary records they are \d+ KB, and take/,
		);
		await press("#ram");
		await page.keyboard.press("Home");
		assert.is(await text(page, "size"), "32 KB");
		assert.match(await text(page, "count"), /^1 of 6 files$/);
		await page.keyboard.press("ArrowRight");
		assert.is(await text(page, "size"), "48 KB");
		await page.keyboard.press("End");
		assert.match(await text(page, "count"), /^6 of 6 files$/);
		await press("#copy");
		await page.keyboard.press("Enter");
		await copied(page);
	});
});

for (const colorScheme of ["light", "dark"] as const)
	test(`at 360 pixels, ${colorScheme}: nothing is wider than the page, and the text is readable`, async () => {
		await open(
			async (page) => {
				await page.click("[data-sample=all]");
				await ready(page);
				assert.is(await page.evaluate("document.documentElement.scrollWidth"), 360);
				const contrast = await page.evaluate(CONTRAST);
				assert.ok((contrast as number) >= 4.5, `contrast ${contrast}`);
				const back = await page.evaluate("getComputedStyle(document.body).backgroundColor");
				assert.is(back === "rgb(250, 250, 247)", colorScheme === "light");
			},
			{ width: 360, colorScheme },
		);
	});

test("dropped files: unreadable ones are reported and the rest used; another screen", async () => {
	await open(async (page) => {
		await page.evaluate(`(() => {
			const transfer = new DataTransfer();
			transfer.items.add(new File([new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3])], "broken.jpg"));
			transfer.items.add(new File([], "empty.txt"));
			transfer.items.add(new File(["<b>text</b> ".repeat(2000)], "<b>.txt"));
			document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
		})()`);
		await ready(page);
		const problems = await text(page, "problems");
		assert.match(problems, /broken\.jpg: this JPEG cannot be decoded: .+; taking its bytes as they are/);
		assert.match(problems, /empty\.txt: is empty; skipping it/);
		assert.match(await text(page, "count"), /^2 of 2 files$/);

		await page.setInputFiles("#files", join(pictureFolder, "photo1.png"));
		await ready(page);
		assert.match(await text(page, "notes"), /320 x 240: 150 KB of pixels/);
		await page.selectOption("#screen", "128x128");
		await ready(page);
		assert.match(await text(page, "notes"), /128 x 128: 32 KB of pixels/);
	});
});

test("20 MB take seconds, and it shows progress", async () => {
	const paths = Array.from({ length: 20 }, (_, i) =>
		write(`${i}.dat`, i % 2 ? pcm(KB * KB, i) : sensorRecords(KB * KB, i + 1)),
	);
	await open(async (page) => {
		const started = Date.now();
		await page.setInputFiles("#files", paths);
		const seen = new Set<string>();
		while (!(await page.$("body[data-ready=true]"))) {
			seen.add(`${await page.evaluate("document.getElementById('progress').value.toFixed(2)")}`);
			await page.waitForTimeout(100);
		}
		const seconds = (Date.now() - started) / 1000;
		console.log(`20 MB: ${seconds.toFixed(1)} s, ${seen.size} states of progress`);
		assert.ok(seconds < 90, `${seconds} s`);
		assert.ok(seen.size >= 5, [...seen].join(" "));
		assert.match(await text(page, "count"), /of 20 files$/);
	});
});

for (const colorScheme of ["light", "dark"] as const)
	test(`zram replay --html at 360 pixels, ${colorScheme}: every curve is drawn, and all of it can be read`, async () => {
		const out = join(folder, "replay.html");
		const parameters = ["replay", "tests/traces/dashboard.zrt", "--arena", "512K", "--flash", "1M", "--html", out];
		const tsx = join(root, "node_modules/.bin/tsx");
		const { exitCode, output } = await run(tsx, ["zramctl/zramctl.ts", ...parameters], { cwd: root });
		assert.is(exitCode, 0, output);
		await open(
			async (page) => {
				assert.is(await page.evaluate("document.documentElement.scrollWidth"), 360);
				const curves = Object.keys(CONTENDERS).length + 2; // and the device, as recorded and as requested
				assert.is(await page.locator("path[stroke]").count(), curves);
				const drawn = await page.evaluate(
					`[...document.querySelectorAll("path")].filter((e) => e.getBBox().width > 300 && e.getTotalLength() > 300).length`,
				);
				assert.is(drawn, curves);
				const legend = await page.locator("figure li").allTextContents();
				for (const { name } of Object.values(CONTENDERS)) assert.ok(legend.includes(name), name);
				assert.ok((await page.locator("rect").count()) > 10, "the histogram");
				const smallest = await page.evaluate(
					`Math.min(...[...document.querySelectorAll("svg text")].map((e) => e.getBoundingClientRect().height))`,
				);
				assert.ok((smallest as number) >= 10, `text ${smallest} pixels high`);
				assert.ok(((await page.evaluate(CONTRAST)) as number) >= 4.5);
			},
			{ address: pathToFileURL(out).href, width: 360, colorScheme },
		);
	});

plainTest.run();
