/* The host's memory where package.json chooses the host. A manifest says itself what "zram/memory" is. */

export { isMonotonic, Memory, type MemoryKind, Slab, ticks, Window } from "#memory";
