#include "describe.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "nearest.h"
#include "param_type.h"
#include "part.h"
#include "quantity.h"
#include "registry.h"
#include "words.h"

#define COLUMNS 80

/* --- layout --------------------------------------------------------------------------------- */

/* Prints words with line breaks. The cursor is in `column`; further lines begin at `indent`. */
static void wrap(FILE *out, const char *text, int column, int indent) {
  bool fresh = true; /* no word on this line yet */
  while (*text) {
    int length = (int)strcspn(text, " \n");
    bool breaks = *text == '\n' || (!fresh && column + 1 + length > COLUMNS);
    if (breaks) {
      fprintf(out, "\n%*s", indent, "");
      column = indent;
    } else if (!fresh) {
      fputc(' ', out);
      column++;
    }
    fresh = *text == '\n';
    if (fresh) length = 0;
    fprintf(out, "%.*s", length, text);
    column += length;
    text += length + fresh;
    text += strspn(text, " ");
  }
  fputc('\n', out);
}

static void paragraph(FILE *out, const char *text, int indent) {
  fprintf(out, "%*s", indent, "");
  wrap(out, text, indent, indent);
}

/* A name in a column of its own, then the text. */
static void entry(FILE *out, const char *name, const char *text, int indent, int width) {
  int column = indent + fprintf(out, "%*s%s", indent, "", name) - indent;
  if (column >= width) {
    fputc('\n', out);
    column = 0;
  }
  fprintf(out, "%*s", width - column, "");
  wrap(out, text, width, width);
}

static void verbatim(FILE *out, const char *text, int indent) {
  while (*text) {
    int length = (int)strcspn(text, "\n");
    fprintf(out, "%*s%.*s\n", length ? indent : 0, "", length, text);
    text += length + (text[length] == '\n');
  }
}

/* --- parameters ----------------------------------------------------------------------------- */

static void join(const char *const *words, uint32_t n, char *out, size_t size) {
  size_t used = strlen(out);
  for (uint32_t i = 0; i < n && used < size; i++) {
    used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", words[i]);
  }
}

void describe_type(const struct param *param, char *out, size_t size) {
  const struct param_type_def *type = &param_types[param->type];
  uint32_t n = 0;
  snprintf(out, size, "%s", type->takes);
  if (param->type == PARAM_ENUM) {
    while (param->choices[n]) n++;
    join(param->choices, n, out, size);
  } else if (type->endless && param->max == INFINITY) {
    size_t used = strlen(out);
    snprintf(out + used, size - used, " or \"%s\"", type->endless);
  }
}

static void show(int quantity, double value, char *out, size_t size) {
  if (quantity == RANGE_PLAIN) {
    snprintf(out, size, "%.10g", value);
  } else {
    quantity_format((enum quantity)quantity, value, out, size);
  }
}

void describe_range(const struct param *param, char *out, size_t size) {
  int quantity = param_types[param->type].range;
  char low[40], high[40];
  *out = '\0';
  if (quantity == RANGE_NONE || (param->min == 0 && (param->max == 0 || param->max == INFINITY)))
    return;
  show(quantity, param->min, low, sizeof low);
  if (param->max == 0 || param->max == INFINITY || param->max >= 1e18) {
    snprintf(out, size, "at least %s", low);
    return;
  }
  show(quantity, param->max, high, sizeof high);
  snprintf(out, size, "%s to %s", low, high);
}

/* "timeout: duration or "never"; default never" */
static void describe_param(FILE *out, const struct param *param, int indent) {
  char type[240], range[100], line[640];
  describe_type(param, type, sizeof type);
  describe_range(param, range, sizeof range);
  const char *open = "", *fallback = "";
  if (param->fallback) {
    open = "; default ";
    fallback = param->fallback;
  } else if (param->required) {
    open = "; required";
  }
  snprintf(line, sizeof line, "%s: %s%s%s%s%s", param->name, type, *range ? ", " : "", range, open,
           fallback);
  fprintf(out, "%*s", indent, "");
  wrap(out, line, indent, indent + 4);
  paragraph(out, param->doc, indent + 4);
  if (param->group == NULL) return;
  for (const struct param *p = param->group; p->name; p++) describe_param(out, p, indent + 4);
}

static void describe_params(FILE *out, const char *title, const struct param *params) {
  if (params->name == NULL) return;
  fprintf(out, "\n%s\n", title);
  for (; params->name; params++) describe_param(out, params, 2);
}

/* --- kinds ---------------------------------------------------------------------------------- */

static void describe_metric(FILE *out, const char *name, const char *unit, const char *doc) {
  char text[1024];
  snprintf(text, sizeof text, "%s%s%s%s", *unit ? "(" : "", unit, *unit ? ") " : "", doc);
  entry(out, name, text, 2, 24);
}

const struct kind *describe_acting(const struct kind *kind) {
  return kind->made_of ? kind->made_of->entry : kind;
}

