/* A pen writes the pieces of a page of the manual in one format. It holds nothing: each piece is
 * whole by itself. In prose, what stands between ` and ` is a word of the scenario language. */
#ifndef PEN_H
#define PEN_H

#include <stdio.h>

/* A row of a table: cell 0 is a name, the others are prose; "" where there is nothing to say. */
#define PEN_CELLS 5

struct pen {
  void (*section)(const char *title, FILE *out);
  void (*paragraphs)(const char *text, FILE *out); /* separated by line ends */
  void (*code)(const char *text, FILE *out);
  void (*table)(const char *const *heads, FILE *out); /* NULL-terminated heads, then its rows */
  void (*row)(const char *const *heads, const char *const *cells, FILE *out);
};

extern const struct pen pen_markdown, pen_man;

#endif
