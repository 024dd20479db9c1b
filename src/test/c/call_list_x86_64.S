/*
 * long run(long *list): see CallList. An entry is 8 longs: number, five arguments, nothing,
 * result. Assembled, this is Arch.X86_64.callListCode(); MachineCodeTests holds the two together.
 *
 * From the clone on two processes run here on one stack, the parent suspended until the child executes
 * a program or exits. The child keeps all that it needs in registers and never touches the stack.
 */
.macro CALL /* the entry at rbx; the result is in rax */
  mov (%rbx), %rax
  mov 8(%rbx), %rdi
  mov 16(%rbx), %rsi
  mov 24(%rbx), %rdx
  mov 32(%rbx), %r10
  mov 40(%rbx), %r8
  syscall
.endm
.text
  push %rbx
  push %rbp
  mov %rdi, %rbx
  mov %rdi, %rbp
  CALL                  /* block signals */
  add $64, %rbx
  CALL                  /* clone */
  mov %rax, 56(%rbx)
  add $64, %rbx
  test %rax, %rax
  jz 1f
  CALL                  /* the parent, or nobody cloned: restore signals */
  mov -8(%rbx), %rax
  pop %rbp
  pop %rbx
  ret
1:                      /* the child: the next one, and on while none fails */
  add $64, %rbx
  CALL
  test %rax, %rax
  jns 1b
  mov %rax, 56(%rbx)
  mov %rbx, 56(%rbp)    /* which one: the result of the first entry */
  mov $127, %edi
  mov $60, %eax
  syscall               /* exit */
