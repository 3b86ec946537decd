/* empirical { ... }: a distribution from measured quantiles or from a file of measured values. */
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dist_make.h"
#include "distribution.h"

#define POINTS_MAX 64
#define CSV_BYTES_MAX ((size_t)16 << 20)
#define CSV_VALUES_MAX 1000000u

/* --- quantiles ------------------------------------------------------------------------------ */

/* "p999" is the quantile 0.999, "min" and "max" are 0 and 1; -1: none. */
static double probability_of(const char *key) {
  if (!strcmp(key, "min")) return 0;
  if (!strcmp(key, "max")) return 1;
  size_t digits = strspn(key + (key[0] == 'p'), "0123456789");
  if (key[0] != 'p' || digits < 2 || digits > 6 || key[1 + digits] != '\0') return -1;
  char text[16];
  snprintf(text, sizeof text, "0.%s", key + 1);
  return strtod(text, NULL);
}

struct quantile {
  const char *key;
  double p;
};

static int by_probability(const void *a, const void *b) {
  const struct quantile *first = a, *second = b;
  if (first->p != second->p) return first->p < second->p ? -1 : 1;
  return strcmp(first->key, second->key); /* p5 and p50 are the same: refused later */
}

/* The keys that are quantiles; an unknown one is reported by table_check. */
static bool collect(struct loader *loader, const struct spot *spot, int table,
                    struct quantile *found, uint32_t *n) {
  lua_State *L = loader->L;
  static const char *const usual[] = {"min", "p50", "p90", "p95", "p99", "p999", "max", "csv"};
  *n = 0;
  bool all = true;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    double p = probability_of(key);
    if (p < 0 || *n == POINTS_MAX) {
      all = false;
    } else {
      found[(*n)++] = (struct quantile){key, p};
    }
  }
  if (!all && !table_check(loader, spot, table, usual, 8, 0)) return false;
  if (!all) return spot_error(loader, spot, "give quantiles such as p50, p90, p99 alone");
  if (*n < 2) {
    return spot_error(loader, spot, "give at least two quantiles, such as p50 = \"3ms\" and p99");
  }
  qsort(found, *n, sizeof *found, by_probability);
  return true;
}

static bool read_quantiles(struct loader *loader, const struct spot *spot, int table,
                           enum quantity quantity, struct dist *out) {
  struct quantile found[POINTS_MAX];
  struct dist_point points[POINTS_MAX];
  uint32_t n;
  if (!collect(loader, spot, table, found, &n)) return false;
  for (uint32_t i = 0; i < n; i++) {
    bool given;
    points[i].p = found[i].p;
    const char *key = found[i].key;
    if (!table_quantity(loader, spot, table, key, quantity, &points[i].value, &given)) return false;
    struct spot at = spot_key(spot, key);
    if (i > 0 && points[i].p == points[i - 1].p) {
      return spot_error(loader, &at, "is the same quantile as %s", found[i - 1].key);
    }
    if (i > 0 && points[i].value < points[i - 1].value) {
      return spot_error(loader, &at, "must not be less than %s", found[i - 1].key);
    }
  }
  struct error why = {0};
  return dist_empirical(out, loader->arena, n, points, &why) ||
         distribution_refused(loader, spot, quantity, &why);
}

/* --- files ---------------------------------------------------------------------------------- */

struct csv {
  struct loader *loader;
  const struct spot *spot;
  struct csv_text text;
  uint64_t column;
  const char *name, *unit;
  enum quantity quantity;
  double *values;
  uint32_t n, capacity;
};

/* The value of a cell: the number with the unit behind it goes through the usual parser. */
static bool read_cell(struct csv *csv, struct csv_cell cell, double *value) {
  char text[64];
  if (cell.length + strlen(csv->unit) >= sizeof text) return false;
  snprintf(text, sizeof text, "%.*s%s", (int)cell.length, cell.at, csv->unit);
  struct error ignored;
  return quantity_parse(csv->quantity, text, value, &ignored);
}

