/* A gnuplot script in the making: variables, arrays and blocks of numbers, then a template.
 *
 * The only door through which results reach gnuplot. Numbers are written by archsim, texts are
 * cleaned and single-quoted, and blocks hold numbers alone. */
#ifndef PLOT_SCRIPT_H
#define PLOT_SCRIPT_H

#include <glib.h>
#include <stdint.h>

#include "plot_axis.h"

#define LABEL_WIDTH 60u /* columns of a name in a key */
#define TICK_WIDTH 44u  /* of a name below an axis */
#define TITLE_WIDTH 92u
#define NOTE_WIDTH 118u

void script_number(GString *script, const char *name, double value);
void script_text(GString *script, const char *name, const char *text, uint32_t width);

/* An array, of which gnuplot's |name| is the size; of no elements: one empty one, and name_n = 0.
 */
void script_texts(GString *script, const char *name, const char *const *text, uint32_t n,
                  uint32_t width);
void script_numbers(GString *script, const char *name, const double *value, uint32_t n);

/* $name << numbers; rows of `columns`, NaN where undefined. */
void script_block(GString *script, const char *name);
void script_row(GString *script, const double *value, uint32_t n);
void script_break(GString *script);                 /* an empty line: a curve is interrupted */
void script_gap(GString *script, uint32_t columns); /* what follows is the next `index` */
void script_block_end(GString *script);

/* NAME_log, NAME_lo, NAME_hi, NAME_step, NAME_unit, arrays NAME_at and NAME_label of NAME_n. */
void script_axis(GString *script, const char *name, const struct plot_axis *axis);

/* "latency (ms)". To be freed with g_free. */
char *script_axis_title(const char *what, const struct plot_axis *axis);

/* The label of a tick, which gnuplot formats with its value, so that a lone % would be a format. To
 * be freed with g_free. */
char *script_tick(const char *label);

/* The rows that a key of these names takes, each at most `width` columns wide, and the columns in
 * each. */
void script_key(GString *script, const char *const *text, uint32_t n, uint32_t width,
                uint32_t *rows);

/* The text of plots/NAME.gp; NULL if there is none. */
const char *script_template(const char *name);

#endif
