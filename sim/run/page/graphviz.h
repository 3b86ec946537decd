/* Drawing with graphviz's program dot, started without a shell. */
#ifndef GRAPHVIZ_H
#define GRAPHVIZ_H

#include <glib.h>
#include <stdbool.h>

#include "error.h"

/* False, and a sentence that names the package, if dot is not installed. */
bool graphviz_check(struct error *err);

/* What dot makes of a text: format "svg" or "png". NULL and a sentence if it fails; release with
 * g_bytes_unref. */
GBytes *graphviz_draw(const char *dot, const char *format, struct error *err);

/* An SVG of dot as an element to be put into a page: no prologue, no titles and background, lines
 * and letters in the colour of the text around it, scaled down where the page is narrow. `label` is
 * read to those who cannot see it. `alone`: as a file of its own, light or dark as the viewer
 * wishes. To be freed with g_free. */
char *graphviz_inline(const char *svg, const char *label, bool alone);

#endif
