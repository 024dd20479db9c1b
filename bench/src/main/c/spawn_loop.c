/*
 * What the kernel and libc alone can do: spawn a program and see it settled, as often as possible.
 *
 *     spawn_loop PROGRAM CALLERS SECONDS
 *
 * CALLERS threads, each with one child at a time, so CALLERS children are outstanding. Each turn does
 * what the service must do for a child, and nothing else: two pipes whose read ends do not block,
 * posix_spawn with a session of its own, default signal actions, an empty mask, /dev/null on
 * descriptor 0, no descriptor from 3 on and a working directory; a pidfd; poll on the three until both
 * pipes ended and the child did; waitid with its usage; every descriptor closed.
 *
 * Prints children a second, and the processor time a child in microseconds, its own included.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

extern char **environ;

static char *program;
static double seconds;
static posix_spawnattr_t attributes;
static pthread_barrier_t start;

static void fail(const char *call, int error) {
  fprintf(stderr, "spawn_loop: %s: %s\n", call, strerror(error));
  exit(1);
}

/* For calls that return -1 and set errno. */
static int checked(const char *call, int result) {
  if (result < 0) fail(call, errno);
  return result;
}

/* For calls that return the error. */
static void zero(const char *call, int error) {
  if (error != 0) fail(call, error);
}

static double now(void) {
  struct timespec time;
  checked("clock_gettime", clock_gettime(CLOCK_MONOTONIC, &time));
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Seconds of processor time. */
static double processor_time(int whose) {
  struct rusage usage;
  checked("getrusage", getrusage(whose, &usage));
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static pid_t spawn(int out, int err) {
  posix_spawn_file_actions_t actions;
  char *argv[] = {program, NULL};
  pid_t pid;
  zero("file_actions_init", posix_spawn_file_actions_init(&actions));
  zero("addopen", posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0));
  zero("adddup2", posix_spawn_file_actions_adddup2(&actions, out, 1));
  zero("adddup2", posix_spawn_file_actions_adddup2(&actions, err, 2));
  zero("addclosefrom_np", posix_spawn_file_actions_addclosefrom_np(&actions, 3));
  zero("addchdir_np", posix_spawn_file_actions_addchdir_np(&actions, "/"));
  zero("posix_spawn", posix_spawn(&pid, program, &actions, &attributes, argv, environ));
  zero("file_actions_destroy", posix_spawn_file_actions_destroy(&actions));
  return pid;
}

static void await_end(struct pollfd watched[3]) {
  char buffer[65536];
  int left = 3;
  while (left > 0) {
    if (poll(watched, 3, -1) < 0) {
      if (errno == EINTR) continue;
      fail("poll", errno);
    }
    for (int i = 0; i < 3; i++) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      if (i < 2) {
        ssize_t length = read(watched[i].fd, buffer, sizeof buffer);
        if (length > 0 || (length < 0 && (errno == EAGAIN || errno == EINTR))) continue;
        if (length < 0) fail("read", errno);
        checked("close", close(watched[i].fd));
        watched[i].fd = -1;
      } else {
        watched[i].fd = -watched[i].fd; /* poll passes over it */
      }
      left--;
    }
  }
}

static void one_child(void) {
  int out[2], err[2];
  checked("pipe2", pipe2(out, O_CLOEXEC));
  checked("pipe2", pipe2(err, O_CLOEXEC));
  checked("fcntl", fcntl(out[0], F_SETFL, O_NONBLOCK));
  checked("fcntl", fcntl(err[0], F_SETFL, O_NONBLOCK));
  pid_t pid = spawn(out[1], err[1]);
  checked("close", close(out[1]));
  checked("close", close(err[1]));
  int pidfd = checked("pidfd_open", (int)syscall(SYS_pidfd_open, pid, 0));
  struct pollfd watched[3] = {
      {.fd = out[0], .events = POLLIN}, {.fd = err[0], .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
  await_end(watched);
  siginfo_t info;
  struct rusage usage;
  memset(&info, 0, sizeof info);
  checked("waitid", (int)syscall(SYS_waitid, P_PIDFD, pidfd, &info, WEXITED, &usage));
  checked("close", close(pidfd));
  if (info.si_code != CLD_EXITED || info.si_status != 0) {
    fprintf(stderr, "spawn_loop: the child ended with code %d status %d\n", info.si_code, info.si_status);
    exit(1);
  }
}

static void *caller(void *unused) {
  (void)unused;
  long count = 0;
  int waited = pthread_barrier_wait(&start);
  if (waited != 0 && waited != PTHREAD_BARRIER_SERIAL_THREAD) fail("pthread_barrier_wait", waited);
  double until = now() + seconds;
  while (now() < until) {
    one_child();
    count++;
  }
  return (void *)count;
}

int main(int argc, char **argv) {
  int callers = argc == 4 ? atoi(argv[2]) : 0;
  seconds = argc == 4 ? atof(argv[3]) : 0;
  if (callers < 1 || callers > 256 || seconds <= 0) {
    fprintf(stderr, "usage: spawn_loop PROGRAM CALLERS SECONDS\n");
    return 2;
  }
  program = argv[1];
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  zero("spawnattr_init", posix_spawnattr_init(&attributes));
  zero("setsigdefault", posix_spawnattr_setsigdefault(&attributes, &all));
  zero("setsigmask", posix_spawnattr_setsigmask(&attributes, &none));
  zero("setflags", posix_spawnattr_setflags(&attributes,
      POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
  zero("pthread_barrier_init", pthread_barrier_init(&start, NULL, (unsigned)callers + 1));

  pthread_t threads[256];
  for (int i = 0; i < callers; i++) {
    zero("pthread_create", pthread_create(&threads[i], NULL, caller, NULL));
  }
  pthread_barrier_wait(&start);
  double began = now();
  long total = 0;
  for (int i = 0; i < callers; i++) {
    void *count;
    zero("pthread_join", pthread_join(threads[i], &count));
    total += (long)count;
  }
  double cpu = processor_time(RUSAGE_SELF) + processor_time(RUSAGE_CHILDREN);
  printf("%.1f %.1f\n", (double)total / (now() - began), cpu * 1e6 / (double)total);
  return 0;
}
