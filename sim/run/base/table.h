/* A table for the terminal: columns as wide as their widest cell, whatever alphabet they hold.
 *
 * Cells are filled row by row, from left to right; the texts are copied. If the table is wider than
 * the terminal, one column gives way, but never so far that names can't be recognised any more. */
#ifndef TABLE_H
#define TABLE_H

#include "term.h"

#define TABLE_MAX_COLUMNS 12u

struct table;

/* `layout` has a letter for each column: 'l' aligns left, 'r' right, 'L' left and gives way, 'W' as
 * 'L', but a text for which that leaves too little room stands in full above the rest of its row.
 */
struct table *table_new(const char *layout, uint32_t indent);
void table_cell(struct table *table, enum style style, const char *text);

/* Fills what is left of the row with empty cells. */
void table_end_row(struct table *table);

/* A sentence on a line of its own below the row that was ended last, from the given column on and
 * wrapped: it makes no column wider. */
void table_remark(struct table *table, uint32_t column, enum style style, const char *text);

/* Prints and frees it. */
void table_finish(struct table *table, const struct term *term);

/* Frees it without printing. */
void table_drop(struct table *table);

#endif
