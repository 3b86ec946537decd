/* The progress bar on standard error: percent done and time left.
 *
 * It appears only on a terminal and only when a run takes longer than half a second, and leaves no
 * trace when it ends. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Clears the line and shows the cursor again. */
#define PROGRESS_WIPE "\r\033[K\033[?25h"

struct progress {
  bool enabled, visible, unicode;
  int64_t begin_us, drawn_us;
  char note[80]; /* shown between percent and time left; the caller's */
};

void progress_begin(struct progress *progress, bool wanted);
void progress_update(struct progress *progress, double fraction);
void progress_end(struct progress *progress);

#endif
