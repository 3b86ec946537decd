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
#define LINE_US 10000000

void progress_begin(struct progress *progress, bool wanted) {
  const char *name = getenv("TERM");
  bool able = isatty(STDERR_FILENO) && name != NULL && strcmp(name, "dumb") != 0;
  *progress = (struct progress){
      .enabled = wanted,
      .lines = !able,
      .out = stderr,
      .unicode = term_open(stderr, COLOR_NEVER).unicode,
      .begin_us = g_get_monotonic_time(),
  };
}

/* "  rate=350/s  12 s left": what is known beyond the share that is done. */
static void put_rest(const struct progress *progress, double fraction, int64_t elapsed_us) {
  if (progress->note[0] != '\0') fprintf(progress->out, "  %s", progress->note);
  if (fraction <= 0.01) return;
  double left_s = (double)elapsed_us / 1e6 * (1 - fraction) / fraction;
  fprintf(progress->out, "  %s left", format_duration((uint64_t)(left_s + 1) * 1000000000u).text);
}

static void draw_bar(struct progress *progress, double fraction, int64_t elapsed_us) {
  if (!progress->visible) {
    signals_guard_terminal(true);
    fputs("\033[?25l", progress->out);
    progress->visible = true;
  }
  int columns = progress->note[0] != '\0' ? NOTED_BAR_COLUMNS : BAR_COLUMNS;
  int full = (int)(fraction * columns);
  fputs("\r", progress->out);
  for (int i = 0; i < columns; i++) {
    if (progress->unicode) {
      fputs(i < full ? "━" : "─", progress->out);
    } else {
      fputc(i < full ? '#' : '.', progress->out);
    }
  }
  fprintf(progress->out, " %3.0f %%", fraction * 100);
  put_rest(progress, fraction, elapsed_us);
  fputs("\033[K", progress->out);
}

void progress_update(struct progress *progress, double fraction) {
  int64_t now_us = g_get_monotonic_time(), elapsed_us = now_us - progress->begin_us;
  int64_t quiet_us = progress->lines ? LINE_US : QUIET_START_US;
  if (!progress->enabled || elapsed_us < quiet_us) return;
  if (now_us - progress->drawn_us < (progress->lines ? LINE_US : REDRAW_US)) return;
  progress->drawn_us = now_us;
  if (progress->lines) {
    fprintf(progress->out, "archsim: %.0f %% done", fraction * 100);
    put_rest(progress, fraction, elapsed_us);
    fputc('\n', progress->out);
  } else {
    draw_bar(progress, fraction, elapsed_us);
  }
  fflush(progress->out);
}

void progress_end(struct progress *progress) {
  if (progress->visible) {
    fputs(PROGRESS_WIPE, stderr);
    fflush(stderr);
    signals_guard_terminal(false);
  }
  *progress = (struct progress){0};
}
