/* As call_list_x86_64.S, for arm64. */
.macro CALL /* the entry at x19; the result is in x0 */
  ldr x8, [x19]
  ldp x0, x1, [x19, #8]
  ldp x2, x3, [x19, #24]
  ldr x4, [x19, #40]
  svc #0
.endm
.text
  stp x19, x20, [sp, #-16]!
  mov x19, x0
  mov x20, x0
  CALL                  /* block signals */
  add x19, x19, #64
  CALL                  /* clone */
  str x0, [x19, #56]
  add x19, x19, #64
  cbz x0, 1f
  CALL                  /* the parent, or nobody cloned: restore signals */
  ldur x0, [x19, #-8]
  ldp x19, x20, [sp], #16
  ret
1:                      /* the child: the next one, and on while none fails */
  add x19, x19, #64
  CALL
  tbz x0, #63, 1b
  str x0, [x19, #56]
  str x19, [x20, #56]   /* which one: the result of the first entry */
  mov x0, #127
  mov x8, #93
  svc #0                /* exit */
