/* A worker of the page: the browser decodes pictures, the portable engine packs pages. */

import { toBuffer } from "../zramctl/plan/files.ts";
import { onWhite, type Picture } from "../zramctl/plan/picture.ts";
import { PAGE, type PackedPage, Packer } from "../zramctl/plan/plan.ts";
import type { Answer, Job } from "./messages.ts";

/** The part of a worker's global object that is used here: the page's types are not a worker's. */
const here = globalThis as unknown as {
	postMessage(answer: Answer): void;
	onmessage: (event: { data: Job }) => void;
};

/** @throws Error saying in the browser's words what is wrong with it */
async function decodePicture(bytes: Uint8Array): Promise<Picture> {
	const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), {
		colorSpaceConversion: "none",
	});
	const { width, height } = bitmap;
	const context = new OffscreenCanvas(width, height).getContext("2d");
	if (!context) throw new Error("this browser cannot draw in a worker");
	context.drawImage(bitmap, 0, 0);
	bitmap.close();
	return { width, height, rgb: onWhite(context.getImageData(0, 0, width, height).data) };
}

const packer = new Packer();

here.onmessage = async ({ data: { index, round, file, screen } }) => {
	const complain = (problem: string) => here.postMessage({ index, round, type: "complaint", problem });
	try {
		const bytes = new Uint8Array(await file.arrayBuffer());
		if (bytes.length === 0) throw new Error("is empty; skipping it");
		const { bytes: content, records, ...rest } = await toBuffer(file.name, bytes, screen, decodePicture, complain);
		const pages: PackedPage[] = [];
		for (const batch of packer.pack(content)) {
			pages.push(...batch);
			here.postMessage({ index, round, type: "progress", share: Math.min(1, (pages.length * PAGE) / content.length) });
		}
		const packed = { ...rest, byteLength: content.length, pages };
		const same = records && {
			what: records.what,
			byteLength: records.bytes.length,
			pages: [...packer.pack(records.bytes)].flat(),
		};
		here.postMessage({ index, round, type: "packed", packed: same ? { ...packed, records: same } : packed });
	} catch (error) {
		here.postMessage({ index, round, type: "failed", problem: (error as Error).message });
	}
};
