/* Where a report goes: a terminal or a file, with or without colour and Unicode.
 *
 * Texts come from scenarios, which are untrusted: control characters never reach the terminal, and
 * outside a UTF-8 locale nothing beyond ASCII does. */
#ifndef TERM_H
#define TERM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_BAD, STYLE_WARN };

#define TERM_COLUMNS 80u
#define TERM_COLUMNS_MOST 120u

struct term {
  FILE *out;
  bool color, unicode;
  uint32_t columns; /* 0: TERM_COLUMNS */
};

static inline uint32_t term_columns(const struct term *term) {
  return term->columns ? term->columns : TERM_COLUMNS;
}

/* `COLOR_AUTO`: colour on a terminal that has it, unless NO_COLOR is set (https://no-color.org).
 * Unicode follows the locale, for which main has called setlocale. 80 columns; on a wider terminal
 * up to 120. */
struct term term_open(FILE *out, enum color_mode color);

/* Columns that the text takes on a terminal. */
uint32_t term_width(const char *text);

/* Writes the text in a style. */
void term_put(const struct term *term, enum style style, const char *text);

/* Writes at most `width` columns of it; of a longer text an ellipsis stands for the middle. Returns
 * the columns written. */
uint32_t term_put_cut(const struct term *term, enum style style, const char *text, uint32_t width);

void term_pad(const struct term *term, uint32_t columns);

/* Writes a paragraph wrapped to the width; each line after the first begins with `indent`
 * spaces, and the first line is taken to begin at column `column`. Ends the line. */
void term_wrap(const struct term *term, enum style style, const char *text, uint32_t column,
               uint32_t indent);

/* A heading: bold title, dim note, and a line to the right edge. */
void term_rule(const struct term *term, const char *title, const char *note);

/* Signs that exist in both alphabets. */
const char *term_tick(const struct term *term);
const char *term_cross(const struct term *term);
const char *term_question(const struct term *term);

#endif
