/* archsim merge: put the parts of a sweep together. */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "merge.h"
#include "output.h"

/* The database is what the user named, in a folder that was named, or SCENARIO.sqlite. */
static char *database_path(const struct merge *merge, const char *out) {
  const char *scenario = json_string_value(json_object_get(merge->manifest, "scenario"));
  char *name = g_strconcat(scenario != NULL ? scenario : "sweep", ".sqlite", NULL);
  char *path;
  if (out == NULL) return name;
  if (g_file_test(out, G_FILE_TEST_IS_DIR)) {
    path = g_build_filename(out, name, NULL);
  } else if (g_str_has_suffix(out, ".csv")) {
    path = g_strdup_printf("%.*s.sqlite", (int)(strlen(out) - strlen(".csv")), out);
  } else {
    path = g_strdup(out);
  }
  g_free(name);
  return path;
}

/* Beside it, with .csv in place of its extension. */
static char *csv_path(const char *database) {
  const char *dot = strrchr(database, '.'), *slash = strrchr(database, '/');
  bool has_extension = dot != NULL && dot > database && (slash == NULL || dot > slash + 1);
  int length = (int)(has_extension ? (size_t)(dot - database) : strlen(database));
  return g_strdup_printf("%.*s.csv", length, database);
}

static int write_files(const struct merge *merge, const struct options *options) {
  struct error err = {0};
  char *database = database_path(merge, options->out), *csv = csv_path(database);
  int code = EXIT_GOALS_MET;
  if (strcmp(database, "-") == 0) {
    error_set(&err, "a database cannot go to standard output; name a file with --out");
    code = command_fail(EXIT_USAGE, &err);
  } else if (!merge_write(merge, database, csv, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  } else if (!options->quiet) {
    printf("%u points, complete: %s, %s\n", merge->points, database, csv);
  }
  g_free(database);
  g_free(csv);
  return code;
}

int cmd_merge(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  struct merge merge;
  int code = merge_open(&merge, options->argument, options->arguments, &err);
  if (code != EXIT_GOALS_MET) {
    command_fail(code, &err);
  } else {
    code = write_files(&merge, options);
  }
  merge_close(&merge);
  return code;
}
