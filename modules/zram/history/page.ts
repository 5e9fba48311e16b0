/*
 * A history's page where package.json chooses it, as it chooses the engine. A manifest says itself what
 * "zram/history/page" is.
 */

export { default } from "#page";
