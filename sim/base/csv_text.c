#include "csv_text.h"

#include <string.h>

bool csv_next(struct csv_text *text, struct csv_cell *line) {
  while (text->at < text->end) {
    const char *start = text->at, *newline = memchr(start, '\n', (size_t)(text->end - start));
    const char *stop = newline ? newline : text->end;
    text->at = newline ? newline + 1 : text->end;
    text->line++;
    if (stop > start && stop[-1] == '\r') stop--;
    if (stop == start || *start == '#') continue;
    *line = (struct csv_cell){start, (size_t)(stop - start)};
    return true;
  }
  return false;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/* Where the cell that begins at `at` ends: at a comma outside of quotes, or at the end. */
static const char *cell_end(const char *at, const char *end) {
  bool quoted = false;
  for (; at < end; at++) {
    if (*at == '"') quoted = !quoted;
    if (*at == ',' && !quoted) break;
  }
  return at;
}

bool csv_take(struct csv_cell *line, struct csv_cell *cell) {
  if (line->at == NULL) return false;
  const char *end = line->at + line->length, *start = line->at, *stop = cell_end(start, end);
  *line = stop < end ? (struct csv_cell){stop + 1, (size_t)(end - stop - 1)} : (struct csv_cell){0};
  while (start < stop && is_blank(*start)) start++;
  while (stop > start && is_blank(stop[-1])) stop--;
  if (stop - start >= 2 && *start == '"' && stop[-1] == '"') {
    start++;
    stop--;
  }
  *cell = (struct csv_cell){start, (size_t)(stop - start)};
  return true;
}
