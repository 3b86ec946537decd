#include "sweep_csv.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "json_write.h"
#include "memory.h"

char *sweep_column(const json_t *axis) {
  static const char *const taken[] = {"point", "metric", "value", "lo", "hi", "n", "unit", NULL};
  const char *name = json_string_value(json_object_get(axis, "name"));
  if (name == NULL) name = "?";
  for (int i = 0; taken[i] != NULL; i++) {
    if (g_ascii_strcasecmp(name, taken[i]) == 0) return g_strconcat(name, "_", NULL);
  }
  return g_strdup(name);
}

enum verdict sweep_verdict(const json_t *goal) {
  const char *said = json_string_value(json_object_get(goal, "verdict"));
  for (int v = VERDICT_PASS; said != NULL && v <= VERDICT_UNDECIDED; v++) {
    if (strcmp(said, verdict_name((enum verdict)v)) == 0) return (enum verdict)v;
  }
  return VERDICT_FAIL;
}

double sweep_number(const json_t *tree, const char *key) {
  return json_time_of(json_object_get(tree, key));
}

const char *sweep_text(const json_t *tree, const char *key) {
  const char *text = json_string_value(json_object_get(tree, key));
  return text != NULL ? text : "";
}

const char *sweep_param(const json_t *point, const char *name) {
  return sweep_text(json_object_get(point, "params"), name);
}

void sweep_csv_head(const json_t *axes, FILE *out) {
  fputs("point", out);
  for (size_t i = 0; i < json_array_size(axes); i++) {
    char *column = sweep_column(json_array_get(axes, i));
    fputc(',', out);
    csv_text(column, out);
    g_free(column);
  }
  fputs(",metric,value,lo,hi,n,unit\n", out);
}

/* What all rows of a point begin with. */
static char *row_begin(const json_t *axes, const json_t *point) {
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (out == NULL) memory_out("no text can be written");
  fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(point, "point")));
  for (size_t i = 0; i < json_array_size(axes); i++) {
    const char *name = json_string_value(json_object_get(json_array_get(axes, i), "name"));
    fputc(',', out);
    csv_text(sweep_param(point, name), out);
  }
  fputc(',', out);
  fclose(out);
  return text;
}

/* An object keeps the order of the file, which is that of the names. */
void sweep_csv_point(const json_t *axes, const json_t *point, FILE *out) {
  char *begin = row_begin(axes, point);
  const char *name;
  json_t *metric;
  json_object_foreach(json_object_get(point, "metrics"), name, metric) {
    const char *unit = json_string_value(json_object_get(metric, "unit"));
    fputs(begin, out);
    csv_text(name, out);
    csv_number(sweep_number(metric, "value"), out);
    csv_number(sweep_number(metric, "lo"), out);
    csv_number(sweep_number(metric, "hi"), out);
    fprintf(out, ",%" JSON_INTEGER_FORMAT ",%s\n", json_integer_value(json_object_get(metric, "n")),
            unit != NULL ? unit : "");
  }
  free(begin);
}
