/*
 * Ways out of a run and ways to hurt, one a name: what FaultsJarTests starts. Says "ready" when all stands.
 * Everything ends by itself after LIFE seconds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIFE 90
#define ROOT_LIFE 20 /* nobody but root can end it before */
#define HOPS_FOR 10
#define PIDS_TO_HOP_WITH 5000

static char self[4096];
static int ready[2]; /* who stands writes a byte, the leader reads them */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void pause_ms(long ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&t, NULL);
}

static void stand(void) {
  if (write(ready[1], "x", 1) != 1) _exit(9);
}

__attribute__((noreturn)) static void stay(void) {
  double end = now() + LIFE;
  while (now() < end) pause_ms(1000);
  _exit(0);
}

static void let_go_of_output(void) {
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
}

static void await_standing(int count) {
  char byte;
  for (int i = 0; i < count; i++)
    if (read(ready[0], &byte, 1) != 1) _exit(8);
}

static void say_ready(void) {
  if (write(1, "ready\n", 6) != 6) _exit(7);
}

static void ignore_term(void) { signal(SIGTERM, SIG_IGN); }

static pid_t forked(void) {
  pid_t pid = fork();
  if (pid < 0) _exit(6);
  return pid;
}

/* The limit that the service marks its runs with; nothing else ever looked at it. */
static void unmark(void) {
  struct rlimit none = {0, 0};
  setrlimit(10 /* RLIMIT_LOCKS */, &none);
}

/* The mark comes a moment after the start, with a hard limit that the service's own has not; who is faster is as if it had taken it off. */
static void await_mark(void) {
  struct rlimit mark = {RLIM_INFINITY, RLIM_INFINITY};
  for (int i = 0; i < 5000 && mark.rlim_max == RLIM_INFINITY; i++) {
    pause_ms(1);
    getrlimit(10, &mark);
  }
}

/* So comes its cgroup, where it gets one. */
static void await_cgroup(void) {
  char text[8192];
  for (int i = 0; i < 5000; i++) {
    int fd = open("/proc/self/cgroup", O_RDONLY);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length < 0 ? 0 : length] = 0;
    if (strstr(text, "/run-") != NULL) return;
    pause_ms(1);
  }
  _exit(11);
}

/* Executes this program again, with an empty environment. */
static void clear_and_stay(void) {
  char out[16];
  snprintf(out, sizeof out, "%d", ready[1]);
  char *argv[] = {self, "stay", out, NULL}, *env[] = {NULL};
  execve(self, argv, env);
  _exit(5);
}

static void daemon_then(void (*then)(void)) {
  if (forked() == 0) {
    setsid();
    let_go_of_output();
    if (forked() == 0) then();
    _exit(0);
  }
}

__attribute__((noreturn)) static void stand_and_stay(void) {
  stand();
  stay();
}

static void in_session(void (*then)(void)) {
  if (forked() == 0) {
    setsid();
    let_go_of_output();
    then();
  }
}

static void sibling_then(void (*then)(void)) {
  long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
  if (pid < 0) _exit(4);
  if (pid == 0) {
    setsid();
    let_go_of_output();
    then();
  }
}

static void unmark_and_clear(void) {
  unmark();
  clear_and_stay();
}

static void stop(void) {
  stand();
  raise(SIGSTOP);
  stay();
}

static void hold_output(void) {
  setsid();
  ignore_term();
  stand();
  stay();
}

static void trace_me(void) {
  ptrace(PTRACE_TRACEME, 0, 0, 0);
  stand();
  stay();
}

static void be_subreaper(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  daemon_then(clear_and_stay);
  stay();
}

static void hide(void) {
  prctl(PR_SET_DUMPABLE, 0);
  if (forked() == 0) stand_and_stay();
  _exit(0);
}

static void *stand_on_a_thread(void *_) {
  (void)_;
  stand();
  stay();
  return NULL;
}

static void lose_first_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, stand_on_a_thread, NULL);
  syscall(SYS_exit, 0);
}

static void fork_children(int count) {
  ignore_term();
  for (int i = 0; i < count; i++) {
    if (forked() == 0) stay();
    if (i == 20) stand();
    pause_ms(1);
  }
  stay();
}

static void fork_fast(void) { fork_children(1500); }

