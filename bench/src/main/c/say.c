/*
 * The child of every request: says "hello" on a line and ends. With -DBARE and -nostdlib it is without
 * libc; noop.c says why.
 */
#if defined(BARE) && defined(__x86_64__)
static void call(long number, long a, const void *b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
}

void _start(void) {
  call(1, 1, "hello\n", 6); /* write */
  call(60, 0, 0, 0);        /* exit */
  __builtin_unreachable();
}
#elif defined(BARE) && defined(__aarch64__)
static void call(long n, long a, const void *b, long c) {
  register long number __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register const void *x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(number), "r"(x1), "r"(x2) : "memory");
}

void _start(void) {
  call(64, 1, "hello\n", 6); /* write */
  call(93, 0, 0, 0);         /* exit */
  __builtin_unreachable();
}
#else
#include <unistd.h>

int main(void) { return write(1, "hello\n", 6) == 6 ? 0 : 1; }
#endif
