/*
 * How fast children can be stopped at all: starts them, each in a session of its own, then sends
 * SIGTERM to every group and waits for all.
 *
 *     kill_groups CHILDREN PROGRAM
 *
 * Prints the microseconds from the first signal to the last wait.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static void fail(const char *call, int error) {
  fprintf(stderr, "kill_groups: %s: %s\n", call, strerror(error));
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: kill_groups CHILDREN PROGRAM\n");
    return 2;
  }
  int count = atoi(argv[1]);
  pid_t *children = calloc((size_t)count, sizeof *children);
  if (children == NULL) fail("calloc", errno);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  char *command[] = {argv[2], NULL};
  for (int i = 0; i < count; i++) {
    int error = posix_spawn(&children[i], argv[2], NULL, &attributes, command, environ);
    if (error != 0) {
      for (int j = 0; j < i; j++) kill(children[j], SIGKILL);
      fail("posix_spawn", error);
    }
  }

  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  for (int i = 0; i < count; i++) {
    if (kill(-children[i], SIGTERM) < 0) fail("kill", errno);
  }
  for (int i = 0; i < count; i++) {
    if (waitpid(children[i], NULL, 0) < 0) fail("waitpid", errno);
  }
  clock_gettime(CLOCK_MONOTONIC, &after);
  printf("%.0f\n",
         (after.tv_sec - before.tv_sec) * 1e6 + (after.tv_nsec - before.tv_nsec) / 1e3);
  return 0;
}
