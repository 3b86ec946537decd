#include "traffic_trace.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"
#include "sim.h"

#define TRACE_BYTES_MAX ((size_t)64 << 20)
#define TRACE_ROWS_MAX 2000000u
#define LATEST_NS 9e18 /* no run is longer */

enum column { TIME, OP, USER, KEY, SIZE, COLUMNS };

static const char *const column_name[COLUMNS] = {"time", "op", "user", "key", "size"};

/* --- names in a column ---------------------------------------------------------------------- */

/* Texts, numbered from 1 in the order in which they come. Open addressing; `slots` is a power of 2
 * and twice as large as there are lines. */
struct labels {
  uint32_t n, slots;
  struct csv_cell *text; /* by slot */
  uint32_t *number;      /* or 0: free */
};

static void labels_init(struct labels *labels, uint64_t lines) {
  uint64_t slots = 16;
  while (slots < 2 * lines) slots *= 2;
  *labels = (struct labels){.slots = (uint32_t)slots,
                            .text = mem_alloc(slots * sizeof *labels->text),
                            .number = mem_zeroed(slots, sizeof *labels->number)};
}

static void labels_free(struct labels *labels) {
  free(labels->text);
  free(labels->number);
}

/* FNV-1a, mixed. */
static uint64_t hash_text(struct csv_cell text) {
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < text.length; i++) {
    h = (h ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
  }
  return rng_mix(h);
}

static uint32_t label_number(struct labels *labels, struct csv_cell text) {
  uint32_t slot = (uint32_t)(hash_text(text) & (labels->slots - 1));
  for (; labels->number[slot]; slot = (slot + 1) & (labels->slots - 1)) {
    struct csv_cell known = labels->text[slot];
    if (known.length == text.length && memcmp(known.at, text.at, text.length) == 0) {
      return labels->number[slot];
    }
  }
  labels->text[slot] = text;
  return labels->number[slot] = ++labels->n;
}

/* --- the file ------------------------------------------------------------------------------- */

struct reader {
  struct loader *loader;
  const struct spot *spot; /* of the file's name */
  struct csv_text text;
  const char *unit;
  uint64_t begin_ns;
  double scale;
  int place[COLUMNS]; /* from 1; 0: there is none */
  uint32_t rows, capacity;
  double last_ns; /* as recorded */
  uint64_t *at_ns, *answer;
  uint8_t *op;
  uint32_t *user, *item;
  struct labels users, items, ops;
  int op_number[SPEC_MAX_OPS];
  uint64_t op_rows[SPEC_MAX_OPS]; /* by label */
};

#define SHOWN(cell) (int)((cell).length < 40 ? (cell).length : 40), (cell).at

static bool read_headings(struct reader *r) {
  struct csv_cell line, cell;
  if (!csv_next(&r->text, &line)) {
    return spot_error(r->loader, r->spot, "%s is empty", r->text.name);
  }
  for (int place = 1; csv_take(&line, &cell); place++) {
    if (cell.length == 1 && *cell.at == '-') continue; /* not wanted */
    int c = 0;
    char name[64];
    snprintf(name, sizeof name, "%.*s", SHOWN(cell));
    while (c < COLUMNS && strcmp(name, column_name[c]) != 0) c++;
    if (c == COLUMNS) {
      return spot_error(r->loader, r->spot,
                        "%s:%u: column %d is called \"%s\", and one that does not matter is to be "
                        "called \"-\"%s",
                        r->text.name, r->text.line, place, name,
                        nearest_hint(name, column_name, COLUMNS, "the first line names them").text);
    }
    if (r->place[c]) {
      return spot_error(r->loader, r->spot, "%s:%u: two columns are called \"%s\"", r->text.name,
                        r->text.line, name);
    }
    r->place[c] = place;
  }
  return r->place[TIME] || spot_error(r->loader, r->spot,
                                      "%s:%u: no column is called \"time\"; the first line names "
                                      "the columns",
                                      r->text.name, r->text.line);
}