/*
 * Is somebody else before anybody can name it: a lock that all inherit tells that one lives. Where nobody reaps as fast as
 * it dies (the service has ended, and the machine's first process is in no hurry) it waits, and leaves the machine its pids.
 */
static void hop(void) {
  struct rlimit budget = {PIDS_TO_HOP_WITH, PIDS_TO_HOP_WITH};
  double end = now() + HOPS_FOR;
  if (flock(open(self, O_RDONLY), LOCK_EX | LOCK_NB) < 0) _exit(10);
  if (setrlimit(RLIMIT_NPROC, &budget) < 0) _exit(12);
  stand();
  while (now() < end) {
    pid_t pid = fork();
    if (pid > 0) _exit(0);
    if (pid == 0) setsid();
    else pause_ms(1);
  }
  _exit(0);
}

static void unmark_and_hop(void) {
  unmark();
  hop();
}

/* Who waits in vfork(2) is woken by nothing but SIGKILL. They share one memory, so nobody returns. */
__attribute__((noreturn)) static void vfork_chain(int depth) {
  if (depth == 0) stand_and_stay();
  if (vfork() == 0) {
    setsid();
    vfork_chain(depth - 1);
  }
  stay();
}

/* Executes this program from a file without a name. */
static void clear_and_stay_in_memory(void) {
  char out[16];
  int from = open(self, O_RDONLY), to = memfd_create("faults", 0);
  struct stat program;
  off_t at = 0;
  if (from < 0 || to < 0 || fstat(from, &program) < 0) _exit(12);
  while (at < program.st_size)
    if (sendfile(to, from, &at, program.st_size - at) <= 0) _exit(13);
  snprintf(out, sizeof out, "%d", ready[1]);
  char *argv[] = {"memfd", "stay", out, NULL}, *env[] = {NULL};
  fexecve(to, argv, env);
  _exit(5);
}

/* Where the machine allows no such namespaces these are ordinary orphans. */
static void in_namespaces(void) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0) perror("unshare");
  if (forked() == 0) {
    if (forked() == 0) stand_and_stay();
    daemon_then(clear_and_stay);
    stand_and_stay();
  }
  _exit(0);
}

static void raise_limits(void) {
  for (int resource = 0; resource < 16; resource++) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) < 0) continue;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(resource, &limit);
    limit.rlim_cur = limit.rlim_max = RLIM_INFINITY;
    setrlimit(resource, &limit);
  }
  clear_and_stay();
}

/* Writes over the cookie where /proc shows it from. */
static void forge_cookie(void) {
  char *cookie = getenv("HEADCOUNT_RUN");
  int memory = open("/proc/self/mem", O_RDWR);
  for (char *at = cookie; *at != 0; at++)
    if (pwrite(memory, *at == '.' ? "." : "0", 1, (off_t)(size_t)at) != 1) _exit(14);
  stand_and_stay();
}

static void be_subreaper_and_end(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  daemon_then(clear_and_stay);
  wait(NULL); /* then the daemon is this one's */
  stand();
  _exit(0);
}

static void leave_daemon(int _) {
  (void)_;
  daemon_then(clear_and_stay);
  _exit(0);
}

static void deep(int depth) {
  for (int i = 1; i < depth; i++)
    if (forked() != 0) stay();
  stand_and_stay();
}

