// Preloaded into one program (ld.so(8), LD_PRELOAD): counts the calls that touch its folders and its network connections,
// over all threads, and lets the N-th of them be the program's last, fail, or do less than it was asked to.
//
// Swift, Foundation, SwiftNIO, libcurl and SQLite all reach the kernel through glibc's functions, so they pass by here. What
// glibc does inside itself (fopen, fts) doesn't.
//
//   TORTURE_ROOTS    folders that count, separated by colons
//   TORTURE_KIND     count, kill, torn, eio, enospc, emfile, eintr, reset, short
//   TORTURE_AT       which of the calls that this kind can befall, from 1
//   TORTURE_ON       1: and every one after it, until TORTURE_HEAL exists
//   TORTURE_HEAL     a file
//   TORTURE_PLANT    a bug for the harness to find: `unsynced` fsync does nothing, `follow` links are followed though the
//                    program says not to, `length` what gets its name in objects/ or inbox/ has only half of its bytes,
//                    `late` (no bug by itself) what is sent waits for a fifth of a second
//   TORTURE_REPORT   a file of 4096 bytes: calls counted, faults made, and at 64 the first fault in words

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 1, NETWORK = 2, DESCRIPTORS = 1 << 20, ROOTS = 8 };
enum call { OPEN, MAKE, READ, WRITE, SYNC, NAME, GROW, LOOK, LOCK, CLOSE, WATCH, SOCKET, CONNECT, ACCEPT, SEND, RECEIVE };
enum kind { COUNT, KILL, TORN, EIO_, ENOSPC_, EMFILE_, EINTR_, RESET, SHORT, KINDS };
static const char *const kind_names[KINDS] = {"count", "kill", "torn", "eio", "enospc", "emfile", "eintr", "reset", "short"};

// Which calls a kind can befall on a real machine, by the manual pages.
#define BIT(call) (1u << (call))
static const unsigned befalls[KINDS] = {
    [COUNT] = ~0u,
    [KILL] = ~0u,
    [TORN] = BIT(WRITE) | BIT(SEND),
    [EIO_] = BIT(OPEN) | BIT(MAKE) | BIT(READ) | BIT(WRITE) | BIT(SYNC) | BIT(NAME) | BIT(GROW) | BIT(LOOK) | BIT(CLOSE),
    [ENOSPC_] = BIT(MAKE) | BIT(WRITE) | BIT(SYNC) | BIT(NAME) | BIT(GROW) | BIT(WATCH),
    [EMFILE_] = BIT(OPEN) | BIT(MAKE) | BIT(SOCKET) | BIT(ACCEPT),
    [EINTR_] = BIT(OPEN) | BIT(MAKE) | BIT(READ) | BIT(WRITE) | BIT(SYNC) | BIT(GROW) | BIT(CLOSE) | BIT(CONNECT) |
               BIT(ACCEPT) | BIT(SEND) | BIT(RECEIVE),
    [RESET] = BIT(CONNECT) | BIT(ACCEPT) | BIT(SEND) | BIT(RECEIVE),
    [SHORT] = BIT(READ) | BIT(WRITE) | BIT(SEND) | BIT(RECEIVE),
};

struct report {
  _Atomic uint64_t calls, faults;
  char padding[48];
  char words[1024];
};

static enum kind kind;
static uint64_t at;
static int on;
enum plant { HONEST, UNSYNCED, FOLLOW, LENGTH, LATE, PLANTS };
static const char *const plant_names[PLANTS] = {"", "unsynced", "follow", "length", "late"};
static enum plant plant;
static const char *roots[ROOTS], *heal;
static struct report *report, unused;
static _Atomic unsigned char tracked[DESCRIPTORS];
static pid_t owner;

