/**
 * Where things are.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that is built or fetched. Ignored by git; may be deleted at any time. */
export const buildFolder = join(root, "build");
