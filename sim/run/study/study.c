#include "study.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"
#include "format.h"
#include "progress.h"
#include "warmup.h"

/* --- loading --------------------------------------------------------------------------------- */

static struct design *add_design(struct study *study, const char *title) {
  struct design *design = &study->design[study->n];
  design->letter = (char)('A' + study->n);
  design->title = arena_text(study->arena, title);
  study->n++;
  return design;
}

/* The settings that a file declares, of those given. */
static uint32_t declared_settings(const struct options *options, const struct scenario *scenario,
                                  struct setting *out, bool *used) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < options->settings; i++) {
    for (uint32_t k = 0; k < scenario->params; k++) {
      if (strcmp(options->setting[i].name, scenario->param[k].name) != 0) continue;
      out[n++] = options->setting[i];
      used[i] = true;
      break;
    }
  }
  return n;
}

/* A setting counts where it is declared. One that no file declares is a mistake, for which loading
 * the first with it has the sentence. */
static bool load_files(struct study *study, const struct options *options, struct error *err) {
  struct setting *setting = mem_zeroed(options->settings + 1, sizeof *setting);
  bool *used = mem_zeroed(options->settings + 1, sizeof *used), ok = true;
  for (uint32_t i = 0; ok && i < options->arguments; i++) {
    const char *file = options->argument[i];
    struct design *design = add_design(study, file);
    design->scenario = scenario_load(file, NULL, 0, err);
    ok = design->scenario != NULL;
    if (!ok || options->settings == 0) continue;
    uint32_t n = declared_settings(options, design->scenario, setting, used);
    scenario_free(design->scenario);
    design->scenario = scenario_load(file, setting, n, err);
    ok = design->scenario != NULL;
  }
  for (uint32_t i = 0; ok && i < options->settings; i++) {
    if (used[i]) continue;
    struct scenario *never = scenario_load(options->argument[0], &options->setting[i], 1, err);
    scenario_free(never);
    ok = false;
  }
  free(setting);
  free(used);
  return ok;
}

static bool load_off(struct study *study, const struct options *options, struct error *err) {
  const char *file = options->argument[0];
  GString *title = g_string_new("without ");
  for (uint32_t i = 0; i < options->offs; i++) {
    g_string_append_printf(title, "%s%s", i > 0 ? ", " : "", options->off[i]);
  }
  struct scenario_changes changes = {.offs = options->offs, .off = options->off};
  struct design *with = add_design(study, "as it is"), *without = add_design(study, title->str);
  g_string_free(title, TRUE);
  with->scenario = scenario_load(file, options->setting, options->settings, err);
  if (with->scenario == NULL) return false;
  without->scenario =
      scenario_load_changed(file, options->setting, options->settings, &changes, err);
  return without->scenario != NULL;
}

/* One design a value of the first setting that has several. */
static bool load_values(struct study *study, const struct options *options, struct error *err) {
  uint32_t at = 0;
  while (at < options->settings && strchr(options->setting[at].value, ',') == NULL) at++;
  if (at == options->settings) {
    return error_set(err,
                     "compare needs a second design: another file, -s NAME=A,B with the values of "
                     "a parameter, --off NAME, or --base FILE");
  }
  struct setting *setting = mem_zeroed(options->settings, sizeof *setting);
  memcpy(setting, options->setting, options->settings * sizeof *setting);
  gchar **value = g_strsplit(setting[at].value, ",", -1);
  bool ok =
      g_strv_length(value) <= DESIGNS_MAX ||
      error_set(err, "compare takes at most %u designs; compare some of them at a time, or sweep",
                DESIGNS_MAX);
  for (gchar **v = value; ok && *v != NULL; v++) {
    gchar *title = g_strdup_printf("%s=%s", setting[at].name, *v);
    setting[at].value = *v;
    struct design *design = add_design(study, title);
    g_free(title);
    design->scenario = scenario_load(options->argument[0], setting, options->settings, err);
    ok = design->scenario != NULL;
  }
  g_strfreev(value);
  free(setting);
  return ok;
}

bool study_load(struct study *study, const struct options *options, struct error *err) {
  *study = (struct study){.arena = arena_new()};
  if (options->offs > 0) return load_off(study, options, err);
  if (options->arguments == 1) return load_values(study, options, err);
  return load_files(study, options, err);
}

/* --- equal conditions ------------------------------------------------------------------------ */

static void note(struct study *study, const char *text) {
  if (study->notes < G_N_ELEMENTS(study->note)) {
    study->note[study->notes++] = arena_text(study->arena, text);
  }
}

static bool equal_durations(const struct study *study, struct error *err) {
  const struct design *first = &study->design[0];
  for (uint32_t i = 1; i < study->n; i++) {
    uint64_t here = study->design[i].scenario->run.duration_ns;
    if (here == first->scenario->run.duration_ns) continue;
    return error_set(err,
                     "%c (%s) runs for %s and %c (%s) for %s; give both the same duration in "
                     "their run { ... }",
                     first->letter, first->title,
                     format_duration(first->scenario->run.duration_ns).text,
                     study->design[i].letter, study->design[i].title, format_duration(here).text);
  }
  return true;
}