__attribute__((constructor)) static void begin(void) {
  report = &unused;
  const char *name = getenv("TORTURE_KIND"), *text = getenv("TORTURE_ROOTS"), *file = getenv("TORTURE_REPORT");
  if (!name || !text || !file) return;
  for (int each = 0; each < KINDS; each++)
    if (!strcmp(name, kind_names[each])) kind = each;
  at = getenv("TORTURE_AT") ? strtoull(getenv("TORTURE_AT"), NULL, 10) : 0;
  on = getenv("TORTURE_ON") && *getenv("TORTURE_ON") == '1';
  heal = getenv("TORTURE_HEAL");
  for (int each = 0; each < PLANTS; each++)
    if (getenv("TORTURE_PLANT") && !strcmp(getenv("TORTURE_PLANT"), plant_names[each])) plant = each;
  char *copy = strdup(text), *rest = copy;
  for (int index = 0; index < ROOTS - 1 && (text = strsep(&rest, ":")); index++) roots[index] = text;
  int descriptor = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor >= 0) {
    void *memory = syscall(SYS_ftruncate, descriptor, 4096) == 0
                       ? mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
                       : MAP_FAILED;
    if (memory != MAP_FAILED) report = memory;
    syscall(SYS_close, descriptor);
  }
  owner = syscall(SYS_getpid);
}

// The agent reaches what it does in a share by descriptors that it holds (`/proc/self/fd/N/./name`): N, or -1.
static int held(const char *path) {
  static const char start[] = "/proc/self/fd/";
  return path && !strncmp(path, start, sizeof start - 1) ? atoi(path + sizeof start - 1) : -1;
}

static int inside(const char *path) {
  int descriptor = held(path);
  if (descriptor >= 0) return descriptor < DESCRIPTORS ? tracked[descriptor] & FILES : 0;
  for (const char *const *root = roots; path && *root; root++)
    if (!strncmp(path, *root, strlen(*root))) return FILES;
  return 0;
}

static int at_folder(int folder, const char *path) {
  if (path && path[0] == '/') return inside(path);
  return folder >= 0 && folder < DESCRIPTORS ? tracked[folder] & FILES : 0;
}

static int known(int descriptor) { return descriptor >= 0 && descriptor < DESCRIPTORS ? tracked[descriptor] : 0; }

static void track(int descriptor, int what) {
  if (descriptor >= 0 && descriptor < DESCRIPTORS && syscall(SYS_getpid) == owner) tracked[descriptor] = what;
}

static void die(void) {
  syscall(SYS_kill, owner, SIGKILL);
  for (;;) pause();
}

static int code_of(enum call call) {
  switch (kind) {
    case EIO_: return EIO;
    case ENOSPC_: return ENOSPC;
    case EMFILE_: return EMFILE;
    case EINTR_: return EINTR;
    case RESET: return call == CONNECT ? ECONNREFUSED : call == ACCEPT ? ECONNABORTED : ECONNRESET;
    default: return 0;
  }
}

// Counts a call. Returns 0 where it is to go its way, an errno where it is to fail, -1 where it is to do only a part.
static int meet(int what, enum call call, size_t length, const char *name, const char *path, int descriptor) {
  if (!what || !owner || !(befalls[kind] & BIT(call))) return 0;
  if ((kind == SHORT || kind == TORN) && length < 2) return 0;
  // The child of a vfork shares our memory, and is another program soon.
  if (syscall(SYS_getpid) != owner) return 0;
  if (plant == LATE && call == SEND) nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
  uint64_t number = atomic_fetch_add(&report->calls, 1) + 1;
  if (kind == COUNT || at == 0 || number < at || (number > at && !on)) return 0;
  if (number > at && heal && syscall(SYS_faccessat, AT_FDCWD, heal, F_OK) == 0) return 0;
  if (atomic_fetch_add(&report->faults, 1) == 0) {
    char link[64], place[512] = "", whole[900];
    if (held(path) >= 0) {
      snprintf(link, sizeof link, "/proc/self/fd/%d", held(path));
      ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, place, sizeof place - 1);
      place[size > 0 ? size : 0] = 0;
      const char *rest = strchr(path + 14, '/');
      snprintf(whole, sizeof whole, "%s%s", place, rest ? rest : "");
      path = whole;
    }
    if (!path && descriptor >= 0) {
      snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
      ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, place, sizeof place - 1);
      place[size > 0 ? size : 0] = 0;
    }
    snprintf(report->words, sizeof report->words, "%s %s", name, path ? path : place);
  }
  if (kind == KILL) die();
  if (kind == TORN || kind == SHORT) return -1;
  return code_of(call);
}

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define FAIL(verdict) \
  do { \
    int failure = (verdict); \
    if (failure > 0) { \
      errno = failure; \
      return -1; \
    } \
  } while (0)
