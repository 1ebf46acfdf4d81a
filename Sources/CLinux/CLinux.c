#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int cl_rename_keeping(const char *from, const char *to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

int cl_hold(int folder, const char *name) {
  return openat(folder < 0 ? AT_FDCWD : folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static _Thread_local unsigned long cl_mark;

void cl_mark_thread(unsigned long group) { cl_mark = group; }

unsigned long cl_thread_mark(void) { return cl_mark; }

static _Thread_local unsigned int cl_number;

void cl_number_thread(unsigned int slot) { cl_number = slot; }

unsigned int cl_thread_number(void) { return cl_number; }

int cl_open_nameless(const char *folder, unsigned int mode) {
  return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
}

int cl_name_descriptor(int descriptor, const char *path) {
  // AT_EMPTY_PATH would need CAP_DAC_READ_SEARCH (open(2), NOTES on O_TMPFILE).
  char own[32];
  snprintf(own, sizeof own, "/proc/self/fd/%d", descriptor);
  return linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

void cl_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int cl_lease_read(int descriptor) { return fcntl(descriptor, F_SETLEASE, F_RDLCK); }
int cl_lease_release(int descriptor) { return fcntl(descriptor, F_SETLEASE, F_UNLCK); }

int cl_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

static int limit(int what, unsigned long long value) {
  struct rlimit both = {.rlim_cur = value, .rlim_max = value};
  return setrlimit(what, &both);
}

// vfork(2): the child borrows our memory until exec, so that starting it costs the same however large we are. It makes
// system calls only; signals are blocked meanwhile, so that no handler of ours runs in it.
int cl_spawn_limited(const char *path, char *const *arguments, char *const *environment, const char *folder, int output,
                     int error, const struct cl_limits *limits) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  volatile int failure = 0;
  pid_t child = vfork();
  if (child == 0) {
    struct sigaction fallback = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &fallback, NULL);
    sigset_t none;
    sigemptyset(&none);
    // Where memory runs out, the kernel is to end this program rather than us (proc(5)); it may be unable to, where /proc is
    // not mounted, and then nothing is lost but the order.
    int score = open("/proc/self/oom_score_adj", O_WRONLY);
    if (score >= 0) {
      (void)!write(score, "1000", 4);
      close(score);
    }
    int input = open("/dev/null", O_RDONLY);
    if (input < 0 || setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || dup2(input, 0) < 0 ||
        dup2(output, 1) < 0 || dup2(error, 2) < 0 || chdir(folder) < 0 || close_range(3, ~0U, 0) < 0 ||
        limit(RLIMIT_AS, limits->memory) < 0 || limit(RLIMIT_CPU, limits->cpu) < 0 ||
        limit(RLIMIT_FSIZE, limits->file_size) < 0 || limit(RLIMIT_CORE, 0) < 0 ||
        sigprocmask(SIG_SETMASK, &none, NULL) < 0) {
      failure = errno;
      _exit(127);
    }
    execve(path, arguments, environment);
    failure = errno;
    _exit(127);
  }
  int code = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (child < 0) {
    errno = code;
    return -1;
  }
  if (failure != 0) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    errno = failure;
    return -1;
  }
  return child;
}
