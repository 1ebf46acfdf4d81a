// A PKCS #11 module in front of SoftHSM for the tests: it counts what reaches the token, and has the faults of real ones. Each
// fault is a file in FOLDER, so that a test switches it while the program runs:
//   removed   the token is pulled out (its sessions end, as they do)      hang        C_Sign doesn't come back
//   final     one PIN is left      locked      the PIN is locked          pkcs1-only  no CKM_SHA256_RSA_PKCS
// Each C_Login, C_Sign, C_OpenSession and C_CloseSession appends its name to FOLDER/calls.
//   clang -shared -fPIC -DFOLDER='"…"' -DMODULE='"…/libsofthsm2.so"' -DCONFIGURATION='"…/softhsm2.conf"' -o proxy.so proxy.c
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit-1/p11-kit/pkcs11.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST ours;

static int is(const char *fault) {
  char path[1024] = FOLDER "/";
  strncat(path, fault, 100);
  return access(path, F_OK) == 0;
}

static void count(const char *line) {
  int file = open(FOLDER "/calls", O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file < 0) abort();
  if (write(file, line, strlen(line)) < 0) abort();
  close(file);
}

// Ends the token's sessions, as pulling it out does.
static int gone(CK_SESSION_HANDLE session) {
  if (!is("removed")) return 0;
  CK_SESSION_INFO info;
  if (session != 0 && real->C_GetSessionInfo(session, &info) == CKR_OK) real->C_CloseAllSessions(info.slotID);
  return 1;
}

static CK_RV initialize(void *arguments) {
  setenv("SOFTHSM2_CONF", CONFIGURATION, 1);
  CK_RV result = real->C_Initialize(arguments);
  return result == CKR_CRYPTOKI_ALREADY_INITIALIZED ? CKR_OK : result;
}
// Other proxies of this process share SoftHSM: it stays.
static CK_RV finalize(void *reserved) { (void)reserved; return CKR_OK; }

static CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info) {
  if (gone(0)) return CKR_TOKEN_NOT_PRESENT;
  CK_RV result = real->C_GetTokenInfo(slot, info);
  if (result == CKR_OK && is("final")) info->flags |= CKF_USER_PIN_FINAL_TRY;
  return result;
}

static CK_RV mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info) {
  if (type == CKM_SHA256_RSA_PKCS && is("pkcs1-only")) return CKR_MECHANISM_INVALID;
  return real->C_GetMechanismInfo(slot, type, info);
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length) {
  if (gone(session)) return CKR_DEVICE_REMOVED;
  count("login\n");
  return is("locked") ? CKR_PIN_LOCKED : real->C_Login(session, user, pin, length);
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key) {
  if (gone(session)) return CKR_DEVICE_REMOVED;
  if (mechanism->mechanism == CKM_SHA256_RSA_PKCS && is("pkcs1-only")) return CKR_MECHANISM_INVALID;
  return real->C_SignInit(session, mechanism, key);
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG size, CK_BYTE *signature, CK_ULONG *length) {
  if (gone(session)) return CKR_DEVICE_REMOVED;
  count("sign\n");
  while (is("hang")) usleep(5000);
  return real->C_Sign(session, data, size, signature, length);
}

static CK_RV open_session(
    CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session) {
  if (gone(0)) return CKR_TOKEN_NOT_PRESENT;
  count("open\n");
  return real->C_OpenSession(slot, flags, application, notify, session);
}

static CK_RV close_session(CK_SESSION_HANDLE session) {
  count("close\n");
  return real->C_CloseSession(session);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list) {
  if (real == NULL) {
    void *module = dlopen(MODULE, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL) return CKR_GENERAL_ERROR;
    CK_C_GetFunctionList get = NULL;
    *(void **)&get = dlsym(module, "C_GetFunctionList");
    if (get == NULL || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
    ours = *real;
    ours.C_GetFunctionList = C_GetFunctionList;
    ours.C_Initialize = initialize;
    ours.C_Finalize = finalize;
    ours.C_GetTokenInfo = token_info;
    ours.C_GetMechanismInfo = mechanism_info;
    ours.C_OpenSession = open_session;
    ours.C_CloseSession = close_session;
    ours.C_Login = login;
    ours.C_SignInit = sign_init;
    ours.C_Sign = sign;
  }
  *list = &ours;
  return CKR_OK;
}
