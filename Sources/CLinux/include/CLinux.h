// Lets Swift call what Linux has and Swift's view of glibc hides (GNU extensions, variadic calls). No logic stands here.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

// renameat2(2) with RENAME_NOREPLACE.
int cl_rename_keeping(const char *from, const char *to);
// pthread_setname_np(3) of the calling thread; at most 15 bytes.
void cl_name_thread(const char *name);
// fcntl(2) F_SETLEASE: a read lease is granted only while nobody holds the file open for writing.
int cl_lease_read(int descriptor);
int cl_lease_release(int descriptor);
