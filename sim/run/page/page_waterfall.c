/* Requests call by call: a bar a call along the time of its request, in the colours of its parts.
 */
#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "page.h"
#include "part.h"
#include "results_tree.h"

enum { WIDTH = 800, LEFT = 210, RIGHT = 720, ROW = 22, BAR = 14, INDENT = 12 };

static double x_of(double seconds, double latency_s) {
  return LEFT + (RIGHT - LEFT) * fmin(fmax(seconds / latency_s, 0), 1);
}

/* What waits for calls of its own is a line, on which theirs stand below. */
static void draw_part(GString *out, const json_t *part, double latency_s, int y) {
  const struct part_def *def = part_find(tree_text(part, "part"));
  double from_s = tree_number(part, "from_s"), to_s = tree_number(part, "to_s");
  double from = x_of(from_s, latency_s), to = x_of(to_s, latency_s);
  int height = def != NULL ? BAR : 2;
  g_string_append_printf(out,
                         "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\">"
                         "<title>",
                         from, y + (BAR - height) / 2, fmax(to - from, 1), height,
                         def != NULL ? def->color : "currentColor");
  html_text(out, tree_text(part, "part"));
  g_string_append_printf(out, " %s</title></rect>", format_value(UNIT_SECONDS, to_s - from_s).text);
}

#define LABEL_MOST 26 /* characters that fit beside the bars, less the indent */

/* The operation is told where it is another than that of the request. */
static void draw_label(GString *out, const json_t *span, const char *of_request, int y) {
  double depth = fmin(tree_number(span, "depth"), 6);
  const char *op = tree_text(span, "op");
  bool told = strcmp(op, "default") != 0 && (depth == 0 || strcmp(op, of_request) != 0);
  GString *label = g_string_new(tree_text(span, "component"));
  if (told) g_string_append_printf(label, " %s", op);
  glong most = LABEL_MOST - 2 * (glong)depth;
  if (g_utf8_strlen(label->str, -1) > most) {
    g_string_truncate(label, (gsize)(g_utf8_offset_to_pointer(label->str, most - 1) - label->str));
    g_string_append(label, "…");
  }
  g_string_append_printf(out, "<text x=\"%.0f\" y=\"%d\" fill=\"currentColor\">", depth * INDENT,
                         y + BAR - 3);
  html_text(out, label->str);
  g_string_append(out, "</text>");
  g_string_free(label, TRUE);
}

static void draw_span(GString *out, const json_t *span, const char *of_request, double latency_s,
                      int y) {
  const char *outcome = tree_text(span, "outcome");
  const json_t *parts = json_object_get(span, "parts");
  draw_label(out, span, of_request, y);
  for (size_t i = 0; i < json_array_size(parts); i++) {
    draw_part(out, json_array_get(parts, i), latency_s, y);
  }
  if (json_array_size(parts) == 0) { /* it ended at once */
    g_string_append_printf(out, "<rect x=\"%.1f\" y=\"%d\" width=\"3\" height=\"%d\" fill=\"%s\"/>",
                           x_of(tree_number(span, "from_s"), latency_s), y, BAR,
                           strcmp(outcome, "ok") == 0 ? "currentColor" : "#D55E00");
  }
  double took = tree_number(span, "to_s") - tree_number(span, "from_s");
  g_string_append_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"currentColor\">",
                         WIDTH, y + BAR - 3);
  html_text(out, strcmp(outcome, "ok") == 0 ? format_value(UNIT_SECONDS, took).text : outcome);
  g_string_append(out, "</text>\n");
}

/* "The slowest request that was followed: of shop, sent at 12.3 s, answered after 240 ms" */
static void caption(GString *out, const json_t *request) {
  static const char *const words[][2] = {{"slowest", "The slowest request that was followed"},
                                         {"typical", "A typical one"},
                                         {"failed", "The first followed request that failed"}};
  const char *which = tree_text(request, "which"), *outcome = tree_text(request, "outcome");
  bool ok = strcmp(outcome, "ok") == 0;
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    if (strcmp(words[i][0], which) == 0) g_string_append(out, words[i][1]);
  }
  struct label at = format_value(UNIT_SECONDS, tree_number(request, "at_s"));
  g_string_append_printf(out, ": of %s, sent at %s, %s after %s", tree_text(request, "client"),
                         at.text, ok ? "answered" : "failed",
                         format_value(UNIT_SECONDS, tree_number(request, "latency_s")).text);
  if (!ok) g_string_append_printf(out, " (%s)", outcome);
}

static void draw(const struct page *p, const json_t *request) {
  const json_t *spans = json_object_get(request, "spans");
  double latency_s = tree_number(request, "latency_s"), left_out = tree_number(request, "left_out");
  int height = ROW * (int)json_array_size(spans);
  if (!(latency_s > 0) || height == 0) return;
  const char *of_request = tree_text(json_array_get(spans, 0), "op");
  GString *text = g_string_new(NULL);
  caption(text, request);
  g_string_append(p->out, "<figure><div class=\"wide\" tabindex=\"0\" role=\"group\"");
  html_attribute(p->out, "aria-label", text->str);
  g_string_append_printf(p->out,
                         "><svg class=\"waterfall\" viewBox=\"0 0 %d %d\" font-size=\"13\" "
                         "role=\"img\"",
                         WIDTH, height);
  html_attribute(p->out, "aria-label", text->str);
  g_string_append(p->out, ">\n");
  for (size_t i = 0; i < json_array_size(spans); i++) {
    draw_span(p->out, json_array_get(spans, i), of_request, latency_s, ROW * (int)i + 4);
  }
  if (left_out > 0) g_string_append_printf(text, "; %.0f further calls are left out", left_out);
  g_string_append(p->out, "</svg></div><figcaption>");
  html_text(p->out, text->str);
  g_string_append(p->out, ".</figcaption></figure>\n");
  g_string_free(text, TRUE);
}

static void see_parts(const json_t *request, bool seen[PARTS]) {
  const json_t *spans = json_object_get(request, "spans");
  for (size_t i = 0; i < json_array_size(spans); i++) {
    const json_t *parts = json_object_get(json_array_get(spans, i), "parts");
    for (size_t k = 0; k < json_array_size(parts); k++) {
      const struct part_def *def = part_find(tree_text(json_array_get(parts, k), "part"));
      if (def != NULL) seen[def - part_defs] = true;
    }
  }
}

/* The parts that are drawn, each with its colour. */
static void legend(const struct page *p, const json_t *examples) {
  bool seen[PARTS] = {false};
  for (size_t i = 0; i < json_array_size(examples); i++) {
    see_parts(json_array_get(examples, i), seen);
  }
  g_string_append(p->out, "<p class=\"note\">");
  for (size_t i = 0; i < PARTS; i++) {
    if (!seen[i]) continue;
    g_string_append_printf(p->out,
                           "<svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect "
                           "width=\"12\" height=\"12\" fill=\"%s\"/></svg> %s; ",
                           part_defs[i].color, part_defs[i].name);
  }
  g_string_append(p->out, "a thin line: waits for the calls below it.</p>\n");
}

void page_waterfalls(const struct page *p) {
  const json_t *examples = json_object_get(p->run, "examples");
  if (json_array_size(examples) == 0) return;
  html_element(p->out, "h3", "Requests call by call");
  legend(p, examples);
  for (size_t i = 0; i < json_array_size(examples); i++) draw(p, json_array_get(examples, i));
}
