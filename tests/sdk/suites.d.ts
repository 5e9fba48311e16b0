/* Made by tools/test-sdk.ts: a bundle of suites. */
declare module "suites";