#define FINISH(result) \
  do { \
    __typeof__(result) done = (result); \
    if (kind == TORN) die(); \
    return done; \
  } while (0)

// Opening

#define OPENING(name, parameters, folder, values) \
  int name parameters { \
    REAL(name); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
      va_list list; \
      va_start(list, flags); \
      mode = va_arg(list, mode_t); \
      va_end(list); \
    } \
    int what = at_folder(folder, path); \
    if (plant == FOLLOW && what) flags &= ~O_NOFOLLOW; \
    FAIL(meet(what, flags & (O_CREAT | __O_TMPFILE) ? MAKE : OPEN, 0, #name, path, -1)); \
    int result = real values; \
    if (result >= 0) track(result, what); \
    return result; \
  }
OPENING(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENING(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENING(openat, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))
OPENING(openat64, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))

DIR *opendir(const char *path) {
  REAL(opendir);
  int code = meet(inside(path), OPEN, 0, "opendir", path, -1);
  if (code > 0) {
    errno = code;
    return NULL;
  }
  return real(path);
}

FILE *fopen(const char *path, const char *mode) {
  REAL(fopen);
  int code = meet(inside(path), *mode == 'r' ? OPEN : MAKE, 0, "fopen", path, -1);
  if (code > 0) {
    errno = code;
    return NULL;
  }
  return real(path, mode);
}

int close(int descriptor) {
  REAL(close);
  int what = known(descriptor), code = meet(what, CLOSE, 0, "close", NULL, descriptor);
  // The descriptor is gone also where close fails (close(2)).
  if (what) track(descriptor, 0);
  int result = real(descriptor);
  FAIL(code);
  return result;
}

int fcntl(int descriptor, int command, ...) {
  REAL(fcntl);
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  int locks = command == F_SETLK || command == F_SETLKW || command == F_GETLK || command == F_SETLEASE;
  if (locks) FAIL(meet(known(descriptor) & FILES, LOCK, 0, "fcntl", NULL, descriptor));
  int result = real(descriptor, command, argument);
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) track(result, known(descriptor));
  return result;
}
int fcntl64(int descriptor, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  return fcntl(descriptor, command, argument);
}

// Reading and writing

