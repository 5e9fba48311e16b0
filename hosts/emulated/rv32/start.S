/*
	Reset, the entry of traps, from which nothing returns, and the instruction counter.
*/
	.option arch, +zicsr

	.section .text.start, "ax"
	.globl _start
_start:
	.option push
	.option norelax
	la gp, __global_pointer$
	.option pop
	la sp, __stack_end
	tail boardStart

	/* The stack may be what is broken, so the report has one of its own. */
	.balign 4
	.globl trap
trap:
	la sp, trapStackEnd
	csrr a0, mcause
	csrr a1, mtval
	csrr a2, mepc
	mv a3, ra
	tail chipTrap

	/* The upper register may change while the lower one is read: then read again. */
	.globl chipInstructions
chipInstructions:
	csrr a1, minstreth
	csrr a0, minstret
	csrr a2, minstreth
	bne a1, a2, chipInstructions
	ret

	.section .bss
	.balign 16
trapStack:
	.space 2048
trapStackEnd:
