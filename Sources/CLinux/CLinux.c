#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>

int cl_rename_keeping(const char *from, const char *to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

void cl_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int cl_lease_read(int descriptor) { return fcntl(descriptor, F_SETLEASE, F_RDLCK); }
int cl_lease_release(int descriptor) { return fcntl(descriptor, F_SETLEASE, F_UNLCK); }
