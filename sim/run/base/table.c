#include "table.h"

#include <assert.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2u
#define LEAST_WIDTH 20u /* of a column that gives way */

struct cell {
  char *text;
  enum style style;
};

struct remark {
  struct cell cell;
  uint32_t below, column; /* the row's number */
};

struct table {
  char layout[TABLE_MAX_COLUMNS + 1];
  uint32_t columns, indent;
  GArray *cell; /* row by row */
  GArray *remark;
};

struct table *table_new(const char *layout, uint32_t indent) {
  struct table *table = g_new0(struct table, 1);
  table->columns = (uint32_t)strlen(layout);
  assert(table->columns > 0 && table->columns <= TABLE_MAX_COLUMNS);
  memcpy(table->layout, layout, table->columns);
  table->indent = indent;
  table->cell = g_array_new(FALSE, FALSE, sizeof(struct cell));
  table->remark = g_array_new(FALSE, FALSE, sizeof(struct remark));
  return table;
}

void table_cell(struct table *table, enum style style, const char *text) {
  struct cell cell = {g_strdup(text), style};
  g_array_append_val(table->cell, cell);
}

void table_end_row(struct table *table) {
  while (table->cell->len % table->columns != 0) table_cell(table, STYLE_PLAIN, "");
}

void table_remark(struct table *table, uint32_t column, enum style style, const char *text) {
  assert(table->cell->len > 0 && table->cell->len % table->columns == 0);
  struct remark remark = {{g_strdup(text), style}, table->cell->len / table->columns - 1, column};
  g_array_append_val(table->remark, remark);
}

static const struct cell *cell_at(const struct table *table, uint32_t row, uint32_t column) {
  return &g_array_index(table->cell, struct cell, row * table->columns + column);
}

static void measure(const struct table *table, uint32_t rows, uint32_t width[]) {
  uint32_t total = table->indent;
  for (uint32_t c = 0; c < table->columns; c++) {
    width[c] = 0;
    for (uint32_t r = 0; r < rows; r++) {
      width[c] = MAX(width[c], term_width(cell_at(table, r, c)->text));
    }
    total += width[c] + (c > 0 ? GAP : 0);
  }
  const char *yields = strpbrk(table->layout, "LW");
  if (yields == NULL || total <= TERM_COLUMNS) return;
  uint32_t *wide = &width[yields - table->layout];
  uint32_t excess = total - TERM_COLUMNS, least = MIN(*wide, LEAST_WIDTH);
  *wide = *wide > least + excess ? *wide - excess : least;
}

/* The text of a cell that is not to be cut, and the rest of the row in a line below. */
static void print_in_full(const struct table *table, const struct term *term, uint32_t column,
                          const struct cell *cell, const uint32_t width[]) {
  uint32_t left = table->indent;
  for (uint32_t c = 0; c < column; c++) left += width[c] + GAP;
  term_wrap(term, cell->style, cell->text, left, left);
}

static void print_row(const struct table *table, const struct term *term, uint32_t row,
                      const uint32_t width[]) {
  uint32_t pending = table->indent; /* spaces, written only when something follows them */
  for (uint32_t c = 0; c < table->columns; c++) {
    const struct cell *cell = cell_at(table, row, c);
    if (table->layout[c] == 'W' && term_width(cell->text) > width[c]) {
      term_pad(term, pending);
      print_in_full(table, term, c, cell, width);
      pending = table->indent;
      for (uint32_t k = 0; k <= c; k++) pending += width[k] + GAP;
      continue;
    }
    uint32_t shown = MIN(term_width(cell->text), width[c]);
    uint32_t left = table->layout[c] == 'r' ? width[c] - shown : 0;
    if (shown > 0) {
      term_pad(term, pending + left);
      shown = term_put_cut(term, cell->style, cell->text, width[c]);
      pending = width[c] - left - shown + GAP;
    } else {
      pending += width[c] + GAP;
    }
  }
  fputc('\n', term->out);
}

static void print_remarks(const struct table *table, const struct term *term, uint32_t row,
                          const uint32_t width[]) {
  for (uint32_t i = 0; i < table->remark->len; i++) {
    const struct remark *remark = &g_array_index(table->remark, struct remark, i);
    if (remark->below != row) continue;
    uint32_t left = table->indent;
    for (uint32_t c = 0; c < remark->column; c++) left += width[c] + GAP;
    term_pad(term, left);
    term_wrap(term, remark->cell.style, remark->cell.text, left, left);
  }
}

void table_finish(struct table *table, const struct term *term) {
  table_end_row(table);
  uint32_t rows = table->cell->len / table->columns;
  uint32_t width[TABLE_MAX_COLUMNS] = {0};
  measure(table, rows, width);
  for (uint32_t r = 0; r < rows; r++) {
    print_row(table, term, r, width);
    print_remarks(table, term, r, width);
  }
  table_drop(table);
}

void table_drop(struct table *table) {
  for (uint32_t i = 0; i < table->cell->len; i++) {
    g_free(g_array_index(table->cell, struct cell, i).text);
  }
  for (uint32_t i = 0; i < table->remark->len; i++) {
    g_free(g_array_index(table->remark, struct remark, i).cell.text);
  }
  g_array_free(table->cell, TRUE);
  g_array_free(table->remark, TRUE);
  g_free(table);
}
