/* A bundle of suites, made by tools/test-sdk.ts. */
declare module "suites";
