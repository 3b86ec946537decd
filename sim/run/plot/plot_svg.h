/* What gnuplot writes, made fit to be inlined in a page of HTML beside others.
 *
 * No XML declaration, `prefix` in front of each id and each reference to one, a title and a
 * description that say what is seen, and colours that follow the page: black becomes currentColor,
 * the two greys of style.gp become currentColor at an opacity. Nothing is loaded from anywhere. */
#ifndef PLOT_SVG_H
#define PLOT_SVG_H

/* NULL if this is not what gnuplot writes. To be freed with g_free. */
char *plot_svg_inline(const char *svg, const char *prefix, const char *title, const char *text);

/* The same as a file: XML declaration, dark on white. */
char *plot_svg_file(const char *svg);

#endif
