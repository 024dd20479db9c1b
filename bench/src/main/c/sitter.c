/*
 * A live child that does nothing. It obeys the signals that ask it to end; with -DSTUBBORN it ignores
 * them, and only SIGKILL ends it.
 */
#include <signal.h>
#include <unistd.h>

int main(void) {
#ifdef STUBBORN
  signal(SIGTERM, SIG_IGN);
  signal(SIGINT, SIG_IGN);
#endif
  for (;;) pause();
}
