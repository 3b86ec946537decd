/* Text from results on its way into a plot.
 *
 * Results may be written by anybody, so a text is cleaned (UTF-8, one line, nothing invisible, a
 * limited width) and reaches gnuplot only in single quotes, where it expands nothing. All return
 * values are to be freed with g_free. */
#ifndef PLOT_TEXT_H
#define PLOT_TEXT_H

#include <stdint.h>

/* At most `width` columns (wide characters count as two); an ellipsis stands for a middle that was
 * cut out. */
char *plot_text_clean(const char *text, uint32_t width);

/* Columns that a clean text takes. */
uint32_t plot_text_width(const char *text);

/* 'text' as gnuplot reads it. A single quote in it becomes a typographic one. */
char *plot_text_quote(const char *clean);

/* Letters, digits, _ and - alone, at most 40 of them; "x" when nothing is left: part of a file's
 * name and of an id. */
char *plot_text_slug(const char *text);

/* Between the tags of XML. */
char *plot_text_xml(const char *text);

#endif
