#include "report_html.h"

#include <glib.h>
#include <string.h>

#include "graphviz.h"
#include "html.h"
#include "output.h"
#include "page.h"
#include "page_style.h"
#include "results_file.h"
#include "results_tree.h"

bool report_html_check(struct error *err) {
  gchar *gnuplot = g_find_program_in_path("gnuplot");
  g_free(gnuplot);
  if (gnuplot == NULL) {
    return error_set(err, "plots need the program gnuplot: apt-get install gnuplot-nox");
  }
  return graphviz_check(err);
}

/* --- the page ------------------------------------------------------------------------------- */

/* The policy forbids what the page does not do, in case a browser should see markup in a name. */
static void open_page(GString *out, const char *title) {
  g_string_append(out,
                  "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'\">\n");
  html_element(out, "title", title);
  g_string_append_printf(out, "\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", page_style);
}

static void close_page(GString *out) {
  g_string_append(out, "</main>\n</body>\n</html>\n");
}

/* Of a sweep: the first point that is there. */
static const json_t *first_point(const json_t *tree) {
  const json_t *points = json_object_get(tree, "points");
  for (size_t i = 0; i < json_array_size(points); i++) {
    if (json_is_object(json_array_get(points, i))) return json_array_get(points, i);
  }
  return NULL;
}

/* The design that others are compared with. */
static const json_t *first_design(const json_t *tree) {
  return json_object_get(json_object_get(tree, "designs"), "a");
}

static bool fill(struct page *p, enum results_kind kind, struct error *err) {
  switch (kind) {
    case RESULTS_RUN:
      p->run = p->tree;
      p->metrics = json_object_get(p->run, "metrics");
      open_page(p->out, tree_text(p->run, "scenario"));
      return page_of_run(p, err);
    case RESULTS_COMPARE:
      p->run = first_design(p->tree);
      p->of = "design A";
      p->metrics = json_object_get(p->tree, "metrics");
      open_page(p->out, "comparison");
      return page_of_comparison(p, err);
    case RESULTS_SWEEP:
      p->run = first_point(p->tree);
      p->of = "the first point";
      p->metrics = json_object_get(p->run, "metrics");
      open_page(p->out, tree_text(json_object_get(p->tree, "manifest"), "scenario"));
      return page_of_sweep(p, err);
    case RESULTS_CAPACITY:
      open_page(p->out, tree_text(p->tree, "scenario"));
      page_of_capacity(p);
      return true;
  }
  return false;
}

static void write_text(const void *data, FILE *out) {
  const GString *text = data;
  fwrite(text->str, 1, text->len, out);
}

bool report_html_write(const json_t *results, const char *path, struct error *err) {
  enum results_kind kind;
  if (!results_kind_of(results, &kind)) return error_set(err, "there are no results to report on");
  if (!graphviz_check(err)) return false;
  struct plots plots = {.prefix = "plot"};
  struct page page = {.out = g_string_new(NULL), .tree = results, .plots = &plots};
  bool ok = plot_any(results, &plots, err) && fill(&page, kind, err);
  if (ok) {
    close_page(page.out);
    ok = output_write(path, write_text, page.out, err);
  }
  plots_free(&plots);
  g_string_free(page.out, TRUE);
  return ok;
}
