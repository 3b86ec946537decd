/* Runs gnuplot on scripts: as a child with an argument list, never through a shell, without the
 * user's settings. */
#ifndef PLOT_GNUPLOT_H
#define PLOT_GNUPLOT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct plot_picture {
  const char *script;
  bool png;      /* else SVG, which is text */
  GBytes *image; /* what was drawn, to be freed by the caller; NULL before, and after a failure */
};

/* Draws them all in one process: to start one takes several times as long as most pictures. Where
 * that fails, each has a process of its own, up to the first that fails alone. The sentence names
 * the package that is missing, or says what gnuplot said. */
bool plot_gnuplot(struct plot_picture *pictures, uint32_t n, struct error *err);

#endif
