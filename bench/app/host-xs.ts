/* What the programs fill and churn need from their host, on XS. */

export { exit, print, programArguments, writeError } from "host";
export { load, mismatch, moved } from "./natives.ts";