static bool refuse(struct reader *r, enum column column, struct csv_cell cell, const char *what) {
  return spot_error(r->loader, r->spot, "%s:%u: %s \"%.*s\" %s", r->text.name, r->text.line,
                    column_name[column], SHOWN(cell), what);
}

/* A quantity; a bare number has the unit of the file. */
static bool read_quantity(struct csv_cell cell, enum quantity quantity, const char *unit,
                          double *out) {
  char text[64];
  if (cell.length + strlen(unit) >= sizeof text) return false;
  snprintf(text, sizeof text, "%.*s", (int)cell.length, cell.at);
  const char *end = quantity_number_end(text);
  struct error ignored;
  if (end && *end == '\0') snprintf(text + cell.length, sizeof text - cell.length, "%s", unit);
  return quantity_parse(quantity, text, out, &ignored);
}

/* The time of a row; `skip`: it lies before the run. */
static bool read_time(struct reader *r, struct csv_cell cell, bool *skip) {
  double recorded_ns;
  if (!read_quantity(cell, QUANTITY_TIME, r->unit, &recorded_ns)) {
    return refuse(r, TIME, cell, "is not a time such as 12.5 or 12.5s");
  }
  if (recorded_ns < r->last_ns) {
    return refuse(r, TIME, cell, "is earlier than the line before; sort the file by time");
  }
  r->last_ns = recorded_ns;
  *skip = recorded_ns < (double)r->begin_ns;
  if (*skip) return true;
  double at_ns = floor((recorded_ns - (double)r->begin_ns) / r->scale + 0.5);
  if (!(at_ns < LATEST_NS)) return refuse(r, TIME, cell, "is later than any run can last");
  r->at_ns[r->rows] = (uint64_t)at_ns;
  return true;
}

static bool read_op(struct reader *r, struct csv_cell cell) {
  uint32_t label = label_number(&r->ops, cell);
  if (label > SPEC_MAX_OPS - 1) return refuse(r, OP, cell, "is one operation too many");
  if (r->op_rows[label] == 0) {
    if (!name_is_valid(cell.at, cell.length)) {
      return refuse(r, OP, cell, "is no name: operations have letters, digits, '_' and '-'");
    }
    const char *name = arena_format(r->loader->arena, "%.*s", (int)cell.length, cell.at);
    if (!operation_number(r->loader, r->spot, name, true, &r->op_number[label])) return false;
  }
  r->op_rows[label]++;
  r->op[r->rows] = (uint8_t)r->op_number[label];
  return true;
}

static bool read_size(struct reader *r, struct csv_cell cell) {
  double bytes;
  if (!read_quantity(cell, QUANTITY_SIZE, "B", &bytes) || !(bytes < 1e18)) {
    return refuse(r, SIZE, cell, "is not a size such as 512 or 2kB");
  }
  r->answer[r->rows] = (uint64_t)(bytes + 0.5);
  return true;
}

static bool read_row(struct reader *r, struct csv_cell line) {
  struct csv_cell cells[COLUMNS] = {{0}}, cell;
  int place = 1;
  for (; csv_take(&line, &cell); place++) {
    for (int c = 0; c < COLUMNS; c++) {
      if (r->place[c] == place) cells[c] = cell;
    }
  }
  for (int c = 0; c < COLUMNS; c++) {
    if (r->place[c] < place) continue;
    return spot_error(r->loader, r->spot, "%s:%u has no column \"%s\"", r->text.name, r->text.line,
                      column_name[c]);
  }
  bool skip;
  if (!read_time(r, cells[TIME], &skip)) return false;
  if (skip) return true;
  if (r->place[OP] && !read_op(r, cells[OP])) return false;
  if (r->place[SIZE] && !read_size(r, cells[SIZE])) return false;
  if (r->place[USER]) r->user[r->rows] = label_number(&r->users, cells[USER]);
  if (r->place[KEY]) {
    r->item[r->rows] = cells[KEY].length ? label_number(&r->items, cells[KEY]) : 0;
  }
  r->rows++;
  return true;
}

