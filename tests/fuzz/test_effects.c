/* Aim: each parameter of the language changes what a run gives: none is read and ignored. For each
 * effects.txt has two values of it, of which the runs must differ; test_parameters sees to it that
 * it has all of them.
 *
 *   tests/fuzz/test_effects FILE [START]      rows of tables whose name begins so
 *
 * The file:
 *   == NAME                 begins a scenario; "$" in it stands for what is tried
 *   -- TABLE                rows that follow try parameters of this table in it
 *   KEY: A | B              KEY = A and KEY = B; "-" is nothing, and what begins with "word = " is
 *                           put there as it is
 *   KEY (MORE): A | B       with MORE before it
 *   KEY: A | B + MORE       with MORE at the end of the scenario
 *   !! TABLE.KEY: REASON    has no effect on a run, and why
 * In a scenario whose name begins with "@" values stand there as they are. */
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiment.h"
#include "random_scenario.h"

#define END "run { duration = \"20s\", warmup = \"0s\", replications = 1, seed = 1 }\n"

static struct {
  const struct language *language;
  const char *only; /* NULL: all */
  GString *base;
  char *table;
  bool bare; /* values stand as they are */
  uint32_t rows, wrong;
} all;

struct row {
  char *key, *extra, *value[2], *more;
};

/* --- a row ----------------------------------------------------------------------------------- */

/* "(...)" after the key, to the bracket that closes it. */
static const char *end_of_extra(const char *at) {
  int open = 0;
  do {
    open += (*at == '(') - (*at == ')');
  } while (*at++ && open > 0);
  return at;
}

static struct row read_row(const char *line) {
  struct row row = {0};
  const char *at = line + strcspn(line, ": ");
  row.key = g_strndup(line, (gsize)(at - line));
  if (g_str_has_prefix(at, " (")) {
    const char *end = end_of_extra(at + 1);
    row.extra = g_strndup(at + 2, (gsize)(end - at - 3));
    at = end;
  }
  g_assert_true(g_str_has_prefix(at, ": "));
  char **part = g_strsplit(at + 2, " + ", 2), **value = g_strsplit(part[0], " | ", 2);
  g_assert_nonnull(value[1]);
  for (int i = 0; i < 2; i++) row.value[i] = g_strdup(value[i]);
  row.more = g_strdup(part[1] ? part[1] : "");
  g_strfreev(part);
  g_strfreev(value);
  return row;
}

static void free_row(struct row *row) {
  g_free(row->key);
  g_free(row->extra);
  g_free(row->more);
  for (int i = 0; i < 2; i++) g_free(row->value[i]);
}

static bool is_whole(const char *value) {
  size_t word = strspn(value, "abcdefghijklmnopqrstuvwxyz_");
  return all.bare || (word > 0 && g_str_has_prefix(value + word, " = "));
}

static char *text_of(const struct row *row, int which) {
  GString *put = g_string_new(row->extra ? row->extra : "");
  const char *value = row->value[which], *dot = strrchr(row->key, '.');
  if (row->extra) g_string_append(put, ", ");
  if (strcmp(value, "-") == 0) {
    value = "";
  } else if (!is_whole(value)) {
    g_string_append_printf(put, "%s = ", dot ? dot + 1 : row->key);
  }
  g_string_append(put, value);
  GString *text = g_string_new(all.base->str);
  g_string_replace(text, "$", put->str, 0);
  g_string_append_printf(text, "%s\n", row->more);
  if (strstr(text->str, "run {") == NULL) g_string_append(text, END);
  g_string_free(put, TRUE);
  return g_string_free(text, FALSE);
}

/* --- its runs -------------------------------------------------------------------------------- */

struct ran {
  struct scenario *scenario;
  struct results results;
};

static bool run_text(const char *text, struct ran *out) {
  struct error err = {0};
  out->scenario = language_load(all.language, text, &err);
  struct experiment_options options = {.jobs = 1, .follows_none = true};
  if (out->scenario && experiment_run(out->scenario, &options, &out->results, &err)) return true;
  printf("%s\n", err.text);
  scenario_free(out->scenario);
  return false;
}

static void free_ran(struct ran *ran) {
  results_free(&ran->results);
  scenario_free(ran->scenario);
}

static bool same_number(double a, double b) {
  return a == b || (isnan(a) && isnan(b));
}

/* Whether no number of both runs differs. Names, such as that of a fault, are not looked at. */
static bool are_alike(const struct results *a, const struct results *b) {
  if (a->fingerprint != b->fingerprint || a->goals != b->goals) return false;
  for (uint32_t i = 0; i < a->goals; i++) {
    if (a->goal[i].verdict != b->goal[i].verdict) return false;
    if (!same_number(a->goal[i].estimate.value, b->goal[i].estimate.value)) return false;
  }
  for (uint32_t i = 0; i < a->n; i++) {
    const struct result *other = results_find(b, a->list[i].name);
    if (other && !same_number(a->list[i].estimate.value, other->estimate.value)) return false;
  }
  return true;
}

static void try_row(const struct row *row) {
  char *text[2] = {text_of(row, 0), text_of(row, 1)};
  struct ran ran[2] = {0};
  const char *fault = NULL;
  all.rows++;
  if (!run_text(text[0], &ran[0])) {
    fault = "does not run with the first value";
  } else if (!run_text(text[1], &ran[1])) {
    fault = "does not run with the second value";
    free_ran(&ran[0]);
  } else {
    if (are_alike(&ran[0].results, &ran[1].results)) fault = "changes nothing";
    for (int i = 0; i < 2; i++) free_ran(&ran[i]);
  }
  if (fault) {
    all.wrong++;
    printf("%s.%s %s: %s | %s\n", all.table, row->key, fault, row->value[0], row->value[1]);
  }
  for (int i = 0; i < 2; i++) g_free(text[i]);
}

/* --- the file -------------------------------------------------------------------------------- */

static void read_line(const char *line) {
  if (g_str_has_prefix(line, "== ")) {
    g_string_truncate(all.base, 0);
    all.bare = line[3] == '@';
    g_clear_pointer(&all.table, g_free);
  } else if (g_str_has_prefix(line, "-- ")) {
    g_free(all.table);
    all.table = g_strdup(line + 3);
  } else if (all.table == NULL && *line != '#') {
    g_string_append_printf(all.base, "%s\n", line);
  } else if (all.table && *line && !g_str_has_prefix(line, "!! ")) {
    if (all.only && !g_str_has_prefix(all.table, all.only)) return;
    struct row row = read_row(line);
    try_row(&row);
    free_row(&row);
  }
}

#define FEWEST 600

int main(int argc, char **argv) {
  char *scratch = g_strdup_printf("%s/archsim-effects-%d.lua", g_get_tmp_dir(), (int)getpid());
  char *text = NULL;
  if (argc < 2 || !g_file_get_contents(argv[1], &text, NULL, NULL)) {
    printf("which file?\n");
    return 2;
  }
  struct language *language = language_new(scratch);
  all.language = language;
  all.only = argc > 2 ? argv[2] : NULL;
  all.base = g_string_new(NULL);
  char **lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) read_line(*line);
  printf("%u rows, %u wrong\n", all.rows, all.wrong);
  g_strfreev(lines);
  g_string_free(all.base, TRUE);
  g_free(all.table);
  g_free(text);
  language_free(language);
  unlink(scratch);
  g_free(scratch);
  return all.wrong > 0 || (!all.only && all.rows < FEWEST);
}