static void ignore_tick(void *data, double fraction) {
  (void)data;
  (void)fraction;
}

/* What MSER-5 finds without faults, or what the scenario says; nothing where a rate changes by the
 * clock, for there is no steady state to wait for. */
static bool find_warmup(const struct scenario *s, uint64_t seed, uint64_t *ns, struct error *err) {
  *ns = s->run.warmup_auto ? 0 : s->run.warmup_ns;
  if (!s->run.warmup_auto || warmup_changing_client(&s->spec) != NULL) return true;
  double series[WARMUP_SLICES];
  if (!warmup_pilot(&s->spec, seed, s->run.duration_ns, series, ignore_tick, NULL, err)) {
    return false;
  }
  *ns = warmup_choose(series, s->run.duration_ns, &s->spec).wanted_ns;
  return true;
}

bool study_equal_warmup(struct scenario *const *scenarios, uint32_t n, uint64_t seed,
                        struct error *err) {
  uint64_t automatic_ns = 0, stated_ns = 0;
  bool changing = false;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t ns = 0;
    changing |= warmup_changing_client(&scenarios[i]->spec) != NULL;
    if (!find_warmup(scenarios[i], seed, &ns, err)) return false;
    uint64_t *longest = scenarios[i]->run.warmup_auto ? &automatic_ns : &stated_ns;
    *longest = MAX(*longest, ns);
  }
  if (changing) automatic_ns = 0;
  for (uint32_t i = 0; i < n; i++) {
    const struct spec *spec = &scenarios[i]->spec;
    for (uint32_t k = 0; k < spec->faults; k++) {
      if (!spec->fault[k].recurring) automatic_ns = MIN(automatic_ns, spec->fault[k].at_ns);
    }
  }
  for (uint32_t i = 0; i < n; i++) {
    scenarios[i]->run.warmup_auto = false;
    scenarios[i]->run.warmup_ns = MAX(automatic_ns, stated_ns);
  }
  return true;
}

bool study_align(struct study *study, const struct options *options, struct error *err) {
  struct scenario *scenarios[DESIGNS_MAX];
  bool seeds = false, numbers = false, warmups = false;
  if (!equal_durations(study, err)) return false;
  const struct run_settings *first = &study->design[0].scenario->run;
  study->seed = options->has_seed ? options->seed : first->seed;
  for (uint32_t i = 0; i < study->n; i++) {
    scenarios[i] = study->design[i].scenario;
    const struct run_settings *run = &scenarios[i]->run;
    study->replications = MAX(study->replications, run->replications);
    seeds |= run->seed != first->seed;
    numbers |= run->replications != first->replications;
    warmups |= !run->warmup_auto != !first->warmup_auto ||
               (!run->warmup_auto && run->warmup_ns != first->warmup_ns);
  }
  if (options->replications != 0) study->replications = options->replications;
  if (seeds && !options->has_seed) note(study, "the files name different seeds: A's is used");
  if (numbers && options->replications == 0) {
    note(study, "the files name different numbers of replications: the largest is used");
  }
  if (warmups) note(study, "the files name different warm-ups: the longest is used");
  return study_equal_warmup(scenarios, study->n, study->seed, err);
}

/* --- running --------------------------------------------------------------------------------- */

struct share {
  struct progress *progress;
  uint32_t done, of;
};

static void on_progress(void *data, double fraction) {
  const struct share *share = data;
  progress_update(share->progress, (share->done + fraction) / share->of);
}

bool study_run(struct study *study, const struct options *options, struct error *err) {
  struct progress progress;
  struct share share = {&progress, 0, study->n};
  struct experiment_options how = {.has_seed = true,
                                   .seed = study->seed,
                                   .replications = study->replications,
                                   .timeline = true,
                                   .jobs = options->jobs,
                                   .progress = on_progress,
                                   .progress_data = &share};
  bool ok = true;
  progress_begin(&progress, options->progress && !options->quiet);
  for (uint32_t i = 0; ok && i < study->n; i++) {
    struct design *design = &study->design[i];
    struct error why = {0};
    share.done = i;
    ok = design->has_results = experiment_run(design->scenario, &how, &design->results, &why);
    if (!ok) error_set(err, "%c (%s): %s", design->letter, design->title, why.text);
  }
  progress_end(&progress);
  return ok;
}

void study_free(struct study *study) {
  for (uint32_t i = 0; i < study->n; i++) {
    if (study->design[i].has_results) results_free(&study->design[i].results);
    scenario_free(study->design[i].scenario);
  }
  if (study->arena != NULL) arena_free(study->arena);
  *study = (struct study){0};
}
