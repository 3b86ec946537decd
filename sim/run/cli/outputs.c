#include "outputs.h"

#include <glib.h>

#include "output.h"
#include "report_html.h"

enum { OUTPUTS = 6, FILES = OUTPUTS - 1 }; /* the last, --out, may be a folder */

struct named {
  const char *option, *path;
};

static void name_all(const struct options *o, struct named out[OUTPUTS]) {
  const struct named all[OUTPUTS] = {{"json", o->json},   {"csv", o->csv},
                                     {"junit", o->junit}, {"report", o->report},
                                     {"trace", o->trace}, {"out", o->out}};
  for (int i = 0; i < OUTPUTS; i++) out[i] = all[i];
}

/* An output that is also read would be lost. */
static bool is_no_input(const struct named *out, const struct options *options, struct error *err) {
  for (uint32_t k = 0; k <= options->arguments; k++) {
    const char *input = k < options->arguments ? options->argument[k] : options->base;
    if (input == NULL || !output_same_file(out->path, input)) continue;
    return error_set(err, "--%s %s would overwrite what is read; name another file", out->option,
                     out->path);
  }
  return true;
}

static bool are_apart(const struct named *a, const struct named *b, struct error *err) {
  if (a->path == NULL || b->path == NULL) return true;
  if (output_is_stdout(a->path) && output_is_stdout(b->path)) {
    return error_set(err, "--%s and --%s both go to standard output; name a file for one of them",
                     a->option, b->option);
  }
  if (!output_same_file(a->path, b->path)) return true;
  return error_set(err, "--%s and --%s both write %s; name another file for one of them", a->option,
                   b->option, b->path);
}

bool outputs_fit(const struct options *options, struct error *err) {
  struct named out[OUTPUTS];
  name_all(options, out);
  for (int i = 0; i < OUTPUTS; i++) {
    if (out[i].path == NULL) continue;
    if (out[i].path[0] == '\0') {
      return error_set(err, "--%s: the name is empty; name a file", out[i].option);
    }
    if (!is_no_input(&out[i], options, err)) return false;
    for (int k = 0; k < i; k++) {
      if (!are_apart(&out[k], &out[i], err)) return false;
    }
  }
  return true;
}

bool outputs_check(const struct options *options, struct error *err) {
  struct named out[OUTPUTS];
  name_all(options, out);
  for (int i = 0; i < FILES; i++) {
    if (out[i].path != NULL && !output_check(out[i].path, err)) return false;
  }
  return options->report == NULL || report_html_check(err);
}

bool outputs_take_stdout(const struct options *options) {
  struct named out[OUTPUTS];
  name_all(options, out);
  for (int i = 0; i < FILES; i++) {
    if (output_is_stdout(out[i].path)) return true;
  }
  return false;
}
