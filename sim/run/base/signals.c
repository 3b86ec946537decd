#include "signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

enum { PATHS_MOST = 256 };

static atomic_bool terminal_dirty;
static const char *_Atomic temporary[PATHS_MOST]; /* those beyond are left lying */

static atomic_bool ending;

/* True if there was something to delete. */
static bool delete_all(void) {
  bool any = false;
  if (atomic_load(&terminal_dirty)) {
    ssize_t ignored = write(STDERR_FILENO, PROGRESS_WIPE, sizeof PROGRESS_WIPE - 1);
    (void)ignored;
  }
  for (size_t i = 0; i < PATHS_MOST; i++) {
    const char *path = atomic_load(&temporary[i]);
    if (path != NULL) any = true;
    if (path != NULL) unlink(path);
  }
  for (size_t i = 0; i < PATHS_MOST; i++) {
    const char *path = atomic_load(&temporary[i]);
    if (path != NULL) rmdir(path);
  }
  return any;
}

/* Nobody begins a file any more; who had just begun to gets the time to make it, so that it can be
 * deleted. */
static void tidy(void) {
  static const struct timespec moment = {0, 5000000};
  atomic_store(&ending, true);
  if (!delete_all()) return;
  nanosleep(&moment, NULL);
  delete_all();
}

static void clean_up(int signal_number) {
  tidy();
  /* SA_RESETHAND has put the default action back; it takes effect when this handler returns. */
  raise(signal_number);
}

void signals_install(void) {
  at_quick_exit(tidy);      /* out of memory */
  signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is an error of write, not the end */
  static const int caught[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
    struct sigaction old, action = {.sa_handler = clean_up, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    /* Under nohup a run goes on. SIGINT is different: shells ignore it for whatever a script starts
     * in the background, and a `kill -INT` there is meant. */
    bool ignored = sigaction(caught[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN;
    if (ignored && caught[i] == SIGHUP) continue;
    sigaction(caught[i], &action, NULL);
  }
}

void signals_guard_terminal(bool dirty) {
  atomic_store(&terminal_dirty, dirty);
}

/* Puts `now` into a place that holds `before`. */
static void exchange(const char *before, const char *now) {
  for (size_t i = 0; i < PATHS_MOST; i++) {
    const char *expected = before;
    if (atomic_compare_exchange_strong(&temporary[i], &expected, now)) return;
  }
}

void signals_guard_path(const char *path) {
  exchange(NULL, path);
  while (atomic_load(&ending)) pause(); /* the process ends */
}

void signals_release_path(const char *path) {
  if (path != NULL) exchange(path, NULL);
}
