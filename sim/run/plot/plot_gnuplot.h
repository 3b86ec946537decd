/* Runs gnuplot on a script: as a child with an argument list, never through a shell, without the
 * user's settings. */
#ifndef PLOT_GNUPLOT_H
#define PLOT_GNUPLOT_H

#include <glib.h>
#include <stdbool.h>

#include "error.h"

/* What the script draws as SVG (text) or PNG. The sentence names the package that is missing, or
 * says what gnuplot said. */
bool plot_gnuplot(const char *script, bool png, GBytes **image, struct error *err);

#endif
