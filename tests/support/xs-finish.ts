/**
 * Runs the suites that have been imported, and ends the machine with their result.
 *
 * @module
 */

import { exit } from "host";
import { exec } from "uvu";

await exec();
exit(Number(process.exitCode ?? 0));
