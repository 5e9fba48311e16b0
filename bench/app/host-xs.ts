/* What the programs fill and churn need of their host, on XS. */

export { exit, print, programArguments, writeError } from "host";
export { load, mismatch, moved } from "./natives.ts";
