// Lets Swift call what Linux has and Swift's view of glibc hides (GNU extensions, variadic calls). No logic stands here.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

// renameat2(2) with RENAME_NOREPLACE.
int cl_rename_keeping(const char *from, const char *to);
// openat(2) with O_PATH and O_NOFOLLOW: whatever has that name, itself, and not opened; a folder of -1 is the current one.
int cl_hold(int folder, const char *name);
// open(2) with O_TMPFILE: a file in the folder that has no name yet; -1 where the file system has none such.
int cl_open_nameless(const char *folder, unsigned int mode);
// linkat(2) of a descriptor: gives a nameless file a name that nothing has yet.
int cl_name_descriptor(int descriptor, const char *path);
// pthread_setname_np(3) of the calling thread; at most 15 bytes.
void cl_name_thread(const char *name);
// A mark that the calling thread carries from then on: which group of threads it belongs to; 0 for none.
void cl_mark_thread(unsigned long group);
unsigned long cl_thread_mark(void);
// A number that the calling thread carries: where its pulse is kept; 0 for nowhere.
void cl_number_thread(unsigned int slot);
unsigned int cl_thread_number(void);
// fcntl(2) F_SETLEASE: a read lease is granted only while nobody holds the file open for writing.
int cl_lease_read(int descriptor);
int cl_lease_release(int descriptor);
// pipe2(2) with O_CLOEXEC.
int cl_pipe(int ends[2]);

// What a child may use, and where its standard input (nothing), output and error go.
struct cl_limits {
  unsigned long long memory;     // RLIMIT_AS, bytes
  unsigned long long cpu;        // RLIMIT_CPU, seconds
  unsigned long long file_size;  // RLIMIT_FSIZE, bytes
};
// Starts a program under limits, in a process group of its own that dies with the calling thread. No descriptor but
// the three standard ones is passed on. Returns the process id, or -1 with errno (also where exec failed).
int cl_spawn_limited(const char *path, char *const *arguments, char *const *environment, const char *folder, int output,
                     int error, const struct cl_limits *limits);
