#include "database.h"

#include <glib.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

#include "axis.h"
#include "sweep_csv.h"

static const char tables[] =
    "CREATE TABLE sweep (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE axis (position INTEGER PRIMARY KEY, name TEXT NOT NULL);"
    "CREATE TABLE axis_value (axis INTEGER NOT NULL, position INTEGER NOT NULL, value TEXT NOT "
    "NULL,"
    " number REAL, PRIMARY KEY (axis, position)) WITHOUT ROWID;"
    "CREATE TABLE point (point INTEGER PRIMARY KEY, key TEXT NOT NULL, seed INTEGER,"
    " replications INTEGER, simulated_s REAL, warmup_s REAL, events INTEGER, fingerprint TEXT,"
    " goals_met INTEGER);"
    "CREATE TABLE param (point INTEGER NOT NULL, name TEXT NOT NULL, value TEXT, number REAL,"
    " PRIMARY KEY (point, name)) WITHOUT ROWID;"
    "CREATE TABLE metric (metric INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT);"
    "CREATE TABLE estimate (point INTEGER NOT NULL, metric INTEGER NOT NULL, value REAL, lo REAL,"
    " hi REAL, n INTEGER, PRIMARY KEY (metric, point)) WITHOUT ROWID;"
    "CREATE TABLE goal (point INTEGER NOT NULL, position INTEGER NOT NULL, goal TEXT, metric TEXT,"
    " value REAL, lo REAL, hi REAL, pass INTEGER, verdict TEXT, PRIMARY KEY (point, position)) "
    "WITHOUT ROWID;"
    "CREATE TABLE physics (point INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT,"
    " pass INTEGER, detail TEXT, PRIMARY KEY (point, position)) WITHOUT ROWID;"
    "CREATE TABLE warning (point INTEGER NOT NULL, position INTEGER NOT NULL, text TEXT,"
    " PRIMARY KEY (point, position)) WITHOUT ROWID;";

/* secure_delete: a page is cleared before it is used, so that no chance bytes stay in its gaps. */
static const char settings[] =
    "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA journal_mode = OFF;"
    "PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA secure_delete = ON;"
    "PRAGMA auto_vacuum = NONE; BEGIN;";

enum insert {
  INSERT_POINT,
  INSERT_PARAM,
  INSERT_METRIC,
  INSERT_ESTIMATE,
  INSERT_GOAL,
  INSERT_PHYSICS,
  INSERT_WARNING,
  INSERTS
};

static const char *const insert_text[INSERTS] = {
    [INSERT_POINT] = "INSERT INTO point VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [INSERT_PARAM] = "INSERT INTO param VALUES (?, ?, ?, ?)",
    [INSERT_METRIC] = "INSERT INTO metric VALUES (?, ?, ?)",
    [INSERT_ESTIMATE] = "INSERT INTO estimate VALUES (?, ?, ?, ?, ?, ?)",
    [INSERT_GOAL] = "INSERT INTO goal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [INSERT_PHYSICS] = "INSERT INTO physics VALUES (?, ?, ?, ?, ?)",
    [INSERT_WARNING] = "INSERT INTO warning VALUES (?, ?, ?)",
};

struct database {
  sqlite3 *db;
  sqlite3_stmt *insert[INSERTS];
  GHashTable *metrics; /* name -> number; looked up alone */
};

/* --- values --------------------------------------------------------------------------------- */

static bool fail(const struct database *d, struct error *err) {
  return error_set(err, "cannot write the database: %s",
                   d->db != NULL ? sqlite3_errmsg(d->db) : "out of memory");
}

static void bind_json(sqlite3_stmt *s, int column, const json_t *value) {
  switch (json_typeof(value)) {
    case JSON_STRING:
      sqlite3_bind_text(s, column, json_string_value(value), -1, SQLITE_TRANSIENT);
      return;
    case JSON_INTEGER:
      sqlite3_bind_int64(s, column, json_integer_value(value));
      return;
    case JSON_REAL:
      sqlite3_bind_double(s, column, json_real_value(value));
      return;
    case JSON_TRUE:
    case JSON_FALSE:
      sqlite3_bind_int(s, column, json_is_true(value));
      return;
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_NULL:
      break;
  }
  sqlite3_bind_null(s, column);
}

/* The value of a key, or NULL in the database. */
static void bind_key(sqlite3_stmt *s, int column, const json_t *tree, const char *key) {
  const json_t *value = json_object_get(tree, key);
  if (value == NULL) {
    sqlite3_bind_null(s, column);
  } else {
    bind_json(s, column, value);
  }
}

/* What a parameter's text means as a number in base units. */
static void bind_number(sqlite3_stmt *s, int column, const char *text) {
  double number;
  if (axis_number(text, &number)) {
    sqlite3_bind_double(s, column, number);
  } else {
    sqlite3_bind_null(s, column);
  }
}