static size_t part(int verdict, size_t length) { return verdict < 0 ? length / 2 : length; }
#define MOVING(type, name, parameters, way, values) \
  type name parameters { \
    REAL(name); \
    int what = known(descriptor); \
    enum call met = (what & NETWORK) ? ((way) == READ ? RECEIVE : SEND) : (way); \
    int verdict = meet(what, met, length, #name, NULL, descriptor); \
    FAIL(verdict); \
    size_t wanted = part(verdict, length); \
    if (verdict < 0) FINISH(real values); \
    return real values; \
  }
MOVING(ssize_t, read, (int descriptor, void *bytes, size_t length), READ, (descriptor, bytes, wanted))
MOVING(ssize_t, pread, (int descriptor, void *bytes, size_t length, off_t place), READ, (descriptor, bytes, wanted, place))
MOVING(ssize_t, pread64, (int descriptor, void *bytes, size_t length, off64_t place), READ, (descriptor, bytes, wanted, place))
MOVING(ssize_t, write, (int descriptor, const void *bytes, size_t length), WRITE, (descriptor, bytes, wanted))
MOVING(ssize_t, pwrite, (int descriptor, const void *bytes, size_t length, off_t place), WRITE, (descriptor, bytes, wanted, place))
MOVING(ssize_t, pwrite64, (int descriptor, const void *bytes, size_t length, off64_t place), WRITE, (descriptor, bytes, wanted, place))
MOVING(ssize_t, send, (int descriptor, const void *bytes, size_t length, int flags), WRITE, (descriptor, bytes, wanted, flags))
MOVING(ssize_t, recv, (int descriptor, void *bytes, size_t length, int flags), READ, (descriptor, bytes, wanted, flags))

ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
  REAL(writev);
  int what = known(descriptor);
  int verdict = meet(what, what & NETWORK ? SEND : WRITE, count > 0 ? pieces[0].iov_len : 0, "writev", NULL, descriptor);
  FAIL(verdict);
  if (verdict < 0) {
    struct iovec half = {pieces[0].iov_base, pieces[0].iov_len / 2};
    FINISH(real(descriptor, &half, 1));
  }
  return real(descriptor, pieces, count);
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
  REAL(sendmsg);
  FAIL(meet(known(descriptor) & NETWORK, SEND, 0, "sendmsg", NULL, descriptor));
  return real(descriptor, message, flags);
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
  REAL(recvmsg);
  FAIL(meet(known(descriptor) & NETWORK, RECEIVE, 0, "recvmsg", NULL, descriptor));
  return real(descriptor, message, flags);
}

ssize_t sendfile(int target, int source, off_t *place, size_t length) {
  REAL(sendfile);
  int verdict = meet(known(target) & NETWORK, SEND, length, "sendfile", NULL, target);
  FAIL(verdict);
  if (verdict < 0) FINISH(real(target, source, place, length / 2));
  return real(target, source, place, length);
}

// The planted bug: the program believes that it synced. SQLite's files are left alone: an unsound journal is another bug.
static int unsynced(int descriptor) {
  char link[64], place[512];
  if (plant != UNSYNCED || !known(descriptor)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, place, sizeof place - 1);
  place[size > 0 ? size : 0] = 0;
  return !strstr(place, ".sqlite");
}

// Calls without bytes: kind of call, what counts, words

