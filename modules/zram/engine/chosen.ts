/*
 * The engine, where package.json chooses it: the native one with the condition `moddable`, else the portable one, which
 * the condition `portable` asks for as well. A manifest says itself what "zram/engine" is.
 */

export { default } from "#engine";