static bool step(const struct database *d, sqlite3_stmt *s, struct error *err) {
  bool ok = sqlite3_step(s) == SQLITE_DONE;
  if (!ok) fail(d, err);
  sqlite3_reset(s);
  return ok;
}

static bool execute(const struct database *d, const char *sql, struct error *err) {
  return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(d, err);
}

/* --- the sweep ------------------------------------------------------------------------------ */

static bool add_axis(const struct database *d, int position, const json_t *axis,
                     struct error *err) {
  sqlite3_stmt *name = NULL, *value = NULL;
  bool ok =
      sqlite3_prepare_v2(d->db, "INSERT INTO axis VALUES (?, ?)", -1, &name, NULL) == SQLITE_OK &&
      sqlite3_prepare_v2(d->db, "INSERT INTO axis_value VALUES (?, ?, ?, ?)", -1, &value, NULL) ==
          SQLITE_OK;
  if (!ok) fail(d, err);
  if (ok) {
    sqlite3_bind_int(name, 1, position);
    bind_key(name, 2, axis, "name");
    ok = step(d, name, err);
  }
  const json_t *values = json_object_get(axis, "values");
  for (size_t i = 0; ok && i < json_array_size(values); i++) {
    const char *text = json_string_value(json_array_get(values, i));
    sqlite3_bind_int(value, 1, position);
    sqlite3_bind_int64(value, 2, (sqlite3_int64)i + 1);
    sqlite3_bind_text(value, 3, text, -1, SQLITE_TRANSIENT);
    bind_number(value, 4, text != NULL ? text : "");
    ok = step(d, value, err);
  }
  sqlite3_finalize(name);
  sqlite3_finalize(value);
  return ok;
}

static bool add_manifest(const struct database *d, const json_t *manifest, struct error *err) {
  static const char *const keys[] = {"combinations", "model",  "points", "question", "replications",
                                     "scenario",     "schema", "seed",   "sweep",    "version"};
  sqlite3_stmt *s = NULL;
  bool ok = sqlite3_prepare_v2(d->db, "INSERT INTO sweep VALUES (?, ?)", -1, &s, NULL) == SQLITE_OK;
  if (!ok) fail(d, err);
  for (size_t i = 0; ok && i < G_N_ELEMENTS(keys); i++) {
    sqlite3_bind_text(s, 1, keys[i], -1, SQLITE_STATIC);
    bind_key(s, 2, manifest, keys[i]);
    ok = step(d, s, err);
  }
  sqlite3_finalize(s);
  const json_t *axes = json_object_get(manifest, "axes");
  for (size_t i = 0; ok && i < json_array_size(axes); i++) {
    ok = add_axis(d, (int)i + 1, json_array_get(axes, i), err);
  }
  return ok;
}

static void append_quoted(GString *sql, const char *text, char quote) {
  g_string_append_c(sql, quote);
  for (; *text != '\0'; text++) {
    if (*text == quote) g_string_append_c(sql, quote);
    g_string_append_c(sql, *text);
  }
  g_string_append_c(sql, quote);
}

/* The view `result`: the same columns as the CSV; axes as numbers where they are. */
static bool make_view(const struct database *d, const json_t *axes, struct error *err) {
  GString *sql = g_string_new("CREATE VIEW result AS SELECT e.point AS point");
  for (size_t i = 0; i < json_array_size(axes); i++) {
    const json_t *axis = json_array_get(axes, i);
    const char *name = json_string_value(json_object_get(axis, "name"));
    char *column = sweep_column(axis);
    g_string_append(sql,
                    ", (SELECT coalesce(p.number, p.value) FROM param p WHERE p.point = e.point"
                    " AND p.name = ");
    append_quoted(sql, name != NULL ? name : "", '\'');
    g_string_append(sql, ") AS ");
    append_quoted(sql, column, '"');
    g_free(column);
  }
  g_string_append(sql,
                  ", m.name AS metric, e.value AS value, e.lo AS lo, e.hi AS hi, e.n AS n,"
                  " m.unit AS unit FROM estimate e JOIN metric m ON m.metric = e.metric");
  bool ok = execute(d, sql->str, err);
  g_string_free(sql, TRUE);
  return ok;
}

static bool prepare_all(struct database *d, struct error *err) {
  for (int i = 0; i < INSERTS; i++) {
    if (sqlite3_prepare_v2(d->db, insert_text[i], -1, &d->insert[i], NULL) != SQLITE_OK) {
      return fail(d, err);
    }
  }
  return true;
}

struct database *database_open(const char *path, const json_t *manifest, struct error *err) {
  struct database *d = g_new0(struct database, 1);
  d->metrics = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  bool ok = sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
                SQLITE_OK ||
            fail(d, err);
  ok = ok && execute(d, settings, err) && execute(d, tables, err) && prepare_all(d, err) &&
       add_manifest(d, manifest, err) && make_view(d, json_object_get(manifest, "axes"), err);
  if (ok) return d;
  database_close(d, false, NULL);
  return NULL;
}

/* --- points --------------------------------------------------------------------------------- */

