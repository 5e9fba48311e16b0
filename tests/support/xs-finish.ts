/**
 * Runs the suites that have been imported; the machine's exit code is their result.
 *
 * @module
 */

import { exit } from "host";
import { exec } from "uvu";

await exec();
// Where all passed the machine ends by itself, and XS has its look at rejections that nobody handled.
if (process.exitCode) exit(1);
