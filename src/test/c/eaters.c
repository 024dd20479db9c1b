/*
 * Takes one thing until there is no more of it, and says what the kernel said: what LimitsJarTests starts.
 * Whatever is unlimited by mistake ends at MOST.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 2000
#define MOST_SECONDS 20

static int say(int got) {
  printf("%s after %d\n", strerrorname_np(errno), got);
  fflush(stdout);
  return 1;
}

static int memory(void) {
  for (int mib = 0; mib < MOST; mib++) {
    char *piece = malloc(1 << 20);
    if (piece == NULL) return say(mib);
    memset(piece, 1, 1 << 20);
  }
  return 0;
}

static int forks(void) {
  for (int i = 0; i < MOST; i++) {
    int pid = fork();
    if (pid < 0) return say(i);
    if (pid == 0) {
      sleep(MOST_SECONDS);
      _exit(0);
    }
  }
  return 0;
}

static int file(const char *name) {
  static char block[4096];
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  for (int i = 0; i < MOST; i++)
    if (write(fd, block, sizeof block) < 0) return say(i);
  return 0;
}

static int processor(int deaf) {
  if (deaf) signal(SIGXCPU, SIG_IGN);
  time_t start = time(NULL);
  for (volatile long i = 0; time(NULL) - start < MOST_SECONDS; i++) {}
  return 0;
}

static int descriptors(void) {
  for (int i = 0; i < MOST; i++)
    if (open("/dev/null", O_RDONLY) < 0) return say(i);
  return 0;
}

static int call(int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) return say(0);
  puts("connected");
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "memory") == 0) return memory();
  if (strcmp(what, "processes") == 0) return forks();
  if (strcmp(what, "file") == 0 && argc > 2) return file(argv[2]);
  if (strcmp(what, "processor") == 0) return processor(argc > 2);
  if (strcmp(what, "descriptors") == 0) return descriptors();
  if (strcmp(what, "call") == 0 && argc > 2) return call(atoi(argv[2]));
  if (strcmp(what, "crash") == 0) abort();
  return 2;
}
