/* archsim sweep: run a scenario at many points. */
#include <glib.h>
#include <string.h>

#include "command.h"
#include "json_write.h"
#include "output.h"
#include "outputs.h"
#include "report_html.h"
#include "results_file.h"
#include "slurm.h"
#include "sweep.h"
#include "sweep_csv.h"
#include "sweep_junit.h"
#include "sweep_table.h"

/* --- results -------------------------------------------------------------------------------- */

/* Everything that is made of the points, in one pass over their files. */
struct showing {
  const struct sweep *sweep;
  const struct store *store;
  const struct options *options;
  struct sweep_table *table;
  struct output json, csv;
  struct junit_document junit; /* its body is NULL if it is not wanted */
  uint32_t shown, checks_failed;
  enum verdict verdict;     /* the worst of all points */
  uint32_t first_bad_check; /* point */
};

static bool all_pass(const json_t *list) {
  for (size_t i = 0; i < json_array_size(list); i++) {
    if (!json_is_true(json_object_get(json_array_get(list, i), "pass"))) return false;
  }
  return true;
}

static enum verdict worst_verdict(const json_t *goals) {
  enum verdict worst = VERDICT_PASS;
  for (size_t i = 0; i < json_array_size(goals); i++) {
    worst = verdict_worse(worst, sweep_verdict(json_array_get(goals, i)));
  }
  return worst;
}

static void show_point(struct showing *s, uint32_t point, const json_t *tree) {
  s->verdict = verdict_worse(s->verdict, worst_verdict(json_object_get(tree, "goals")));
  if (!all_pass(json_object_get(tree, "checks")) && s->checks_failed++ == 0) {
    s->first_bad_check = point;
  }
  if (s->table != NULL) sweep_table_add(s->table, tree);
  if (s->csv.file != NULL) {
    sweep_csv_point(json_object_get(s->sweep->manifest, "axes"), tree, s->csv.file);
  }
  if (s->junit.body != NULL) {
    sweep_junit_point(json_object_get(s->sweep->manifest, "axes"), tree, s->options->undecided,
                      &s->junit);
  }
  if (s->json.file != NULL) {
    fputs(s->shown > 0 ? ",\n    " : "\n    ", s->json.file);
    json_write_within(tree, s->json.file, 4);
  }
  s->shown++;
}

static int compare_names(gconstpointer a, gconstpointer b) {
  return strcmp(a, b);
}

/* The manifest with its points in place of their number: a list too long to be held in memory.
 * Writes the keys before ("points" excluded) or behind that list. */
static void write_manifest(const struct showing *s, bool behind) {
  FILE *out = s->json.file;
  GList *names = NULL;
  const char *name;
  json_t *value;
  json_object_foreach(s->sweep->manifest, name, value) {
    int order = strcmp(name, "points");
    if (behind ? order > 0 : order < 0)
      names = g_list_insert_sorted(names, (gpointer)name, compare_names);
  }
  for (GList *at = names; at != NULL; at = at->next) {
    fprintf(out, "%s\n  \"%s\": ", behind ? "," : "", (const char *)at->data);
    json_write_within(json_object_get(s->sweep->manifest, at->data), out, 2);
    if (!behind) fputc(',', out);
  }
  g_list_free(names);
}

static void begin_json(const struct showing *s) {
  fputc('{', s->json.file);
  write_manifest(s, false);
  fputs("\n  \"points\": [", s->json.file);
}

static void end_json(const struct showing *s) {
  fputs(s->shown > 0 ? "\n  ]" : "]", s->json.file);
  write_manifest(s, true);
  fputs("\n}\n", s->json.file);
}

static bool open_outputs(struct showing *s, bool complete, struct error *err) {
  const struct options *o = s->options;
  if (!o->quiet && !outputs_take_stdout(o)) s->table = sweep_table_new(s->sweep->manifest);
  if (!complete) return true; /* a file of results is complete or not there */
  if (o->json != NULL && !output_open(&s->json, o->json, err)) return false;
  if (o->json != NULL) begin_json(s);
  if (o->csv != NULL && !output_open(&s->csv, o->csv, err)) return false;
  if (o->csv != NULL) sweep_csv_head(json_object_get(s->sweep->manifest, "axes"), s->csv.file);
  if (o->junit != NULL && !junit_document_begin(&s->junit)) {
    return error_set(err, "no memory for the cases of --junit");
  }
  return true;
}

static void write_junit(const void *data, FILE *out) {
  const struct junit_document *document = data;
  junit_document_write(document, 0, out);
}

static bool read_points(struct showing *s, bool complete, struct error *err) {
  const struct sweep *sweep = s->sweep;
  for (uint32_t i = sweep->shard.i - 1; i < sweep->plan->points; i += sweep->shard.n) {
    json_t *tree;
    enum stored stored =
        store_read(s->store->folder, i + 1, s->store->sweep, sweep->key[i], &tree, NULL, err);
    if (stored == STORED_WHOLE) {
      show_point(s, i + 1, tree);
      json_decref(tree);
    } else if (complete) {
      char *path = store_path(s->store->folder, i + 1);
      error_set(err,
                "%s vanished or was changed while the sweep ran; leave the folder alone and write "
                "--resume to make what is missing",
                path);
      g_free(path);
      return false;
    }
  }
  return true;
}

