/* archsim graph: draw who calls whom, of a scenario or with the loads of a run. */
#include <glib.h>
#include <string.h>

#include "command.h"
#include "graphviz.h"
#include "output.h"
#include "results_file.h"
#include "results_tree.h"
#include "topology.h"
#include "topology_dot.h"

/* What is drawn: the topology and, of a run, the metrics; both belong to `tree`. */
struct subject {
  json_t *tree;
  const json_t *topology, *metrics;
};

static bool from_scenario(const struct options *options, struct subject *s, struct error *err) {
  struct scenario *scenario =
      scenario_load(options->argument[0], options->setting, options->settings, err);
  if (scenario == NULL) return false;
  struct results none = {.scenario = scenario};
  s->tree = topology_tree(&none);
  s->topology = s->tree;
  scenario_free(scenario);
  return true;
}

/* Of a sweep: the topology of its first point, whose loads are not those of the others. */
static bool from_results(const struct options *options, struct subject *s, struct error *err) {
  const char *path = options->argument[0];
  enum results_kind kind;
  if (options->settings > 0) {
    return error_set(err, "-s changes a scenario, and %s is no scenario (.lua)", path);
  }
  s->tree = results_file_read(path, &kind, err);
  if (s->tree == NULL) return false;
  if (kind != RESULTS_RUN) {
    return error_set(err, "%s has no topology of its own: draw a scenario or results of run --json",
                     path);
  }
  s->topology = json_object_get(s->tree, "topology");
  s->metrics = json_object_get(s->tree, "metrics");
  if (json_is_object(s->topology)) return true;
  return error_set(err, "%s has no topology: an older archsim wrote it; run the scenario again",
                   path);
}

enum format { FORMAT_SVG, FORMAT_PNG, FORMAT_DOT };

/* A file named for a format that is not drawn would hold another one. */
static bool has_format(const struct options *options, struct error *err) {
  static const char *const others[] = {".pdf", ".ps", ".eps", ".jpg", ".jpeg", ".gif", ".webp"};
  for (size_t i = 0; options->out != NULL && i < G_N_ELEMENTS(others); i++) {
    if (!g_str_has_suffix(options->out, others[i])) continue;
    return error_set(err,
                     "--out %s: drawn are .svg, .png and .dot; of a .dot file dot -T%s makes this",
                     options->out, others[i] + 1);
  }
  return true;
}

static enum format format_of(const struct options *options) {
  if (options->dot) return FORMAT_DOT;
  if (options->out == NULL) return FORMAT_SVG;
  if (g_str_has_suffix(options->out, ".dot") || g_str_has_suffix(options->out, ".gv")) {
    return FORMAT_DOT;
  }
  return g_str_has_suffix(options->out, ".png") ? FORMAT_PNG : FORMAT_SVG;
}

static GBytes *draw(const struct subject *s, enum format format, struct error *err) {
  char *dot = topology_dot(s->topology, s->metrics, "graph", false);
  GBytes *drawn = NULL;
  if (format == FORMAT_DOT) return g_bytes_new_take(dot, strlen(dot));
  drawn = graphviz_draw(dot, format == FORMAT_PNG ? "png" : "svg", err);
  g_free(dot);
  if (drawn == NULL || format == FORMAT_PNG) return drawn;
  gsize length;
  gchar *raw = g_bytes_unref_to_data(drawn, &length);
  gchar *text = g_strndup(raw, length);
  char *svg = graphviz_inline(text, "Topology: who calls whom", true);
  g_free(raw);
  g_free(text);
  return g_bytes_new_take(svg, strlen(svg));
}

static void write_bytes(const void *data, FILE *out) {
  gsize length = 0;
  const void *bytes = g_bytes_get_data((GBytes *)data, &length);
  fwrite(bytes, 1, length, out);
}

int cmd_graph(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  struct subject subject = {0};
  const char *to = options->out != NULL ? options->out : "-";
  enum format format = format_of(options);
  bool read = has_format(options, &err) && (results_file_is_scenario(options->argument[0])
                                                ? from_scenario(options, &subject, &err)
                                                : from_results(options, &subject, &err));
  int code = EXIT_GOALS_MET;
  if (!read) {
    code = command_fail(EXIT_USAGE, &err);
  } else if (!output_check(to, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  } else {
    GBytes *drawn = draw(&subject, format, &err);
    if (drawn == NULL || !output_write(to, write_bytes, drawn, &err)) {
      code = command_fail(EXIT_INTERNAL, &err);
    }
    if (drawn != NULL) g_bytes_unref(drawn);
  }
  json_decref(subject.tree);
  return code;
}
