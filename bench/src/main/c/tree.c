/*
 * A tree of processes in one group, each the parent of two at most, that do nothing.
 *
 *     tree COUNT READY
 *
 * COUNT processes in all; the first of them makes the file READY when every one runs. Whoever is left
 * ends after a minute.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int up[2];

static int checked(const char *call, int result) {
  if (result < 0) {
    perror(call);
    exit(1);
  }
  return result;
}

/* Makes what is below the process of this number, as the nodes of a binary tree are counted. */
static void grow(int self, int count) {
  alarm(60);
  for (int child = 2 * self + 1; child <= 2 * self + 2 && child < count; child++) {
    if (checked("fork", fork()) == 0) {
      char byte = 0;
      grow(child, count);
      checked("write", (int)write(up[1], &byte, 1));
      for (;;) pause();
    }
  }
}

int main(int argc, char **argv) {
  int count = argc == 3 ? atoi(argv[1]) : 0;
  if (count < 1) {
    fprintf(stderr, "usage: tree COUNT READY\n");
    return 2;
  }
  checked("pipe", pipe(up));
  grow(0, count);
  for (int running = 1; running < count; running++) {
    char byte;
    checked("read", (int)read(up[0], &byte, 1));
  }
  checked("open", open(argv[2], O_CREAT | O_WRONLY, 0600));
  for (;;) pause();
}
