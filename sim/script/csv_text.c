#include "csv_text.h"

#include <string.h>

bool csv_open(struct loader *loader, const struct spot *spot, const struct word *word,
              const char *name, size_t limit, struct csv_text *out) {
  uint32_t from = word->source == NO_SOURCE ? 0 : word->source;
  struct error why = {0};
  const char *path = source_below(loader->arena, loader->top, loader->source[from], name, &why);
  if (path == NULL) return spot_error(loader, spot, "%s", why.text);
  const char *text;
  size_t length;
  if (limit > loader->csv_budget) limit = loader->csv_budget;
  if (!source_read(loader->arena, path, limit, &text, &length, &why)) {
    return spot_error(loader, spot, "\"%s\" %s", name, why.text);
  }
  loader->csv_budget -= length;
  loader_add_input(loader, text, length);
  if (memchr(text, '\0', length)) return spot_error(loader, spot, "%s is not a text", name);
  *out = (struct csv_text){.name = name, .at = text, .end = text + length};
  return true;
}

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
