/* What the libc bindings assume of the machine they were compiled for. It need not run: it compiles or it does not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sched.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAME(what, value) _Static_assert((what) == (value), #what " is not " #value)

/* Given by the test, from Arch. */
SAME(SYS_chdir, NR_CHDIR);
SAME(SYS_clone, NR_CLONE);
SAME(SYS_close, NR_CLOSE);
SAME(SYS_close_range, NR_CLOSE_RANGE);
SAME(SYS_dup3, NR_DUP3);
SAME(SYS_execve, NR_EXECVE);
SAME(SYS_fchdir, NR_FCHDIR);
SAME(SYS_fcntl, NR_FCNTL);
SAME(SYS_lseek, NR_LSEEK);
SAME(SYS_openat, NR_OPENAT);
SAME(SYS_openat2, NR_OPENAT2);
SAME(SYS_prctl, NR_PRCTL);
SAME(SYS_setns, NR_SETNS);
SAME(SYS_prlimit64, NR_PRLIMIT64);
SAME(SYS_rt_sigaction, NR_RT_SIGACTION);
SAME(SYS_rt_sigprocmask, NR_RT_SIGPROCMASK);
SAME(SYS_setsid, NR_SETSID);
SAME(SYS_waitid, NR_WAITID);
SAME(SYS_write, NR_WRITE);
SAME(sizeof(struct epoll_event), EPOLL_EVENT_SIZE);
SAME(offsetof(struct epoll_event, data), EPOLL_DATA_OFFSET);

SAME(offsetof(struct epoll_event, events), 0);
SAME(SYS_pidfd_open, 434);
SAME(SYS_pidfd_send_signal, 424);
SAME(offsetof(siginfo_t, si_code), 8);
SAME(offsetof(siginfo_t, si_pid), 16);
SAME(offsetof(siginfo_t, si_status), 24);
SAME(sizeof(siginfo_t), 128);
SAME(offsetof(struct rusage, ru_utime), 0);
SAME(offsetof(struct rusage, ru_stime), 16);
SAME(offsetof(struct rusage, ru_maxrss), 32);
SAME(sizeof(struct rlimit), 16);
SAME(sizeof(long), 8);
SAME(O_RDONLY, 0);
SAME(O_WRONLY, 1);
SAME(O_RDWR, 2);
SAME(O_CREAT, 0x40);
SAME(O_NOCTTY, 0x100);
SAME(O_APPEND, 0x400);
SAME(O_NONBLOCK, 0x800);
SAME(O_CLOEXEC, 0x80000);
SAME(O_PATH, 0x200000);
SAME(RLIMIT_CORE, 4);
SAME(F_SETFL, 4);
SAME(F_DUPFD_CLOEXEC, 1030);
SAME(AT_FDCWD, -100);
SAME(SEEK_END, 2);
SAME(RESOLVE_NO_MAGICLINKS, 2);
SAME(RESOLVE_BENEATH, 8);
SAME(sizeof(struct open_how), 24);
SAME(offsetof(struct open_how, flags), 0);
SAME(offsetof(struct open_how, mode), 8);
SAME(offsetof(struct open_how, resolve), 16);
SAME(CLONE_VM, 0x100);
SAME(CLONE_FILES, 0x400);
SAME(CLONE_PIDFD, 0x1000);
SAME(CLONE_VFORK, 0x4000);
SAME(SIG_BLOCK, 0);
SAME(SIG_SETMASK, 2);
SAME(CLOSE_RANGE_UNSHARE, 2);
SAME(_NSIG, 65);
SAME(TIOCGPTN, 0x80045430);
SAME(TIOCSPTLCK, 0x40045431);
SAME(TIOCSWINSZ, 0x5414);
SAME(sizeof(struct winsize), 8);
SAME(offsetof(struct winsize, ws_row), 0);
SAME(offsetof(struct winsize, ws_col), 2);
SAME(_SC_CLK_TCK, 2);
SAME(_SC_PAGESIZE, 30);
SAME(PR_SET_CHILD_SUBREAPER, 36);
SAME(PR_SET_PDEATHSIG, 1);
SAME(PR_CAPBSET_DROP, 24);
SAME(PR_SET_NO_NEW_PRIVS, 38);
SAME(P_PID, 1);
SAME(WNOHANG, 1);
SAME(WEXITED, 4);
SAME(WNOWAIT, 0x01000000);
SAME(CLD_EXITED, 1);
SAME(EPOLLIN, 1);
SAME(EPOLLOUT, 4);
SAME(EPOLLERR, 8);
SAME(EPOLLHUP, 16);
SAME(EPOLL_CTL_ADD, 1);
SAME(EPOLL_CTL_DEL, 2);
SAME(EPOLL_CTL_MOD, 3);
SAME(EPOLL_CLOEXEC, 0x80000);
SAME(RLIMIT_CPU, 0);
SAME(RLIMIT_FSIZE, 1);
SAME(RLIMIT_NPROC, 6);
SAME(RLIMIT_NOFILE, 7);
SAME(RLIMIT_AS, 9);
SAME(RLIMIT_LOCKS, 10);
SAME(SIGCHLD, 17);
SAME(SIGKILL, 9);
SAME(SIGCONT, 18);
SAME(SIGSTOP, 19);
SAME(EPERM, 1);
SAME(ENOENT, 2);
SAME(ESRCH, 3);
SAME(EINTR, 4);
SAME(EIO, 5);
SAME(ENXIO, 6);
SAME(E2BIG, 7);
SAME(ENOEXEC, 8);
SAME(EBADF, 9);
SAME(EAGAIN, 11);
SAME(ENOMEM, 12);
SAME(EACCES, 13);
SAME(EXDEV, 18);
SAME(ENOTDIR, 20);
SAME(EISDIR, 21);
SAME(EINVAL, 22);
SAME(ENFILE, 23);
SAME(EMFILE, 24);
SAME(ETXTBSY, 26);
SAME(ENOSPC, 28);
SAME(ESPIPE, 29);
SAME(EROFS, 30);
SAME(EPIPE, 32);
SAME(ENAMETOOLONG, 36);
SAME(ENOSYS, 38);
SAME(ELOOP, 40);
SAME(EDQUOT, 122);
