// PKCS #11 as p11-kit's header declares it (OASIS PKCS #11 2.40; Debian: libp11-kit-dev). Only the header is used, nothing
// of p11-kit is linked: the table of 68 functions must lie in memory exactly as every vendor's module has it, which is
// nothing to type anew.
#pragma once

#include <p11-kit-1/p11-kit/pkcs11.h>

// Loads a module, which stays loaded: vendors' modules leave threads and exit handlers behind, under which no code may go.
// Returns CKR_OK and its function list; else the module's own code, or CKR_GENERAL_ERROR with `why` from dlerror(3), valid
// until this thread's next call of the dl functions.
CK_RV cp_load(const char *path, CK_FUNCTION_LIST **list, const char **why);

// C_Initialize with the system's locks (PKCS #11 2.40 §5.4).
CK_RV cp_initialize(CK_FUNCTION_LIST *list);