static bool all_pass(const json_t *list) {
  for (size_t i = 0; i < json_array_size(list); i++) {
    if (!json_is_true(json_object_get(json_array_get(list, i), "pass"))) return false;
  }
  return true;
}

static bool add_point(const struct database *d, sqlite3_int64 point, const json_t *tree,
                      struct error *err) {
  static const char *const keys[] = {"key",      "seed",   "replications", "simulated_s",
                                     "warmup_s", "events", "fingerprint"};
  sqlite3_stmt *s = d->insert[INSERT_POINT];
  sqlite3_bind_int64(s, 1, point);
  for (int i = 0; i < (int)G_N_ELEMENTS(keys); i++) bind_key(s, i + 2, tree, keys[i]);
  sqlite3_bind_int(s, 9, all_pass(json_object_get(tree, "goals")));
  return step(d, s, err);
}

static bool add_params(const struct database *d, sqlite3_int64 point, const json_t *params,
                       struct error *err) {
  sqlite3_stmt *s = d->insert[INSERT_PARAM];
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)params, name, value) {
    const char *text = json_string_value(value);
    sqlite3_bind_int64(s, 1, point);
    sqlite3_bind_text(s, 2, name, -1, SQLITE_TRANSIENT);
    bind_json(s, 3, value);
    bind_number(s, 4, text != NULL ? text : "");
    if (!step(d, s, err)) return false;
  }
  return true;
}

/* Metrics are numbered in the order in which points mention them first. */
static bool metric_number(const struct database *d, const char *name, const json_t *metric,
                          guint *out, struct error *err) {
  *out = GPOINTER_TO_UINT(g_hash_table_lookup(d->metrics, name));
  if (*out != 0) return true;
  *out = g_hash_table_size(d->metrics) + 1;
  g_hash_table_insert(d->metrics, g_strdup(name), GUINT_TO_POINTER(*out));
  sqlite3_stmt *s = d->insert[INSERT_METRIC];
  sqlite3_bind_int64(s, 1, *out);
  sqlite3_bind_text(s, 2, name, -1, SQLITE_TRANSIENT);
  bind_key(s, 3, metric, "unit");
  return step(d, s, err);
}

static bool add_estimates(const struct database *d, sqlite3_int64 point, const json_t *metrics,
                          struct error *err) {
  sqlite3_stmt *s = d->insert[INSERT_ESTIMATE];
  const char *name;
  json_t *metric;
  json_object_foreach((json_t *)metrics, name, metric) {
    guint number;
    if (!metric_number(d, name, metric, &number, err)) return false;
    sqlite3_bind_int64(s, 1, point);
    sqlite3_bind_int64(s, 2, number);
    bind_key(s, 3, metric, "value");
    bind_key(s, 4, metric, "lo");
    bind_key(s, 5, metric, "hi");
    bind_key(s, 6, metric, "n");
    if (!step(d, s, err)) return false;
  }
  return true;
}

/* A list of objects, each a row: point, position and these keys. */
static bool add_list(const struct database *d, enum insert insert, sqlite3_int64 point,
                     const json_t *list, const char *const *keys, struct error *err) {
  sqlite3_stmt *s = d->insert[insert];
  for (size_t i = 0; i < json_array_size(list); i++) {
    const json_t *entry = json_array_get(list, i);
    sqlite3_bind_int64(s, 1, point);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)i + 1);
    for (int k = 0; keys[k] != NULL; k++) bind_key(s, k + 3, entry, keys[k]);
    if (json_is_string(entry)) bind_json(s, 3, entry);
    if (!step(d, s, err)) return false;
  }
  return true;
}

bool database_add(struct database *d, const json_t *tree, struct error *err) {
  static const char *const goal_keys[] = {"goal", "metric", "value",   "lo",
                                          "hi",   "pass",   "verdict", NULL};
  static const char *const check_keys[] = {"check", "pass", "detail", NULL};
  static const char *const no_keys[] = {NULL};
  sqlite3_int64 point = json_integer_value(json_object_get(tree, "point"));
  return add_point(d, point, tree, err) &&
         add_params(d, point, json_object_get(tree, "params"), err) &&
         add_estimates(d, point, json_object_get(tree, "metrics"), err) &&
         add_list(d, INSERT_GOAL, point, json_object_get(tree, "goals"), goal_keys, err) &&
         add_list(d, INSERT_PHYSICS, point, json_object_get(tree, "checks"), check_keys, err) &&
         add_list(d, INSERT_WARNING, point, json_object_get(tree, "warnings"), no_keys, err);
}

bool database_close(struct database *d, bool ok, struct error *err) {
  for (int i = 0; i < INSERTS; i++) sqlite3_finalize(d->insert[i]);
  if (ok) ok = execute(d, "COMMIT", err);
  if (sqlite3_close(d->db) != SQLITE_OK && ok) ok = fail(d, err);
  g_hash_table_destroy(d->metrics);
  g_free(d);
  return ok;
}