static bool read_line(struct csv *csv, struct csv_cell line) {
  struct csv_cell cell = {0};
  for (uint64_t i = 0; i < csv->column; i++) {
    if (csv_take(&line, &cell)) continue;
    return spot_error(csv->loader, csv->spot, "%s:%u has no column %llu", csv->name, csv->text.line,
                      (unsigned long long)csv->column);
  }
  double value = 0;
  if (!read_cell(csv, cell, &value)) {
    if (csv->text.line == 1) return true; /* a line of headings */
    int shown = cell.length < 40 ? (int)cell.length : 40;
    return spot_error(csv->loader, csv->spot,
                      "%s:%u: \"%.*s\" is not a number >= 0; write one value a line", csv->name,
                      csv->text.line, shown, cell.at);
  }
  if (csv->n == CSV_VALUES_MAX) {
    return spot_error(csv->loader, csv->spot,
                      "%s has more than %u values; take every tenth of them, say", csv->name,
                      CSV_VALUES_MAX);
  }
  if (csv->n == csv->capacity) {
    csv->capacity = csv->capacity ? 2 * csv->capacity : 1024;
    csv->values = mem_resize(csv->values, csv->capacity * sizeof *csv->values);
  }
  csv->values[csv->n++] = value;
  return true;
}

static bool read_lines(struct csv *csv) {
  struct csv_cell line;
  while (csv_next(&csv->text, &line)) {
    if (!read_line(csv, line)) return false;
  }
  if (csv->n == 0) return spot_error(csv->loader, csv->spot, "%s has no values", csv->name);
  size_t bytes = csv->n * sizeof *csv->values;
  if (bytes > csv->loader->csv_budget) {
    return spot_error(csv->loader, csv->spot,
                      "%s and the files before it have more values than the limit of %zu MiB; name "
                      "fewer files, or shorter ones",
                      csv->name, CSV_BUDGET >> 20);
  }
  csv->loader->csv_budget -= bytes;
  return true;
}

static bool read_settings(struct csv *csv, int table) {
  struct loader *loader = csv->loader;
  lua_State *L = loader->L;
  static const char *const keys[] = {"csv", "column", "unit"};
  const bool is_time = csv->quantity == QUANTITY_TIME;
  if (!table_check(loader, csv->spot, table, keys, 3, 0)) return false;
  struct spot at = spot_key(csv->spot, "csv");
  lua_getfield(L, table, "csv");
  if (!value_text(loader, &at, -1, "the name of a file", &csv->name)) return false;
  at = spot_key(csv->spot, "column");
  csv->column = 1;
  if (lua_getfield(L, table, "column") != LUA_TNIL) {
    if (!value_whole(loader, &at, -1, &csv->column)) return false;
    if (csv->column < 1) return spot_error(loader, &at, "columns are counted from 1");
  }
  at = spot_key(csv->spot, "unit");
  if (lua_getfield(L, table, "unit") == LUA_TNIL) {
    return table_missing(loader, csv->spot, "unit", is_time ? "one such as \"ms\"" : "\"B\"");
  }
  if (!value_text(loader, &at, -1, "a unit such as \"ms\"", &csv->unit)) return false;
  lua_pop(L, 3);
  double ignored;
  struct error why = {0};
  char probe[64];
  snprintf(probe, sizeof probe, "1%.40s", csv->unit);
  if (quantity_parse(csv->quantity, probe, &ignored, &why)) return true;
  return spot_error(loader, &at, "%s", why.text);
}

static bool read_csv(struct loader *loader, const struct spot *spot, int table,
                     enum quantity quantity, struct dist *out) {
  struct csv csv = {.loader = loader, .spot = spot, .quantity = quantity};
  if (!read_settings(&csv, table)) return false;
  struct spot at = spot_key(spot, "csv");
  csv.spot = &at;
  struct error why = {0};
  bool ok = value_csv(loader, &at, spot->word, csv.name, CSV_BYTES_MAX, &csv.text) &&
            read_lines(&csv) &&
            (dist_samples(out, loader->arena, csv.n, csv.values, &why) ||
             distribution_refused(loader, spot, quantity, &why));
  free(csv.values);
  return ok;
}

bool distribution_empirical(struct loader *loader, const struct spot *spot, int table,
                            enum quantity quantity, struct dist *out) {
  bool has_file = lua_getfield(loader->L, table, "csv") != LUA_TNIL;
  lua_pop(loader->L, 1);
  return has_file ? read_csv(loader, spot, table, quantity, out)
                  : read_quantiles(loader, spot, table, quantity, out);
}
