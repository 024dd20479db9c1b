/*
 * The child of every spawn: nothing to load, nothing to do. With -DBARE and -nostdlib it is without
 * libc too, whose start asks the processor what it can. In a virtual machine each such question is
 * a trap to the host, and all of them may cost more than the rest of the child's life.
 */
#if defined(BARE) && defined(__x86_64__)
void _start(void) {
  __asm__ volatile("syscall" : : "a"(60), "D"(0)); /* exit(0) */
  __builtin_unreachable();
}
#elif defined(BARE) && defined(__aarch64__)
void _start(void) {
  register long number __asm__("x8") = 93; /* exit(0) */
  register long status __asm__("x0") = 0;
  __asm__ volatile("svc 0" : : "r"(number), "r"(status));
  __builtin_unreachable();
}
#else
int main(void) { return 0; }
#endif
