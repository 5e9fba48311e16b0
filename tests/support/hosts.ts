/* For suites in Node that start hosts. */

import { buildHost } from "../../tools/build-host.ts";
import { MissingTool } from "../../tools/process.ts";
import { checkFirmwareTools } from "../../tools/run-firmware.ts";
import { isChip, type Variant } from "../../tools/variants.ts";

/** Whether this machine can build the host. Says so if it can't; in CI it must. */
export async function isThere(variant: Variant): Promise<boolean> {
	try {
		if (isChip(variant)) await checkFirmwareTools(variant);
		await buildHost(variant, { progress: false });
		return true;
	} catch (error) {
		if (!(error instanceof MissingTool) || process.env.CI === "true") throw error;
		console.log(`skip ${variant}: ${error.message}`);
		return false;
	}
}
