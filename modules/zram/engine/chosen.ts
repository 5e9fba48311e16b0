/*
 * "zram/engine" for packages. package.json's `imports` choose the native engine under the condition `moddable`, and the
 * portable one otherwise or under `portable`. Manifests map "zram/engine" themselves and leave this file out.
 */

export { default } from "#engine";
