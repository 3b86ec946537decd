#include "json_write.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

json_t *json_number(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_time(double value) {
  return isinf(value) ? json_string(value > 0 ? "endless" : "-endless") : json_number(value);
}

double json_time_of(const json_t *json) {
  const char *text = json_string_value(json);
  if (text != NULL) {
    return strcmp(text, "endless") == 0    ? INFINITY
           : strcmp(text, "-endless") == 0 ? -INFINITY
                                           : NAN;
  }
  return json_is_number(json) ? json_number_value(json) : NAN;
}

json_t *json_text(const char *text) {
  gchar *valid = g_utf8_make_valid(text, -1);
  json_t *json = json_string(valid);
  g_free(valid);
  return json;
}

/* --- writing -------------------------------------------------------------------------------- */

static void write_value(const json_t *json, FILE *out, int indent);

static void write_string(const char *text, FILE *out) {
  json_t *string = json_string(text);
  char *quoted = json_dumps(string, JSON_ENCODE_ANY);
  fputs(quoted, out);
  free(quoted);
  json_decref(string);
}

static int compare_keys(const void *left, const void *right) {
  return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void write_object(const json_t *json, FILE *out, int indent) {
  size_t n = json_object_size(json), i = 0;
  const char **keys = g_new(const char *, n + 1);
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)json, key, value) keys[i++] = key;
  qsort(keys, n, sizeof keys[0], compare_keys);
  fputc('{', out);
  for (i = 0; i < n; i++) {
    fprintf(out, "%s\n%*s", i > 0 ? "," : "", indent + 2, "");
    write_string(keys[i], out);
    fputs(": ", out);
    write_value(json_object_get(json, keys[i]), out, indent + 2);
  }
  if (n > 0) fprintf(out, "\n%*s", indent, "");
  fputc('}', out);
  g_free(keys);
}

static void write_array(const json_t *json, FILE *out, int indent) {
  size_t n = json_array_size(json);
  fputc('[', out);
  for (size_t i = 0; i < n; i++) {
    fprintf(out, "%s\n%*s", i > 0 ? "," : "", indent + 2, "");
    write_value(json_array_get(json, i), out, indent + 2);
  }
  if (n > 0) fprintf(out, "\n%*s", indent, "");
  fputc(']', out);
}

static void write_value(const json_t *json, FILE *out, int indent) {
  switch (json_typeof(json)) {
    case JSON_OBJECT:
      write_object(json, out, indent);
      return;
    case JSON_ARRAY:
      write_array(json, out, indent);
      return;
    case JSON_STRING:
      write_string(json_string_value(json), out);
      return;
    case JSON_INTEGER:
      fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
      return;
    case JSON_REAL:
      fputs(number_shortest(json_real_value(json)).text, out);
      return;
    case JSON_TRUE:
      fputs("true", out);
      return;
    case JSON_FALSE:
      fputs("false", out);
      return;
    case JSON_NULL:
      fputs("null", out);
      return;
  }
}

void json_write(const json_t *json, FILE *out) {
  write_value(json, out, 0);
  fputc('\n', out);
}

void json_write_within(const json_t *json, FILE *out, int indent) {
  write_value(json, out, indent);
}
