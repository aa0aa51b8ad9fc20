// Thread-locals that are read at every call: a fixed offset instead of a function call. Only for a
// few pointers: glibc keeps little room for such variables of libraries loaded at run time.
#pragma once

#include <climits>  // defines __GLIBC__

#ifdef __GLIBC__
#define ARRAYFORGE_FAST_TLS __attribute__((tls_model("initial-exec")))
#else
#define ARRAYFORGE_FAST_TLS
#endif