static bool close_outputs(struct showing *s, bool ok, struct error *err) {
  struct error *first = ok ? err : NULL;
  if (s->json.file != NULL && ok) end_json(s);
  if (s->json.file != NULL && !output_close(&s->json, ok, first)) ok = false;
  if (s->csv.file != NULL && !output_close(&s->csv, ok, ok ? err : NULL)) ok = false;
  if (s->junit.body != NULL && ok)
    ok = output_write(s->options->junit, write_junit, &s->junit, err);
  junit_document_free(&s->junit);
  return ok;
}

static void add_seed(GString *title, const struct sweep *sweep) {
  bool same = true;
  for (uint32_t i = 1; i < sweep->plan->points; i++) {
    same = same && sweep->point_seed[i] == sweep->point_seed[0];
  }
  if (same) {
    g_string_append_printf(title, ", seed %" G_GUINT64_FORMAT, sweep->point_seed[0]);
  } else {
    g_string_append(title, ", each with the seed that it says");
  }
}

static void print_table(struct showing *s, const struct sweep_outcome *outcome) {
  if (s->table == NULL) return;
  const struct sweep *sweep = s->sweep;
  GString *title = g_string_new(NULL);
  uint32_t share = sweep_share(sweep);
  g_string_append_printf(title, "%u point%s", share, share == 1 ? "" : "s");
  if (sweep->shard.n > 1) {
    g_string_append_printf(title, " of %u (shard %u/%u)", sweep->plan->points, sweep->shard.i,
                           sweep->shard.n);
  }
  if (sweep->plan->points < sweep->plan->combinations) {
    g_string_append_printf(title, ", %u combinations left out by where",
                           sweep->plan->combinations - sweep->plan->points);
  }
  add_seed(title, sweep);
  if (outcome->found > 0) g_string_append_printf(title, ", %u found complete", outcome->found);
  if (outcome->given_up > 0) g_string_append_printf(title, ", %u given up", outcome->given_up);
  struct term term = term_open(stdout, s->options->color);
  sweep_table_finish(s->table, title->str, s->store->folder, &term);
  g_string_free(title, TRUE);
}

/* From the folder, as `archsim report` would. */
static bool write_report(const struct store *store, const char *path, struct error *err) {
  enum results_kind kind;
  json_t *tree = results_file_read(store->folder, &kind, err);
  bool ok = tree != NULL && report_html_write(tree, path, err);
  json_decref(tree);
  return ok;
}

/* All points are there (`complete`) or all but those given up. */
static enum exit_code show(const struct sweep *sweep, const struct store *store,
                           const struct options *options, const struct sweep_outcome *outcome,
                           bool complete, struct error *err) {
  struct showing s = {.sweep = sweep, .store = store, .options = options};
  bool ok = open_outputs(&s, complete, err) && read_points(&s, complete, err);
  ok = close_outputs(&s, ok, err);
  print_table(&s, outcome);
  if (!ok || !output_flush_stdout(err)) return EXIT_INTERNAL;
  if (complete && options->report != NULL && !write_report(store, options->report, err)) {
    return EXIT_INTERNAL;
  }
  if (s.checks_failed > 0) {
    error_set(err,
              "a physics check failed at %u points, first at point %u, so these numbers are not to "
              "be trusted",
              s.checks_failed, s.first_bad_check);
    return EXIT_INTERNAL;
  }
  /* 3 is kept for points that are missing, which a scheduler has to tell from results. */
  bool tells = options->undecided == UNDECIDED_TELLS;
  return command_goals(s.verdict, tells ? UNDECIDED_FAILS : options->undecided);
}

/* --- the command ---------------------------------------------------------------------------- */

char *sweep_folder(const struct options *options, const struct sweep *sweep) {
  if (options->out != NULL) return g_strdup(options->out);
  return g_strconcat(sweep->plan->scenario->name, ".sweep", NULL);
}

static int run_opened(const struct sweep *sweep, const struct options *options) {
  struct error err = {0};
  if (!outputs_check(options, &err)) return command_fail(EXIT_INTERNAL, &err);
  char *folder = sweep_folder(options, sweep);
  struct store store;
  struct sweep_outcome outcome = {0};
  enum exit_code code =
      store_open(&store, folder, sweep->manifest, &sweep->shard, options->resume, &err);
  if (code == EXIT_GOALS_MET) {
    code = sweep_run(sweep, &store, options->progress && !options->quiet, &outcome, &err);
  }
  if (code == EXIT_GOALS_MET) {
    code = show(sweep, &store, options, &outcome, true, &err);
  } else if (code == EXIT_INCOMPLETE) {
    struct error ignored;
    show(sweep, &store, options, &outcome, false, &ignored);
  }
  if (err.text[0] != '\0') command_fail(code, &err);
  store_close(&store);
  g_free(folder);
  return code;
}

int cmd_sweep(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  struct sweep sweep = {0};
  int code;
  if (!slurm_check(options, &err) || !sweep_open(&sweep, options, &err)) {
    code = command_fail(EXIT_USAGE, &err);
  } else if (options->submit != NULL) {
    code = slurm_submit(&sweep, options, &err);
    if (err.text[0] != '\0') command_fail(code, &err);
  } else {
    code = run_opened(&sweep, options);
  }
  sweep_close(&sweep);
  return code;
}
