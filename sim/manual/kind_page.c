#include "kind_page.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "nearest.h"
#include "param_type.h"
#include "pen.h"
#include "registry.h"
#include "roff.h"
#include "words.h"

#define LEFT_OUT "Left out: "

static const char *const param_heads[] = {"parameter", "takes",   "range",
                                          "default",   "meaning", NULL};
static const char *const metric_heads[] = {"metric", "unit", "definition", NULL};
static const char *const part_heads[] = {"part", "kind", "what", NULL};
static const char *const fault_heads[] = {"fault", "effect", NULL};

/* --- parameters ----------------------------------------------------------------------------- */

static void param_row(const struct pen *pen, const struct param *p, const char *outer, FILE *out) {
  char name[128], type[240], takes[320], range[100], fallback[120];
  snprintf(name, sizeof name, "%.60s%s%.60s", outer, *outer ? "." : "", p->name);
  describe_type(p, type, sizeof type);
  describe_range(p, range, sizeof range);
  const char *quantity = param_types[p->type].example;
  snprintf(takes, sizeof takes, "%s%s%s", type, *quantity ? ", such as " : "", quantity);
  snprintf(fallback, sizeof fallback, "%s",
           p->fallback   ? p->fallback
           : p->required ? "required"
                         : "none");
  pen->row(param_heads, (const char *[]){name, takes, range, fallback, p->doc}, out);
  if (p->group == NULL) return;
  for (const struct param *q = p->group; q->name; q++) param_row(pen, q, name, out);
}

static void params(const struct pen *pen, const struct kind *kind, FILE *out) {
  pen->section("Parameters", out);
  pen->paragraphs(
      "A default that is not neutral has its source in parentheses. The last ones belong to every "
      "component.",
      out);
  pen->table(param_heads, out);
  for (const struct param *p = kind->params; p->name; p++) param_row(pen, p, "", out);
  for (const struct param *p = common_params; p->name; p++) param_row(pen, p, "", out);
}

/* --- metrics and faults --------------------------------------------------------------------- */

static void parts(const struct pen *pen, const struct kind *kind, FILE *out) {
  const struct made_of *made = kind->made_of;
  if (made == NULL) return;
  pen->section("Parts", out);
  pen->paragraphs(
      "What it is made of. Each part has the metrics and faults of its own kind, under the name "
      "given "
      "here.",
      out);
  pen->table(part_heads, out);
  pen->row(part_heads, (const char *[]){"NAME", made->entry->name, "It stands for the whole."},
           out);
  for (uint32_t i = 0; i < made->parts; i++) {
    char name[120];
    snprintf(name, sizeof name, "NAME/%s", made->part[i].name);
    pen->row(part_heads, (const char *[]){name, made->part[i].kind->name, made->part[i].doc}, out);
  }
}

static void metrics(const struct pen *pen, const struct kind *kind, FILE *out) {
  pen->section("Metrics", out);
  pen->paragraphs(kind->is_source ? "Counts are averages over replications."
                                  : "Of its own first, then those of every component. Counts are "
                                    "averages over replications.",
                  out);
  pen->table(metric_heads, out);
  struct metric_text metric;
  for (uint32_t i = 0; kind_metric(kind, i, &metric); i++) {
    pen->row(metric_heads, (const char *[]){metric.name, metric.unit, metric.doc}, out);
  }
  if (kind->is_source) return;
  for (const struct metric_def *m = common_metrics; m->name; m++) {
    if (!kind->station && metric_of_station(m->name)) continue;
    pen->row(metric_heads, (const char *[]){m->name, m->unit, m->doc}, out);
  }
}

/* The form of a fault's usage that fits: the second is the one about messages, if there are two. */
static void fault_row(const struct pen *pen, const struct word_def *word, bool source, FILE *out) {
  const char *usage = word->usage, *second = strchr(usage, '\n');
  if (source && second) usage = second + 1;
  char form[120];
  snprintf(form, sizeof form, "%.*s", (int)strcspn(usage, "\n"), usage);
  pen->row(fault_heads, (const char *[]){form, word->doc}, out);
}