static void describe_parts(FILE *out, const struct kind *kind) {
  if (kind->made_of == NULL) return;
  fprintf(out, "\nParts\n");
  char name[120], text[400];
  snprintf(text, sizeof text, "(%s) It stands for the whole.", kind->made_of->entry->name);
  entry(out, "NAME", text, 2, 24);
  for (uint32_t i = 0; i < kind->made_of->parts; i++) {
    const struct composed_part *part = &kind->made_of->part[i];
    snprintf(name, sizeof name, "NAME/%s", part->name);
    snprintf(text, sizeof text, "(%s) %s", part->kind->name, part->doc);
    entry(out, name, text, 2, 24);
  }
}

static void describe_metrics(FILE *out, const struct kind *kind) {
  struct metric_text metric;
  for (uint32_t i = 0; kind_metric(kind, i, &metric); i++) {
    if (i == 0) fputs("\nMetrics\n", out);
    describe_metric(out, metric.name, metric.unit, metric.doc);
  }
  if (kind->is_source) return;
  fputs("\nMetrics of every component\n", out);
  for (const struct metric_def *m = common_metrics; m->name; m++) {
    describe_metric(out, m->name, m->unit, m->doc);
  }
}

static void describe_one(FILE *out, const struct kind *kind) {
  char head[256];
  snprintf(head, sizeof head, "%s: %s", kind->name, kind->summary);
  wrap(out, head, 0, 0);
  fputc('\n', out);
  paragraph(out, kind->doc, 2);
  describe_params(out, "Parameters", kind->params);
  describe_params(out, "Parameters of every component", common_params);
  describe_parts(out, kind);
  describe_metrics(out, describe_acting(kind));
  fprintf(out, "\nExample\n");
  verbatim(out, kind->example, 2);
}

/* --- words ---------------------------------------------------------------------------------- */

static void describe_word(FILE *out, const struct word_def *word) {
  char head[400];
  snprintf(head, sizeof head, "%s: %s", word->name, word->doc);
  wrap(out, head, 0, 0);
  fprintf(out, "\nUsage\n");
  verbatim(out, word->usage, 2);
  const struct param *value = word->subject ? word->subject : word->items;
  if (value) fprintf(out, "\n%s\n", word->subject ? "Value" : "Values without a key");
  if (value) describe_param(out, value, 2);
  if (word->second) describe_param(out, word->second, 2);
  if (word->params) describe_params(out, "Keys", word->params);
}

static void describe_role(FILE *out, const char *title, enum word_role role) {
  fprintf(out, "\n%s\n", title);
  for (uint32_t i = 0; word_at(i); i++) {
    if (word_at(i)->role == role) entry(out, word_at(i)->name, word_at(i)->doc, 2, 20);
  }
}

/* Parts of the latency of requests: what they are, and the component that each counts for. */
static void describe_parts_of_latency(FILE *out) {
  fprintf(out, "Parts of a request's latency\n\n");
  for (uint32_t i = 0; i < PARTS; i++) {
    char text[400];
    snprintf(text, sizeof text, "%s; counts for %s", part_defs[i].doc, part_defs[i].whose);
    entry(out, part_defs[i].name, text, 2, 20);
  }
}

void describe_all(FILE *out, const struct kinds *kinds) {
  fprintf(out, "Components, written KIND \"NAME\" { ... }\n");
  for (uint32_t i = 0; i < kinds->n; i++) {
    entry(out, kinds->kind[i]->name, kinds->kind[i]->summary, 2, 20);
  }
  describe_role(out, "Statements", ROLE_BLOCK);
  describe_role(out, "Distributions, arrivals, keys", ROLE_VALUE);
  describe_role(out, "Steps of a handler", ROLE_STEP);
  describe_role(out, "What a fault does", ROLE_FAULT);
  fprintf(out,
          "\n`archsim describe NAME` tells more of any of them, `archsim describe parts` what the "
          "parts\n"
          "of latency are.\n");
}

bool describe_kind(FILE *out, const struct kinds *kinds, const char *name, struct error *err) {
  const struct kind *kind = kinds_find(kinds, name);
  if (kind) {
    describe_one(out, kind);
    return true;
  }
  if (!strcmp(name, "parts")) {
    describe_parts_of_latency(out);
    return true;
  }
  const char *names[512];
  uint32_t n = 0;
  names[n++] = "parts";
  for (uint32_t i = 0; i < kinds->n && n < 512; i++) names[n++] = kinds->kind[i]->name;
  for (uint32_t i = 0; word_at(i) && n < 512; i++) {
    if (!strcmp(word_at(i)->name, name)) {
      describe_word(out, word_at(i));
      return true;
    }
    names[n++] = word_at(i)->name;
  }
  return error_set(err, "there is nothing called '%.80s'%s", name,
                   nearest_hint(name, names, n, "there are").text);
}
