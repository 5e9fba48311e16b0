/*
	Reset, and the entry of traps, from which nothing returns.

	The program runs on the process stack. Traps run on the main stack, since the program's may be what is broken.
*/
	.syntax unified
	.thumb

#define CPACR 0xE000ED88
#define CPACR_FPU (15 << 20)
#define CONTROL_PROCESS_STACK 2

	.section .text.start, "a"
	.balign 128
vectors:
	.word trapStackEnd
	.word _start
	.rept 14
	.word trap
	.endr

	.text
	.globl _start
	.thumb_func
_start:
	ldr r0, =CPACR
	ldr r1, =CPACR_FPU
	str r1, [r0]
	ldr r0, =__stack_end
	msr psp, r0
	movs r0, #CONTROL_PROCESS_STACK
	msr control, r0
	isb
	bl boardStart

	.thumb_func
trap:
	mrs r0, ipsr
	mrs r1, psp
	b chipTrap

	.section .bss
	.balign 16
trapStack:
	.space 2048
trapStackEnd:
