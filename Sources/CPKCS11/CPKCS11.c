#include "CPKCS11.h"

#include <dlfcn.h>
#include <string.h>

CK_RV cp_load(const char *path, CK_FUNCTION_LIST **list, const char **why) {
  *list = NULL;
  *why = NULL;
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    *why = dlerror();
    return CKR_GENERAL_ERROR;
  }
  CK_C_GetFunctionList get = NULL;
  *(void **)&get = dlsym(handle, "C_GetFunctionList");
  if (get == NULL) {
    *why = dlerror();
    return CKR_GENERAL_ERROR;
  }
  CK_RV result = get(list);
  if (result == CKR_OK && *list == NULL) return CKR_GENERAL_ERROR;
  return result;
}

CK_RV cp_initialize(CK_FUNCTION_LIST *list) {
  CK_C_INITIALIZE_ARGS arguments;
  memset(&arguments, 0, sizeof arguments);
  arguments.flags = CKF_OS_LOCKING_OK;
  return list->C_Initialize(&arguments);
}
