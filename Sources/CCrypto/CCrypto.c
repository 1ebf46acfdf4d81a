#include <openssl/crypto.h>
#include "CCrypto.h"

// libcrypto's own cleaning up at exit() frees what threads that end in the same moment free too (OPENSSL_init_crypto(3),
// OPENSSL_INIT_NO_ATEXIT): a daemon that was asked to stop now and then died of it. The system takes the memory back. Before
// main, since the first call decides, and libcurl makes one.
__attribute__((constructor)) static void cc_leave_cleaning_to_the_system(void) {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
