/* Progress on standard error: percent done and time left.
 *
 * On a terminal a bar, only when a run takes longer than half a second, which leaves no trace when
 * it ends. Elsewhere, as in a pipe or a job's log, a line every ten seconds. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Clears the line and shows the cursor again. */
#define PROGRESS_WIPE "\r\033[K\033[?25h"

struct progress {
  bool enabled, visible, unicode;
  bool lines; /* instead of a bar */
  FILE *out;
  int64_t begin_us, drawn_us;
  char note[80]; /* shown between percent and time left; the caller's */
};

void progress_begin(struct progress *progress, bool wanted);
void progress_update(struct progress *progress, double fraction);
void progress_end(struct progress *progress);

#endif
