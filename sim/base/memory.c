#include "memory.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sanitized.h"

/* Of /proc/self/statm: its sixth number counts what RLIMIT_DATA does. */
static size_t used(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL) return 0;
  if (fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) != 1) pages = 0;
  fclose(file);
  return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* What a container may use, by control groups of version 2; SIZE_MAX: no limit. */
static size_t container(void) {
  size_t most = SIZE_MAX;
  FILE *file = fopen("/sys/fs/cgroup/memory.max", "r");
  if (file == NULL) return most;
  if (fscanf(file, "%zu", &most) != 1) most = SIZE_MAX; /* "max" */
  fclose(file);
  return most;
}

size_t memory_machine(void) {
  size_t all = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
  size_t ours = container();
  return ours < all ? ours : all;
}

void memory_limit(size_t bytes) {
  struct rlimit limit;
  if (SANITIZED || getrlimit(RLIMIT_DATA, &limit) != 0) return;
  if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur <= bytes) return; /* the shell's */
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_DATA, &limit); /* if it fails, the machine's memory is the limit */
}

/* SIZE_MAX: none. */
static size_t limit_now(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return (size_t)limit.rlim_cur;
}

size_t memory_left(void) {
  size_t most = limit_now();
  if (most == SIZE_MAX) return SIZE_MAX;
  size_t now = used();
  return now < most ? most - now : 0;
}

void memory_out(const char *format, ...) {
  char what[512];
  va_list args;
  va_start(args, format);
  vsnprintf(what, sizeof what, format, args);
  va_end(args);
  double mib = 1 << 20;
  size_t most = limit_now();
  if (most != SIZE_MAX) {
    fprintf(
        stderr,
        "archsim: out of memory: %s; %.0f MiB are in use of the %.0f MiB that --memory allows\n",
        what, (double)used() / mib, (double)most / mib);
  } else {
    fprintf(stderr,
            "archsim: out of memory: %s; %.0f MiB are in use, and the system gives no more\n", what,
            (double)used() / mib);
  }
  fflush(stderr);
  quick_exit(MEMORY_EXIT); /* other threads may be at work: nothing is torn down under them */
}
