/* Aim: any valid scenario, however odd, runs without a crash and without a failed law of physics,
 * and gives the same results on one thread, on two, and with its statements in the opposite order.
 *
 *   tests/fuzz/test_random_scenarios [FIRST [NUMBER [FOLDER]]]      seeds; 1 and 60 without
 *
 * With a FOLDER the scenarios are written there and not run.
 *
 * Under the sanitizers, with a NUMBER of thousands, it looks for what nobody has thought of. The
 * scenario that went wrong stands in random-SEED.lua. */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiment.h"
#include "json.h"
#include "json_write.h"
#include "random_scenario.h"
#include "sim.h"

#define FEWEST_VALID 0.6 /* of all seeds: else the generator has lost the language */

#define MOST_EVENTS 300000 /* of a replication, about: what would have more is made shorter */
#define STEP_MS 100
#define WHOLE_MS 4000 /* of random_scenario's statement run */

struct tally {
  uint32_t valid, given_up, wrong;
  uint64_t events;
};

/* All of the JSON but the time taken, or the sentence on why the run was given up. */
static char *outcome_of(const struct language *language, const char *text, uint32_t jobs,
                        struct tally *tally, bool *unphysical) {
  struct error err = {0};
  struct scenario *scenario = language_load(language, text, &err);
  if (scenario == NULL) return g_strdup_printf("not loaded: %s", err.text);
  struct results results;
  char *said = NULL;
  if (!experiment_run(scenario, &(struct experiment_options){.jobs = jobs}, &results, &err)) {
    said = g_strdup_printf("given up: %s", err.text);
  } else {
    size_t size;
    char *json = NULL;
    FILE *out = open_memstream(&json, &size);
    *unphysical |= !results_checks_passed(&results);
    results.wall_s = 0;
    json_t *tree = json_results(&results);
    json_write(tree, out);
    json_decref(tree);
    fclose(out);
    said = g_strdup(json);
    free(json);
    tally->events += results.events;
    results_free(&results);
  }
  scenario_free(scenario);
  return said;
}

static void blame(struct tally *tally, uint64_t seed, const char *text, const char *what) {
  char *file = g_strdup_printf("random-%llu.lua", (unsigned long long)seed);
  g_file_set_contents(file, text, -1, NULL);
  printf("seed %llu: %s; see %s\n", (unsigned long long)seed, what, file);
  tally->wrong++;
  g_free(file);
}

/* After how long a replication has had enough events. */
static uint32_t enough_ms(const struct language *language, const char *text) {
  struct error err;
  struct scenario *scenario = language_load(language, text, &err);
  if (scenario == NULL) return WHOLE_MS;
  const struct run_settings *how = &scenario->run;
  struct sim *sim = sim_new(&scenario->spec, how->seed, 1, how->warmup_ns, how->duration_ns, true);
  uint32_t ms = 0;
  while (ms < WHOLE_MS && sim->events < MOST_EVENTS) {
    ms += STEP_MS;
    if (!sim_run(sim, ms * UINT64_C(1000000))) ms = WHOLE_MS;
  }
  sim_free(sim);
  scenario_free(scenario);
  return ms;
}

/* The same, and no longer than that. */
static char *shortened(char *text, uint32_t ms) {
  static const char whole[] = "duration = \"4s\", warmup = \"1s\"";
  if (ms == WHOLE_MS) return text;
  g_assert(strstr(text, whole) != NULL);
  GString *longer = g_string_new(text);
  char *brief = g_strdup_printf("duration = \"%ums\", warmup = \"%ums\"", ms, ms / 4);
  g_string_replace(longer, whole, brief, 1);
  g_free(brief);
  g_free(text);
  return g_string_free(longer, FALSE);
}

static void try_seed(const struct language *language, uint64_t seed, struct tally *tally) {
  char *reversed = NULL, *text = random_scenario(language, seed, &reversed);
  if (text == NULL) return;
  bool unphysical = false;
  uint32_t ms = enough_ms(language, text);
  text = shortened(text, ms);
  reversed = shortened(reversed, ms);
  tally->valid++;
  /* Left behind by a crash. */
  char *running = g_strdup_printf("running-%d.lua", (int)getpid());
  g_file_set_contents(running, text, -1, NULL);
  char *one = outcome_of(language, text, 1, tally, &unphysical);
  char *two = outcome_of(language, text, 2, tally, &unphysical);
  char *other = outcome_of(language, reversed, 1, tally, &unphysical);
  tally->given_up += g_str_has_prefix(one, "given up");
  if (unphysical) blame(tally, seed, text, "a physics check failed");
  if (strcmp(one, two) != 0) blame(tally, seed, text, "one thread and two differ");
  if (strcmp(one, other) != 0) {
    blame(tally, seed, text, "the order of declarations matters");
    printf("%.300s\n", other);
  }
  unlink(running);
  g_free(running);
  g_free(one);
  g_free(two);
  g_free(other);
  g_free(text);
  g_free(reversed);
}

static void write_seed(const struct language *language, uint64_t seed, const char *folder,
                       struct tally *tally) {
  char *text = random_scenario(language, seed, NULL);
  if (text == NULL) return;
  char *file = g_strdup_printf("%s/random-%llu.lua", folder, (unsigned long long)seed);
  g_file_set_contents(file, text, -1, NULL);
  tally->valid++;
  g_free(file);
  g_free(text);
}

int main(int argc, char **argv) {
  uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  uint64_t number = argc > 2 ? strtoull(argv[2], NULL, 10) : 60;
  const char *wanted = getenv("N");
  if (wanted && argc < 3) number = strtoull(wanted, NULL, 10);
  const char *folder = argc > 3 ? argv[3] : NULL;
  char *scratch = g_strdup_printf("%s/archsim-random-%d.lua", g_get_tmp_dir(), (int)getpid());
  struct language *language = language_new(scratch);
  struct tally tally = {0};
  for (uint64_t seed = first; seed < first + number; seed++) {
    if (folder) {
      write_seed(language, seed, folder, &tally);
    } else {
      try_seed(language, seed, &tally);
    }
  }
  printf("%llu seeds from %llu: %u valid, %u given up, %u wrong, %llu events\n",
         (unsigned long long)number, (unsigned long long)first, tally.valid, tally.given_up,
         tally.wrong, (unsigned long long)tally.events);
  language_free(language);
  unlink(scratch);
  g_free(scratch);
  bool few = tally.valid < FEWEST_VALID * (double)number;
  if (few) printf("too few are valid: the generator no longer speaks the language\n");
  return tally.wrong > 0 || few;
}
