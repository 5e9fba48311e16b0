/**
 * Fetches the sources of the XS engine: they are inside the npm package @agoric/xsnap, which is downloaded, checked
 * and unpacked, but never installed (it would bring 84 packages and compile twice).
 *
 * @module
 */

import { join } from "node:path";
import { unpackPackage } from "./npm.ts";

/** XS is at version 13.3.0 there. */
const xsnap = {
	name: "@agoric/xsnap",
	version: "0.15.0",
	integrity: "sha512-ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==",
};

/** The folder with XS's `includes`, `platforms` and `sources`; fetched if it is not there yet. */
export async function fetchXS(): Promise<string> {
	return join(await unpackPackage(xsnap), "moddable", "xs");
}
