/*
	Reset, and exceptions, which end QEMU with exit code 3. Of QEMU's simulator calls the number is in a2, the first
	argument in a3.
*/
#define SYS_EXIT 1
#define TRAP_EXIT_CODE 3

	/* One every 16 bytes, each of which the processor may go to. */
	.section .vectors, "ax"
	.rept 8
	.balign 16
	movi a2, SYS_EXIT
	movi a3, TRAP_EXIT_CODE
	simcall
	.endr

	.section .reset, "ax"
	.globl _start
_start:
	j 1f
	.balign 4
stack:
	.word __stack_end
start:
	.word libraryStart
1:
	l32r a1, stack
	l32r a0, start
	jx a0