int main(int argc, char **argv) {
  const char *fault = argc > 1 ? argv[1] : "";
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 3;
  if (strcmp(fault, "stay") == 0) {
    ready[1] = atoi(argv[2]);
    stand_and_stay();
  }
  if (strcmp(fault, "root") == 0) {
    if (setresuid(0, 0, 0) < 0) return 1;
    say_ready();
    sleep(ROOT_LIFE);
    return 0;
  }
  if (pipe(ready) < 0) return 3;
  await_mark();
  if (argc > 2 && strcmp(argv[2], "cgroup") == 0) await_cgroup();
  int standing = 1;
  if (strcmp(fault, "session") == 0) {
    in_session(stand_and_stay);
  } else if (strcmp(fault, "double-fork") == 0) {
    if (forked() == 0) {
      if (forked() == 0) stand_and_stay();
      _exit(0);
    }
  } else if (strcmp(fault, "daemon") == 0) {
    daemon_then(clear_and_stay);
  } else if (strcmp(fault, "unmarked-daemon") == 0) {
    daemon_then(unmark_and_clear);
  } else if (strcmp(fault, "unmarked-member") == 0) {
    in_session(unmark_and_clear);
  } else if (strcmp(fault, "sibling") == 0) {
    sibling_then(clear_and_stay);
  } else if (strcmp(fault, "unmarked-sibling") == 0) {
    sibling_then(unmark_and_clear);
  } else if (strcmp(fault, "renamed") == 0) {
    if (forked() == 0) {
      setsid();
      prctl(PR_SET_NAME, ") R 1 1 1 (");
      for (int i = 0; i < argc; i++) memset(argv[i], 'x', strlen(argv[i]));
      stand_and_stay();
    }
  } else if (strcmp(fault, "deep") == 0) {
    if (forked() == 0) deep(200);
  } else if (strcmp(fault, "wide") == 0) {
    standing = 500;
    for (int i = 0; i < 500; i++)
      if (forked() == 0) stand_and_stay();
  } else if (strcmp(fault, "forker") == 0) {
    in_session(fork_fast);
  } else if (strcmp(fault, "hopper") == 0) {
    in_session(hop);
  } else if (strcmp(fault, "unmarked-hopper") == 0) {
    in_session(unmark_and_hop);
  } else if (strcmp(fault, "term-ignorer") == 0) {
    ignore_term();
    if (forked() == 0) stand_and_stay();
  } else if (strcmp(fault, "stopped") == 0) {
    standing = 2;
    if (forked() == 0) stop();
    in_session(stop);
  } else if (strcmp(fault, "blocker") == 0) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    in_session(stand_and_stay);
  } else if (strcmp(fault, "pipe-holder") == 0) {
    if (forked() == 0) hold_output();
  } else if (strcmp(fault, "leader-exits") == 0) {
    standing = 3;
    if (forked() == 0) stand_and_stay();
    in_session(stand_and_stay);
    daemon_then(clear_and_stay);
    await_standing(standing);
    say_ready();
    return 0;
  } else if (strcmp(fault, "traced") == 0) {
    standing = 3;
    in_session(trace_me);
    if (forked() == 0) trace_me();
    await_standing(2);
    say_ready();
    trace_me();
  } else if (strcmp(fault, "group-killer") == 0) {
    standing = 2;
    if (forked() == 0) stand_and_stay();
    in_session(stand_and_stay);
    await_standing(standing);
    say_ready();
    kill(0, SIGKILL);
  } else if (strcmp(fault, "scores") == 0) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY);
    if (fd >= 0 && write(fd, "1000", 4) < 0) perror("oom_score_adj");
    setpriority(PRIO_PROCESS, 0, 19);
    struct sched_param none = {0};
    sched_setscheduler(0, SCHED_IDLE, &none);
    in_session(stand_and_stay);
  } else if (strcmp(fault, "subreaper") == 0) {
    in_session(be_subreaper);
  } else if (strcmp(fault, "vfork") == 0) {
    if (forked() == 0) vfork_chain(5);
  } else if (strcmp(fault, "memfd") == 0) {
    daemon_then(clear_and_stay_in_memory);
  } else if (strcmp(fault, "namespace") == 0) {
    standing = 3;
    in_session(in_namespaces);
  } else if (strcmp(fault, "raiser") == 0) {
    daemon_then(raise_limits);
  } else if (strcmp(fault, "forger") == 0) {
    daemon_then(forge_cookie);
  } else if (strcmp(fault, "dead-subreaper") == 0) {
    standing = 2;
    in_session(be_subreaper_and_end);
  } else if (strcmp(fault, "term-daemon") == 0) {
    if (forked() == 0) {
      signal(SIGTERM, leave_daemon);
      stand_and_stay();
    }
    in_session(stand_and_stay);
    standing = 2;
  } else if (strcmp(fault, "headless-leader") == 0) {
    pthread_t thread;
    pthread_create(&thread, NULL, stand_on_a_thread, NULL);
    await_standing(standing);
    say_ready();
    syscall(SYS_exit, 0);
  } else if (strcmp(fault, "undumpable") == 0) {
    in_session(hide);
  } else if (strcmp(fault, "headless") == 0) {
    in_session(lose_first_thread);
  } else {
    fprintf(stderr, "no such fault: %s\n", fault);
    return 2;
  }
  await_standing(standing);
  say_ready();
  stay();
}
