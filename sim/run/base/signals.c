#include "signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "progress.h"

static atomic_bool terminal_dirty;
static const char *_Atomic temporary_file;

static void clean_up(int signal_number) {
  if (atomic_load(&terminal_dirty)) {
    ssize_t ignored = write(STDERR_FILENO, PROGRESS_WIPE, sizeof PROGRESS_WIPE - 1);
    (void)ignored;
  }
  const char *path = atomic_load(&temporary_file);
  if (path != NULL) unlink(path);
  /* SA_RESETHAND has put the default action back; it takes effect when this handler returns. */
  raise(signal_number);
}

void signals_install(void) {
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

void signals_guard_file(const char *path) {
  atomic_store(&temporary_file, path);
}
