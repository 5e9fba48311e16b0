/**
 * Runs the imported suites. Their result becomes the machine's exit code.
 *
 * @module
 */

import { exit } from "host";
import { exec } from "uvu";

await exec();
// If all passed the machine ends by itself, and XS reports unhandled rejections.
if (process.exitCode) exit(1);
