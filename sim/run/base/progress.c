#include "progress.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "signals.h"
#include "term.h"

#define BAR_COLUMNS 40
#define NOTED_BAR_COLUMNS 20
#define QUIET_START_US 500000
#define REDRAW_US 100000

void progress_begin(struct progress *progress, bool wanted) {
  const char *name = getenv("TERM");
  bool able = isatty(STDERR_FILENO) && name != NULL && strcmp(name, "dumb") != 0;
  *progress = (struct progress){
      .enabled = wanted && able,
      .unicode = term_open(stderr, COLOR_NEVER).unicode,
      .begin_us = g_get_monotonic_time(),
  };
}

void progress_update(struct progress *progress, double fraction) {
  int64_t now_us = g_get_monotonic_time(), elapsed_us = now_us - progress->begin_us;
  if (!progress->enabled || elapsed_us < QUIET_START_US) return;
  if (now_us - progress->drawn_us < REDRAW_US) return;
  progress->drawn_us = now_us;
  if (!progress->visible) {
    signals_guard_terminal(true);
    fputs("\033[?25l", stderr);
    progress->visible = true;
  }
  int columns = progress->note[0] != '\0' ? NOTED_BAR_COLUMNS : BAR_COLUMNS;
  int full = (int)(fraction * columns);
  fputs("\r", stderr);
  for (int i = 0; i < columns; i++) {
    if (progress->unicode) {
      fputs(i < full ? "━" : "─", stderr);
    } else {
      fputc(i < full ? '#' : '.', stderr);
    }
  }
  fprintf(stderr, " %3.0f %%", fraction * 100);
  if (progress->note[0] != '\0') fprintf(stderr, "  %s", progress->note);
  if (fraction > 0.01) {
    double left_s = (double)elapsed_us / 1e6 * (1 - fraction) / fraction;
    fprintf(stderr, "  %s left", format_duration((uint64_t)(left_s + 1) * 1000000000u).text);
  }
  fputs("\033[K", stderr);
  fflush(stderr);
}

void progress_end(struct progress *progress) {
  if (progress->visible) {
    fputs(PROGRESS_WIPE, stderr);
    fflush(stderr);
    signals_guard_terminal(false);
  }
  *progress = (struct progress){0};
}
