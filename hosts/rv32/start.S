/*
	Reset: stack, thread pointer (picolibc's errno is thread-local), data, zeros, protection of memory; then C. And what
	runs when the processor traps, which is always the end.
*/
	.option arch, +zicsr

/*
	Configuration of physical memory protection. A locked entry binds machine mode too, which is the only mode there is
	here; all that no entry allows the last one forbids.
*/
#define READ 0x01
#define WRITE 0x02
#define EXECUTE 0x04
#define UP_TO 0x08   /* from the address of the entry before */
#define ALIGNED 0x18 /* as much as the address says */
#define LOCKED 0x80

#define FLASH (LOCKED | ALIGNED | READ | EXECUTE)
#define RAM (LOCKED | ALIGNED | READ | WRITE)
#define PSRAM (LOCKED | UP_TO | READ | WRITE)
#define REST (LOCKED | ALIGNED)

	.macro protect register, value
	lui t0, %hi(\value)
	addi t0, t0, %lo(\value)
	csrw \register, t0
	.endm

	.section .text.start, "ax"
	.globl _start
_start:
	.option push
	.option norelax
	la gp, __global_pointer$
	.option pop
	la sp, __stack_end
	la tp, __tls_base
	la t0, trap
	csrw mtvec, t0

	la a0, __data_start
	la a1, __data_source
	la a2, __data_end
	sub a2, a2, a0
	call memcpy
	la a0, __bss_start
	li a1, 0
	la a2, __bss_end
	sub a2, a2, a0
	call memset

	protect pmpaddr0, __pmp_flash
	protect pmpaddr1, __pmp_ram
	protect pmpaddr2, __pmp_psram_start
	protect pmpaddr3, __pmp_psram_end
	li t0, -1
	csrw pmpaddr4, t0
	li t0, PSRAM << 24 | RAM << 8 | FLASH
	csrw pmpcfg0, t0
	li t0, REST
	csrw pmpcfg1, t0

	call main
	tail boardExit

	/* The stack may be what is broken: the report has one of its own. */
	.balign 4
trap:
	la sp, trapStackEnd
	mv a3, ra
	csrr a0, mcause
	csrr a1, mtval
	csrr a2, mepc
	tail boardTrap

	/* Two registers: the upper one may change while the lower is read. */
	.globl boardInstructions
boardInstructions:
	csrr a1, minstreth
	csrr a0, minstret
	csrr a2, minstreth
	bne a1, a2, boardInstructions
	ret

	.section .bss
	.balign 16
trapStack:
	.space 2048
trapStackEnd:
