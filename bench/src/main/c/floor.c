/*
 * What the kernel and libc alone can do, one command a line on standard input, one answer a line:
 *
 *     spawn CALLERS MILLIS ARGV...   children a second, and processor time a child in microseconds
 *     hold COUNT SECONDS ARGV...     starts children until COUNT live; how many do, and why not more
 *     weigh                          KiB resident, threads, descriptors
 *     stop                           SIGTERM to the group of each that lives; milliseconds until all are reaped
 *     tree READY ARGV...             the same of one child that makes the file READY, and all below it
 *     carry ARGV...                  bytes that a child wrote, and seconds until it was settled
 *
 * An answer begins with "ok". A child is what it is for the service, and nothing else: two pipes whose read ends do
 * not block, or a terminal with -t; with -d its OOM score is raised, and a stop continues it and reads to its end what
 * it wrote, as the service promises; posix_spawn with a session of its own, default signal actions, an empty mask,
 * /dev/null on descriptor 0, no descriptor from 3 on and a working directory; a pidfd. A caller of `spawn` has one
 * child at a time: poll until both pipes ended and the child did; waitid with its usage; every descriptor closed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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

enum { MOST_CALLERS = 256, MOST_CHILDREN = 20000, MOST_WORDS = 64 };

struct child {
  pid_t pid;
  int pidfd;
  int out; /* of a terminal, both */
  int err;
};

static int terminal; /* whether children get one */
static int duties; /* whether all is done that the service does for a child */
static char **command;
static double seconds;
static posix_spawnattr_t attributes;
static pthread_barrier_t start;
static struct child held[MOST_CHILDREN];
static int holding;

static void fail(const char *call, int error) {
  fprintf(stderr, "floor: %s: %s\n", call, strerror(error));
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

/* Closes it if it is one, whatever errno is. */
static void drop(int fd) {
  int error = errno;
  if (fd >= 0) checked("close", close(fd));
  errno = error;
}

static int opened(struct child *child, int ends[2], char *slave) {
  int pair[2];
  if (terminal) {
    child->out = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (child->out < 0) return -1;
    checked("grantpt", grantpt(child->out));
    checked("unlockpt", unlockpt(child->out));
    zero("ptsname_r", ptsname_r(child->out, slave, 64));
    return 0;
  }
  if (pipe2(pair, O_CLOEXEC) < 0) return -1;
  child->out = pair[0];
  ends[0] = pair[1];
  if (pipe2(pair, O_CLOEXEC) < 0) return -1;
  child->err = pair[0];
  ends[1] = pair[1];
  checked("fcntl", fcntl(child->out, F_SETFL, O_NONBLOCK));
  checked("fcntl", fcntl(child->err, F_SETFL, O_NONBLOCK));
  return 0;
}

/* When memory is short the kernel is to take a child first. */
static void raise_oom_score(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)pid);
  int fd = checked("open", open(path, O_WRONLY | O_CLOEXEC)); /* a zombie has the file too */
  checked("write", (int)write(fd, "500", 3));
  drop(fd);
}

/* Starts one; -1 with errno if something ran out. */
static int spawned(struct child *child, char **argv) {
  int ends[2] = {-1, -1};
  char slave[64];
  posix_spawn_file_actions_t actions;
  *child = (struct child){.pid = 0, .pidfd = -1, .out = -1, .err = -1};
  int result = opened(child, ends, slave);
  if (result == 0) {
    zero("file_actions_init", posix_spawn_file_actions_init(&actions));
    if (terminal) {
      zero("addopen", posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR, 0));
      zero("adddup2", posix_spawn_file_actions_adddup2(&actions, 0, 1));
      zero("adddup2", posix_spawn_file_actions_adddup2(&actions, 0, 2));
    } else {
      zero("addopen", posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0));
      zero("adddup2", posix_spawn_file_actions_adddup2(&actions, ends[0], 1));
      zero("adddup2", posix_spawn_file_actions_adddup2(&actions, ends[1], 2));
    }
    zero("addclosefrom_np", posix_spawn_file_actions_addclosefrom_np(&actions, 3));
    zero("addchdir_np", posix_spawn_file_actions_addchdir_np(&actions, "/"));
    int error = posix_spawn(&child->pid, argv[0], &actions, &attributes, argv, environ);
    zero("file_actions_destroy", posix_spawn_file_actions_destroy(&actions));
    if (error == 0) {
      child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    } else {
      errno = error;
      child->pid = 0;
    }
    result = error == 0 && child->pidfd >= 0 ? 0 : -1;
  }
  if (duties && result == 0) raise_oom_score(child->pid);
  drop(ends[0]);
  drop(ends[1]);
  if (result < 0) {
    int error = errno;
    if (child->pid > 0) {
      checked("kill", kill(child->pid, SIGKILL));
      checked("waitpid", waitpid(child->pid, NULL, 0));
    }
    drop(child->out);
    drop(child->err);
    errno = error;
  }
  return result;
}

/* Reads to the end of both streams, sees the exit, closes all; says how many bytes there were. */
static long settled(struct child *child, int expect_success) {
  char buffer[65536];
  long bytes = 0;
  struct pollfd watched[3] = {{.fd = child->out, .events = POLLIN},
                              {.fd = child->err, .events = POLLIN},
                              {.fd = child->pidfd, .events = POLLIN}};
  int left = child->err < 0 ? 2 : 3;
  while (left > 0) {
    if (poll(watched, 3, -1) < 0) {
      if (errno == EINTR) continue;
      fail("poll", errno);
    }
    for (int i = 0; i < 3; i++) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      if (i < 2) {
        ssize_t length = read(watched[i].fd, buffer, sizeof buffer);
        if (length > 0) bytes += length;
        if (length > 0 || (length < 0 && (errno == EAGAIN || errno == EINTR))) continue;
        if (length < 0 && !(terminal && errno == EIO)) fail("read", errno); /* EIO: a terminal's end */
        checked("close", close(watched[i].fd));
        watched[i].fd = -1;
      } else {
        watched[i].fd = -1; /* poll passes over it */
      }
      left--;
    }
  }
  siginfo_t info;
  struct rusage usage;
  memset(&info, 0, sizeof info);
  checked("waitid", (int)syscall(SYS_waitid, P_PIDFD, child->pidfd, &info, WEXITED, &usage));
  checked("close", close(child->pidfd));
  if (expect_success && (info.si_code != CLD_EXITED || info.si_status != 0)) {
    fprintf(stderr, "floor: the child ended with code %d status %d\n", info.si_code, info.si_status);
    exit(1);
  }
  return bytes;
}

static void one_child(void) {
  struct child child;
  checked("posix_spawn", spawned(&child, command));
  settled(&child, 1);
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

static void spawn(int callers, int millis) {
  pthread_t threads[MOST_CALLERS];
  if (callers < 1 || callers > MOST_CALLERS) fail("spawn", EINVAL);
  seconds = millis / 1000.0;
  zero("pthread_barrier_init", pthread_barrier_init(&start, NULL, (unsigned)callers + 1));
  double cpu = processor_time(RUSAGE_SELF) + processor_time(RUSAGE_CHILDREN);
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
  double took = now() - began;
  zero("pthread_barrier_destroy", pthread_barrier_destroy(&start));
  cpu = processor_time(RUSAGE_SELF) + processor_time(RUSAGE_CHILDREN) - cpu;
  printf("ok %.1f %.1f\n", (double)total / took, cpu * 1e6 / (double)total);
}

static void hold(int count, double limit) {
  double until = now() + limit;
  const char *why = "";
  while (holding < count && *why == 0) {
    if (now() > until) {
      why = "time was up";
    } else if (holding == MOST_CHILDREN) {
      why = "no room";
    } else if (spawned(&held[holding], command) < 0) {
      why = errno == EMFILE ? "no descriptor was left" : strerror(errno);
    } else {
      holding++;
    }
  }
  printf("ok %d %s\n", holding, why);
}

/* The first number behind a name in /proc/self/status. */
static long status(const char *name) {
  char line[256];
  long number = -1;
  FILE *file = fopen("/proc/self/status", "re");
  if (file == NULL) fail("fopen", errno);
  while (number < 0 && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, name, strlen(name)) == 0) number = atol(line + strlen(name));
  }
  fclose(file);
  return number;
}

static void weigh(void) {
  int files = -3; /* ".", ".." and the folder itself */
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL) fail("opendir", errno);
  while (readdir(folder) != NULL) files++;
  closedir(folder);
  printf("ok %ld %ld %d\n", status("VmRSS:"), status("Threads:"), files);
}

static void stop(void) {
  double began = now();
  double took;
  for (int i = 0; i < holding; i++) {
    checked("kill", kill(-held[i].pid, SIGTERM));
    if (duties) checked("kill", kill(-held[i].pid, SIGCONT));
  }
  if (duties) {
    for (int i = 0; i < holding; i++) settled(&held[i], 0);
    took = now() - began;
  } else {
    for (int i = 0; i < holding; i++) {
      siginfo_t info;
      checked("waitid", (int)syscall(SYS_waitid, P_PIDFD, held[i].pidfd, &info, WEXITED, NULL));
    }
    took = now() - began;
    for (int i = 0; i < holding; i++) {
      drop(held[i].out);
      drop(held[i].err);
      drop(held[i].pidfd);
    }
  }
  holding = 0;
  printf("ok %.3f\n", took * 1e3);
}

/* As a subreaper, to which whoever lost its parent belongs: the group is gone when nobody of it is left to wait for. */
static void tree(const char *ready) {
  struct child child;
  checked("posix_spawn", spawned(&child, command));
  while (access(ready, F_OK) < 0) usleep(500);
  double began = now();
  checked("kill", kill(-child.pid, SIGTERM));
  while (waitpid(-child.pid, NULL, 0) > 0 || errno == EINTR) {}
  double took = now() - began;
  drop(child.out);
  drop(child.err);
  drop(child.pidfd);
  printf("ok %.3f\n", took * 1e3);
}

static void carry(void) {
  struct child child;
  double began = now();
  checked("posix_spawn", spawned(&child, command));
  long bytes = settled(&child, 1);
  printf("ok %ld %.6f\n", bytes, now() - began);
}

static void obey(char *line) {
  char *words[MOST_WORDS + 1];
  int count = 0;
  for (char *word = strtok(line, " \n"); word != NULL && count < MOST_WORDS; word = strtok(NULL, " \n")) {
    words[count++] = word;
  }
  words[count] = NULL;
  if (count >= 4 && strcmp(words[0], "spawn") == 0) {
    command = words + 3;
    spawn(atoi(words[1]), atoi(words[2]));
  } else if (count >= 4 && strcmp(words[0], "hold") == 0) {
    command = words + 3;
    hold(atoi(words[1]), atof(words[2]));
  } else if (count == 1 && strcmp(words[0], "weigh") == 0) {
    weigh();
  } else if (count == 1 && strcmp(words[0], "stop") == 0) {
    stop();
  } else if (count >= 3 && strcmp(words[0], "tree") == 0) {
    command = words + 2;
    tree(words[1]);
  } else if (count >= 2 && strcmp(words[0], "carry") == 0) {
    command = words + 1;
    carry();
  } else {
    printf("none it does not know this command\n");
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  char line[4096];
  struct rlimit files;
  sigset_t all, none;
  terminal = argc == 2 && strcmp(argv[1], "-t") == 0;
  duties = argc == 2 && strcmp(argv[1], "-d") == 0;
  checked("getrlimit", getrlimit(RLIMIT_NOFILE, &files));
  files.rlim_cur = files.rlim_max; /* as a JVM does */
  checked("setrlimit", setrlimit(RLIMIT_NOFILE, &files));
  checked("prctl", prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
  sigfillset(&all);
  sigemptyset(&none);
  zero("spawnattr_init", posix_spawnattr_init(&attributes));
  zero("setsigdefault", posix_spawnattr_setsigdefault(&attributes, &all));
  zero("setsigmask", posix_spawnattr_setsigmask(&attributes, &none));
  zero("setflags", posix_spawnattr_setflags(&attributes,
      POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
  while (fgets(line, sizeof line, stdin) != NULL) obey(line);
  return 0;
}