#define PLAIN(name, parameters, what, way, named, number, values) \
  int name parameters { \
    REAL(name); \
    FAIL(meet(what, way, 0, #name, named, number)); \
    return real values; \
  }
#define SYNCING(name) \
  int name(int descriptor) { \
    REAL(name); \
    FAIL(meet(known(descriptor), SYNC, 0, #name, NULL, descriptor)); \
    return unsynced(descriptor) ? 0 : real(descriptor); \
  }
SYNCING(fsync)
SYNCING(fdatasync)

// The planted bug: the second half of a document never came, and its length is right all the same.
static void halve(const char *from, const char *to) {
  struct stat status;
  char link[64], place[512] = "";
  if (plant != LENGTH || !inside(to)) return;
  if (held(to) >= 0) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", held(to));
    ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, place, sizeof place - 2);
    strcpy(place + (size > 0 ? size : 0), "/");
  }
  if (!strstr(to, "/objects/") && !strstr(place, "/inbox/")) return;
  if (syscall(SYS_newfstatat, AT_FDCWD, from, &status, AT_SYMLINK_NOFOLLOW) || !S_ISREG(status.st_mode)) return;
  syscall(SYS_fchmodat, AT_FDCWD, from, 0600);
  syscall(SYS_truncate, from, status.st_size / 2);
  syscall(SYS_truncate, from, status.st_size);
  syscall(SYS_fchmodat, AT_FDCWD, from, status.st_mode & 07777);
}
#define NAMING(name, parameters, target, values) \
  int name parameters { \
    REAL(name); \
    FAIL(meet(target, NAME, 0, #name, to, -1)); \
    halve(from, to); \
    return real values; \
  }
NAMING(rename, (const char *from, const char *to), inside(to), (from, to))
NAMING(renameat, (int folder, const char *from, int target, const char *to), at_folder(target, to), (folder, from, target, to))
NAMING(renameat2, (int folder, const char *from, int target, const char *to, unsigned flags), at_folder(target, to),
       (folder, from, target, to, flags))
PLAIN(link, (const char *from, const char *to), inside(to), NAME, to, -1, (from, to))
PLAIN(linkat, (int folder, const char *from, int target, const char *to, int flags), at_folder(target, to), NAME, to, -1,
      (folder, from, target, to, flags))
PLAIN(unlink, (const char *path), inside(path), NAME, path, -1, (path))
PLAIN(unlinkat, (int folder, const char *path, int flags), at_folder(folder, path), NAME, path, -1, (folder, path, flags))
PLAIN(rmdir, (const char *path), inside(path), NAME, path, -1, (path))
PLAIN(mkdir, (const char *path, mode_t mode), inside(path), NAME, path, -1, (path, mode))
PLAIN(mkdirat, (int folder, const char *path, mode_t mode), at_folder(folder, path), NAME, path, -1, (folder, path, mode))
PLAIN(ftruncate, (int descriptor, off_t length), known(descriptor) & FILES, GROW, NULL, descriptor, (descriptor, length))
PLAIN(ftruncate64, (int descriptor, off64_t length), known(descriptor) & FILES, GROW, NULL, descriptor, (descriptor, length))
PLAIN(truncate, (const char *path, off_t length), inside(path), GROW, path, -1, (path, length))
PLAIN(chmod, (const char *path, mode_t mode), inside(path), LOOK, path, -1, (path, mode))
PLAIN(fchmod, (int descriptor, mode_t mode), known(descriptor) & FILES, LOOK, NULL, descriptor, (descriptor, mode))
PLAIN(stat, (const char *path, struct stat *status), inside(path), LOOK, path, -1, (path, status))
PLAIN(fstat, (int descriptor, struct stat *status), known(descriptor) & FILES, LOOK, NULL, descriptor, (descriptor, status))
int fstatat(int folder, const char *path, struct stat *status, int flags) {
  REAL(fstatat);
  int what = at_folder(folder, path);
  FAIL(meet(what, LOOK, 0, "fstatat", path, -1));
  return real(folder, path, status, plant == FOLLOW && what ? flags & ~AT_SYMLINK_NOFOLLOW : flags);
}
int lstat(const char *path, struct stat *status) {
  REAL(lstat);
  FAIL(meet(inside(path), LOOK, 0, "lstat", path, -1));
  return plant == FOLLOW && inside(path) ? stat(path, status) : real(path, status);
}
PLAIN(inotify_add_watch, (int descriptor, const char *path, uint32_t mask), inside(path), WATCH, path, -1,
      (descriptor, path, mask))
PLAIN(connect, (int descriptor, const struct sockaddr *address, socklen_t length), known(descriptor) & NETWORK, CONNECT, NULL,
      descriptor, (descriptor, address, length))

int socket(int domain, int type, int protocol) {
  REAL(socket);
  int what = domain == AF_INET || domain == AF_INET6 ? NETWORK : 0;
  FAIL(meet(what, SOCKET, 0, "socket", "", -1));
  int result = real(domain, type, protocol);
  if (result >= 0) track(result, what);
  return result;
}

int accept(int descriptor, struct sockaddr *address, socklen_t *length) {
  REAL(accept);
  FAIL(meet(known(descriptor) & NETWORK, ACCEPT, 0, "accept", NULL, descriptor));
  int result = real(descriptor, address, length);
  if (result >= 0) track(result, known(descriptor));
  return result;
}

int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags) {
  REAL(accept4);
  FAIL(meet(known(descriptor) & NETWORK, ACCEPT, 0, "accept4", NULL, descriptor));
  int result = real(descriptor, address, length, flags);
  if (result >= 0) track(result, known(descriptor));
  return result;
}