static bool read_rows(struct reader *r) {
  struct csv_cell line;
  while (csv_next(&r->text, &line)) {
    if (r->rows == TRACE_ROWS_MAX) {
      return spot_error(r->loader, r->spot, "%s:%u is one line too many; a trace has at most %u",
                        r->text.name, r->text.line, TRACE_ROWS_MAX);
    }
    if (!read_row(r, line)) return false;
  }
  if (r->rows > 0) return true;
  return spot_error(r->loader, r->spot,
                    r->last_ns >= 0 ? "%s ends before `begin`" : "%s has no rows", r->text.name);
}

static void make_room(struct reader *r) {
  struct arena *arena = r->loader->arena;
  uint64_t lines = 1;
  for (const char *p = r->text.at; p < r->text.end; p++) lines += *p == '\n';
  if (lines > TRACE_ROWS_MAX) lines = TRACE_ROWS_MAX;
  r->at_ns = arena_alloc(arena, lines * sizeof *r->at_ns);
  if (r->place[OP]) r->op = arena_alloc(arena, lines * sizeof *r->op);
  if (r->place[USER]) r->user = arena_alloc(arena, lines * sizeof *r->user);
  if (r->place[KEY]) r->item = arena_alloc(arena, lines * sizeof *r->item);
  if (r->place[SIZE]) r->answer = arena_alloc(arena, lines * sizeof *r->answer);
  labels_init(&r->ops, SPEC_MAX_OPS);
  labels_init(&r->users, r->place[USER] ? lines : 0);
  labels_init(&r->items, r->place[KEY] ? lines : 0);
}

/* --- what it comes to ----------------------------------------------------------------------- */

static int by_op(const void *a, const void *b) {
  const struct mix_part *first = a, *second = b;
  return (int)first->op - (int)second->op;
}

static struct mix shares_of(const struct reader *r) {
  struct mix_part *part = arena_alloc(r->loader->arena, (r->ops.n + 1) * sizeof *part);
  for (uint32_t i = 0; i < r->ops.n; i++) {
    part[i] = (struct mix_part){(uint8_t)r->op_number[i + 1],
                                (double)r->op_rows[i + 1] / (double)r->rows};
  }
  qsort(part, r->ops.n, sizeof *part, by_op);
  return (struct mix){r->ops.n, part};
}

/* The rate in stretches of equal length, each with some hundred requests or more, so that chance
 * makes no peaks. NULL: all come at one time. */
static const struct profile *rate_of(const struct reader *r, uint64_t every_ns) {
  uint64_t first_ns = r->at_ns[0], last_ns = r->at_ns[r->rows - 1];
  uint32_t stretches = r->rows / 400 > 100 ? 100 : r->rows / 400 + 1;
  if (last_ns - first_ns < 2 * stretches) return NULL;
  double length_ns = (double)(last_ns - first_ns) / stretches;
  struct profile_point *point = arena_alloc(r->loader->arena, (stretches + 2) * sizeof *point);
  uint32_t n = 0, row = 0;
  if (first_ns > 0) point[n++] = (struct profile_point){0, 0};
  for (uint32_t i = 0; i < stretches; i++) {
    uint64_t from_ns = first_ns + (uint64_t)(length_ns * i), before = row;
    uint64_t to_ns = i + 1 == stretches ? last_ns : first_ns + (uint64_t)(length_ns * (i + 1));
    while (row < r->rows && (r->at_ns[row] < to_ns || i + 1 == stretches)) row++;
    double count = (double)(row - before);
    point[n++] = (struct profile_point){from_ns, count / (double)(to_ns - from_ns) * 1e9};
  }
  point[n++] = (struct profile_point){last_ns, 0};
  return profile_new(r->loader->arena, point, n, every_ns, true);
}

static void finish(const struct reader *r, uint64_t every_ns, struct arrivals *out) {
  struct arrival_trace *trace = arena_alloc(r->loader->arena, sizeof *trace);
  *trace = (struct arrival_trace){.rows = r->rows,
                                  .at_ns = r->at_ns,
                                  .every_ns = every_ns,
                                  .op = r->op,
                                  .item = r->item,
                                  .user = r->user,
                                  .answer = r->answer};
  if (r->op) trace->ops = shares_of(r);
  if (r->user) trace->users = (struct keys){.kind = KEYS_UNIFORM, .n = r->users.n};
  out->trace = trace;
  out->profile = rate_of(r, every_ns);
}

