#include "load_steps.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static const struct scenario_param *find_param(const struct scenario *s, const char *name) {
  for (uint32_t i = 0; i < s->params; i++) {
    if (strcmp(s->param[i].name, name) == 0) return &s->param[i];
  }
  return NULL;
}

static bool check_param(const struct load_steps *steps, const struct study *study,
                        const struct options *options, struct error *err) {
  for (uint32_t i = 0; i < study->n; i++) {
    const struct design *design = &study->design[i];
    if (find_param(design->scenario, steps->param) != NULL) continue;
    return error_set(err, "--over %s: %s declares no such parameter; name a param that it declares",
                     steps->param, design->scenario->file);
  }
  for (uint32_t i = 0; i < options->settings; i++) {
    if (strcmp(options->setting[i].name, steps->param) != 0) continue;
    return error_set(err, "-s %s and --over %s contradict each other: leave -s out", steps->param,
                     options->over);
  }
  return true;
}

bool load_steps_find(struct load_steps *steps, const struct study *study,
                     const struct options *options, struct error *err) {
  const char *equals = strchr(options->over, '=');
  *steps = (struct load_steps){0};
  if (equals == NULL || equals == options->over) {
    return error_set(err, "--over %s names no loads; write --over %s=100..900:100/s", options->over,
                     equals == NULL ? options->over : "NAME");
  }
  char *name = g_strndup(options->over, (gsize)(equals - options->over));
  steps->param = arena_text(study->arena, name);
  g_free(name);
  if (!check_param(steps, study, options, err) ||
      !axis_expand(study->arena, equals + 1, false, &steps->values, err) ||
      !axis_check(&steps->values, err)) {
    return false;
  }
  for (uint32_t i = 0; i < steps->values.n; i++) {
    double number;
    if (axis_number(steps->values.list[i], &number)) continue;
    return error_set(
        err, "--over %s: '%s' is no number; write loads such as 100..900:100/s or 50,100,200/s",
        options->over, steps->values.list[i]);
  }
  if (steps->values.n < 2)
    return error_set(err, "--over %s: a curve takes two loads or more, such as 100,200/s",
                     options->over);
  if (steps->values.n <= LOAD_STEPS_MAX) return true;
  return error_set(err, "--over %s: these are %u loads, more than %u: write a larger step",
                   options->over, steps->values.n, LOAD_STEPS_MAX);
}

static bool run_step(const struct options *options, const char *value, load_step_seen *seen,
                     void *data, struct error *err) {
  struct study at;
  bool ok = study_load(&at, options, err) && study_align(&at, options, err) &&
            study_run(&at, options, err);
  if (ok) seen(data, value, &at);
  study_free(&at);
  return ok;
}

bool load_steps_run(const struct load_steps *steps, const struct options *options,
                    load_step_seen *seen, void *data, struct error *err) {
  struct options own = *options;
  bool ok = true;
  own.setting = mem_zeroed(options->settings + 1, sizeof *own.setting);
  if (options->settings > 0) {
    memcpy(own.setting, options->setting, options->settings * sizeof *own.setting);
  }
  own.settings = options->settings + 1;
  for (uint32_t i = 0; ok && i < steps->values.n; i++) {
    const char *value = steps->values.list[i];
    struct error why = {0};
    own.setting[options->settings] = (struct setting){steps->param, value};
    ok = run_step(&own, value, seen, data, &why);
    if (!ok) error_set(err, "at %s=%s: %s", steps->param, value, why.text);
  }
  free(own.setting);
  return ok;
}
