/* archsim plot: results as pictures. */
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "output.h"
#include "plot.h"
#include "plot_source.h"

static void write_text(const void *data, FILE *out) {
  fputs(data, out);
}

static void write_bytes(const void *data, FILE *out) {
  gsize length;
  const void *bytes = g_bytes_get_data((GBytes *)data, &length);
  fwrite(bytes, 1, length, out);
}

static bool write_one(const char *folder, const char *name, const char *extension,
                      void (*write)(const void *data, FILE *out), const void *data,
                      struct error *err) {
  char *path = g_strdup_printf("%s/%s.%s", folder, name, extension);
  bool ok = output_write(path, write, data, err);
  g_free(path);
  return ok;
}

static bool write_plot(const struct plot *plot, const char *folder, bool png, struct error *err) {
  GBytes *image = NULL;
  char *svg = plot_standalone(plot);
  bool ok = write_one(folder, plot->name, "svg", write_text, svg, err) &&
            write_one(folder, plot->name, "gp", write_text, plot->script, err);
  if (ok && png) {
    ok = plot_png(plot, &image, err) &&
         write_one(folder, plot->name, "png", write_bytes, image, err);
  }
  if (image != NULL) g_bytes_unref(image);
  g_free(svg);
  return ok;
}

static bool write_all(const struct plots *plots, const char *folder, const struct options *options,
                      struct error *err) {
  if (g_mkdir_with_parents(folder, 0777) != 0) {
    return error_set(err, "cannot make the folder %s: %s", folder, g_strerror(errno));
  }
  for (uint32_t i = 0; i < plots->n; i++) {
    const struct plot *plot = &plots->list[i];
    if (!write_plot(plot, folder, options->png, err)) return false;
    if (!options->quiet) printf("%s/%s.svg\n", folder, plot->name);
  }
  return true;
}

/* results.json is drawn into results.plots, a sweep into the folder plots of its first part. */
static char *folder_of(const struct options *options) {
  const char *path = options->argument[0];
  if (options->out != NULL) return g_strdup(options->out);
  if (g_file_test(path, G_FILE_TEST_IS_DIR)) return g_build_filename(path, "plots", NULL);
  size_t length = strlen(path) - (g_str_has_suffix(path, ".json") ? strlen(".json") : 0);
  return g_strdup_printf("%.*s.plots", (int)length, path);
}

static void say_skipped(const struct plots *plots) {
  for (uint32_t i = 0; i < plots->skips; i++) {
    fprintf(stderr, "archsim: no plot of %s: %s\n", plots->skip[i].kind, plots->skip[i].reason);
  }
}

/* A sweep that is not finished is drawn as far as it is there, and said to be so. */
static void say_missing(const json_t *results) {
  const json_t *points = json_object_get(results, "points");
  size_t missing = 0;
  for (size_t i = 0; i < json_array_size(points); i++) {
    missing += json_is_null(json_array_get(points, i));
  }
  if (missing == 0) return;
  fprintf(stderr, "archsim: %zu of %zu points of the sweep are missing\n", missing,
          json_array_size(points));
}

static int draw(const json_t *results, const struct options *options) {
  struct error err = {0};
  struct plots plots = {0};
  char *folder = folder_of(options);
  int code = EXIT_GOALS_MET;
  bool ok = plot_any(results, &plots, &err);
  if (!options->quiet || plots.n == 0) {
    say_missing(results);
    say_skipped(&plots);
  }
  if (ok && plots.n == 0) {
    error_set(
        &err,
        "%s holds nothing to plot: a run needs a client with requests in the measured time; run it "
        "longer, or with more load",
        options->argument[0]);
    code = command_fail(EXIT_USAGE, &err);
  } else if (!ok || !write_all(&plots, folder, options, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  }
  plots_free(&plots);
  g_free(folder);
  return code;
}

int cmd_plot(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  enum exit_code code = EXIT_USAGE;
  json_t *results = plot_source(options->argument, options->arguments, &code, &err);
  if (results == NULL) return command_fail(code, &err);
  code = (enum exit_code)draw(results, options);
  json_decref(results);
  return code;
}