/* --- the word ------------------------------------------------------------------------------- */

static bool read_unit(struct reader *r, const struct spot *spot, int table) {
  struct spot at = spot_key(spot, "unit");
  bool given = lua_getfield(r->loader->L, table, "unit") != LUA_TNIL;
  r->unit = "s";
  bool ok = !given || value_text(r->loader, &at, -1, "a unit such as \"ms\"", &r->unit);
  lua_pop(r->loader->L, 1);
  if (!ok || !given) return ok;
  double ignored;
  struct error why = {0};
  char probe[64];
  snprintf(probe, sizeof probe, "1%.40s", r->unit);
  return quantity_parse(QUANTITY_TIME, probe, &ignored, &why) ||
         spot_error(r->loader, &at, "%s", why.text);
}

static bool read_settings(struct reader *r, const struct spot *spot, int table, uint64_t *every_ns,
                          const char **name) {
  static const char *const keys[] = {"csv", "unit", "begin", "every", "scale"};
  struct loader *loader = r->loader;
  if (!table_check(loader, spot, table, keys, 5, 0)) return false;
  bool given;
  double begin_ns = 0, period_ns = 0;
  if (lua_getfield(loader->L, table, "csv") == LUA_TNIL) {
    return table_missing(loader, spot, "csv", "the name of a file such as \"access.csv\"");
  }
  bool ok = value_text(loader, r->spot, -1, "the name of a file", name);
  lua_pop(loader->L, 1);
  if (!ok || !read_unit(r, spot, table) ||
      !table_quantity(loader, spot, table, "begin", QUANTITY_TIME, &begin_ns, &given)) {
    return false;
  }
  struct spot at = spot_key(spot, "begin");
  if (!(begin_ns < LATEST_NS)) return spot_error(loader, &at, "is later than any run can last");
  r->begin_ns = (uint64_t)(begin_ns + 0.5);
  r->scale = 1;
  if (!table_number(loader, spot, table, "scale", &r->scale, &given)) return false;
  at = spot_key(spot, "scale");
  if (!(r->scale > 0 && r->scale <= 1e6)) {
    return spot_error(loader, &at, "must be greater than 0 and at most 1000000");
  }
  if (!table_quantity(loader, spot, table, "every", QUANTITY_TIME, &period_ns, &given))
    return false;
  at = spot_key(spot, "every");
  if (given && !(period_ns > 0 && period_ns < LATEST_NS)) {
    return spot_error(loader, &at, "must be greater than 0 and at most as long as a run can be");
  }
  *every_ns = (uint64_t)(period_ns / r->scale + 0.5);
  return true;
}

bool traffic_trace(struct loader *loader, const struct spot *spot, struct arrivals *out) {
  int table = lua_gettop(loader->L);
  if (!lua_istable(loader->L, table)) {
    return value_unexpected(loader, spot, table, "a table such as trace { csv = \"access.csv\" }");
  }
  struct spot file = spot_key(spot, "csv");
  struct reader r = {.loader = loader, .spot = &file, .last_ns = -1};
  uint64_t every_ns = 0;
  const char *name = NULL;
  if (!read_settings(&r, spot, table, &every_ns, &name) ||
      !value_csv(loader, &file, spot->word, name, TRACE_BYTES_MAX, &r.text) || !read_headings(&r)) {
    return false;
  }
  make_room(&r);
  bool ok = read_rows(&r);
  labels_free(&r.ops);
  labels_free(&r.users);
  labels_free(&r.items);
  if (!ok) return false;
  if (every_ns > 0 && every_ns <= r.at_ns[r.rows - 1]) {
    struct spot at = spot_key(spot, "every");
    return spot_error(loader, &at,
                      "must be longer than the trace, whose last line is %.9g s after "
                      "its beginning",
                      (double)r.at_ns[r.rows - 1] / 1e9 * r.scale);
  }
  finish(&r, every_ns, out);
  return true;
}