static void faults(const struct pen *pen, const struct kind *kind, FILE *out) {
  pen->section("Faults", out);
  pen->paragraphs(
      kind->is_source
          ? "It asks, so it cannot break itself; the network between it and others can. It meets "
            "the faults of what it calls. A surge is its own."
          : "It can break in each of these ways, whole or one member (`web[2]`), with its zone or "
            "region, or on the way to it. What it does then beyond that, the model says.",
      out);
  pen->table(fault_heads, out);
  for (uint32_t i = 0; fault_at(i); i++) {
    const struct fault_def *def = fault_at(i);
    bool on_its_way = kind->is_source && def->takes != TAKES_ONE;
    if (on_its_way || fault_meets_kind(def, kind)) fault_row(pen, &def->word, on_its_way, out);
  }
}

/* --- the page ------------------------------------------------------------------------------- */

/* Each paragraph of the model's text may end with what it leaves out; a page has that at its end.
 */
static void model(const struct pen *pen, const struct kind *kind, FILE *out) {
  char *model, *left;
  size_t model_size, left_size;
  FILE *to_model = open_memstream(&model, &model_size);
  FILE *to_left = open_memstream(&left, &left_size);
  for (const char *at = kind->doc; *at;) {
    const int length = (int)strcspn(at, "\n");
    const char *rest = strstr(at, LEFT_OUT);
    const bool ends = rest && rest < at + length;
    int kept = ends ? (int)(rest - at) : length;
    while (kept > 0 && at[kept - 1] == ' ') kept--;
    if (kept > 0) fprintf(to_model, "%s%.*s", at == kind->doc ? "" : "\n", kept, at);
    if (ends) {
      rest += strlen(LEFT_OUT);
      fprintf(to_left, "%s%c%.*s", ftell(to_left) ? "\n" : "", toupper((unsigned char)rest[0]),
              (int)(at + length - rest) - 1, rest + 1);
    }
    at += length;
    at += strspn(at, "\n");
  }
  fclose(to_model);
  fclose(to_left);
  pen->section("Model and assumptions", out);
  pen->paragraphs(model, out);
  if (*left) pen->section("Left out", out);
  if (*left) pen->paragraphs(left, out);
  free(model);
  free(left);
}

static void body(const struct pen *pen, const struct kind *kind, FILE *out) {
  model(pen, kind, out);
  params(pen, kind, out);
  parts(pen, kind, out);
  metrics(pen, describe_acting(kind), out);
  faults(pen, describe_acting(kind), out);
  pen->section("Example", out);
  pen->code(kind->example, out);
}

void kind_page_markdown(const struct kind *kind, FILE *out) {
  fprintf(out, "# %s\n\n%s\n", kind->name, kind->summary);
  body(&pen_markdown, kind, out);
  fprintf(out,
          "\n---\n\n[All kinds](../README.md#kinds-of-components), "
          "[the scenario language](../scenario-language.md), "
          "[what metrics mean](../metrics.md). Written by `archsim describe %s --markdown`.\n",
          kind->name);
}

void kind_page_man(const struct kind *kind, const char *version, FILE *out) {
  fputs(".TH ARCHSIM\\-", out);
  for (const char *c = kind->name; *c; c++) fputc(toupper((unsigned char)*c), out);
  fprintf(out, " 7 \"\" \"archsim %s\" \"archsim manual\"\n.SH NAME\narchsim\\-%s \\- ", version,
          kind->name);
  roff_prose(kind->summary, out);
  fprintf(out, "\n.SH SYNOPSIS\n\\fB%s\\fR \"\\fINAME\\fR\" { \\fIPARAMETERS\\fR }\n", kind->name);
  body(&pen_man, kind, out);
  fputs(".SH SEE ALSO\n\\fBarchsim\\fR(1),\n\\fBarchsim\\-describe\\fR(1)\n", out);
}

const struct kind *kind_page_find(const struct kinds *kinds, const char *name, struct error *err) {
  const struct kind *kind = kinds_find(kinds, name);
  const char *names[512];
  uint32_t n = 0;
  for (uint32_t i = 0; i < kinds->n && n < 512; i++) names[n++] = kinds->kind[i]->name;
  if (!kind) {
    error_set(err, "there is no kind of component called '%.80s'%s", name,
              nearest_hint(name, names, n, "there are").text);
  }
  return kind;
}
