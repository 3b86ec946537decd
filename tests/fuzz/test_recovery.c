/* Aim: what a fault took comes back. Systems made by chance bear load and one to three faults; all
 * of it ends, and after a quiet time that is longer than any timeout, session or pause in them a
 * few requests come: they are answered as if there had never been a fault. A worker, a place in a
 * pool, a connection, a lock or room for a message that a fault has taken for ever shows here,
 * whatever it is called.
 *
 *   tests/fuzz/test_recovery [FIRST [NUMBER]]      seeds; 1 and 400 without
 *
 * Work takes the same time always, and each call that may vanish has a timeout. The scenario that
 * went wrong stands in recovery-SEED.lua. */
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "experiment.h"
#include "random_scenario.h"
#include "random_values.h"
#include "results.h"

#define POLICY                                                                                  \
  "timeout = \"<200ms|1s>\", <retry = { attempts = 3, backoff = \"20ms\", <budget = { "         \
  "per_success = 0.2, burst = 10 },|> on = { \"refused\", \"reset\", \"timeout\", "             \
  "\"unreachable\", \"failed\" } },|> <hedge = { after = \"60ms\" },|> <breaker = { failures "  \
  "= 5, open = \"2s\" },|breaker = { ratio = \"50%\", window = \"5s\", least = 5, open = "      \
  "\"3s\" },|> <pool = { size = 4, queue = 20 },|pool = { size = aimd { start = 4, most = 9 } " \
  "},|> <throttle = {},|> "
#define CLIENTS(TO)                                                                        \
  "client \"load\" { zone = \"a\", arrivals = constant(profile { { \"0s\", \"40/s\" }, { " \
  "\"15s\", \"0/s\" }, steps = true }), target = \"" TO "\", " POLICY                      \
  "}\n"                                                                                    \
  "client \"probe\" { zone = \"a\", arrivals = constant(profile { { \"0s\", \"0/s\" }, { " \
  "\"100s\", \"20/s\" }, steps = true }), target = \"" TO "\", " POLICY "}\n"
#define CANCEL "<cancel = \"<passed_on|queued|running>\",|> "

/* A system, and what may break in it. */
static const struct theme {
  const char *system, *targets;
} themes[] = {
    {CLIENTS("lb") "load_balancer \"lb\" { backends = \"s\", algorithm = "
                   "\"<round_robin|least_connections|power_of_two|weighted|latency>\", "
                   "<panic = \"50%\",|> <slow_start = \"3s\",|> <sticky = \"1s\",|> "
                   "<health_check = { interval = \"1s\", timeout = \"500ms\" },|> "
                   "<outlier = { failures = 3, eject = \"3s\" },|> timeout = \"150ms\", "
                   "<retry = { attempts = 2, backoff = \"0ms\", on = { \"refused\", \"reset\", "
                   "\"timeout\" } },|> <pool = { size = 6, queue = 5 },|> <breaker = { failures "
                   "= 5, open = \"2s\" },|> }\n"
                   "service \"s\" { instances = 3, workers = 2, <queue = 20,|> " CANCEL
                   "<discipline = \"lifo\",|> <memory = { base = \"1MB\", request = \"1MB\", "
                   "limit = \"60MB\" },|> <drain = \"2s\",|> on = { <lock { \"l\", lease = "
                   "\"5s\", timeout = \"1s\" },|> work \"10ms\", <call { \"d\", timeout = "
                   "\"100ms\", <pool = { size = 2, queue = 10 },|> <breaker = { failures = 3, "
                   "open = \"1s\" },|> },|parallel { call { \"d\", timeout = \"100ms\" }, call { "
                   "\"e\", timeout = \"100ms\" } },|> <reply(), work \"5ms\",|> } }\n"
                   "<lock_service \"l\" {}|>\n"
                   "<database \"d\" { read_ops = { \"default\" }, workers = 2, read = \"5ms\", "
                   "<connections = 8,|> <copies = { n = 3 },|> }\n|>"
                   "<service \"e\" { workers = 4, work = \"3ms\", " CANCEL "}\n|>",
     "s|s[1]|s[2]|lb|d"},
    {CLIENTS(
         "s") "service \"s\" { zone = \"b\", instances = <1|2>, workers = 4, <queue = 20,|> " CANCEL
              "on = { work \"5ms\", call { \"d\", " POLICY "} }, <accept = { most = 50, "
              "backlog = 5, handshake = \"1ms\", <idle = \"5s\",|> },|> }\n"
              "database \"d\" { zone = \"c\", read_ops = { \"default\" }, workers = 2, read = "
              "\"5ms\", <connections = 8,|> }\n"
              "path { from = \"a\", to = \"b\", latency = \"5ms\", <transport = \"tcp\", "
              "connect = { <tls = \"1.3\",|> <streams = 4,|> <keep = \"3s\",|> },|> "
              "<bandwidth = \"10Mbit/s\",|> }\n"
              "path { from = \"b\", to = \"c\", latency = \"2ms\", <transport = \"tcp\", "
              "connect = { <tls = \"1.2\",|> <keep = \"60s\",|> },|> }\n",
     "s|s[1]|d"},
    {CLIENTS(
         "web") "service \"web\" { workers = 50, on = { publish { \"t\", <key = true,|> timeout "
                "= \"500ms\", <retry = { attempts = 3, backoff = \"100ms\" },|> } } }\n"
                "topic \"t\" { <partitions = 3,|> <copies = { n = 3, min_insync = <1|2>, "
                "session = \"2s\" },|> <write = \"1ms\",|> <dedup = \"10s\",|> <durable = "
                "true,|> }\n"
                "service \"w\" { instances = <1|3>, workers = <1|2|5>, work = \"20ms\", " CANCEL
                "<drain = \"1s\",|> subscribe = { \"t\", <prefetch = 8,|prefetch = 1,|> "
                "<visibility = \"3s\",|> <ack = \"before\",|ack_every = 4,|> <session = \"3s\",|> "
                "<rebalance "
                "= \"eager\",|> <backoff = \"200ms\",|> <timeout = \"1s\",|> <retry = { "
                "attempts = 3, backoff = \"100ms\" },|> <deadline = \"2s\",|> <breaker = { "
                "failures = 3, open = \"1s\" },|> <pool = { size = 3 },|> <poll = \"2s\",|> } "
                "}\n",
     "t|t[1]|t[2]|w|w[1]|w[2]|web"},
    {CLIENTS("c") "cache \"c\" { <instances = 2,|> capacity = 100, origin = \"s\", ttl = "
                  "\"<500ms|5s>\", <stale = \"200ms\",|> <single_flight = true,|> <negative = "
                  "\"1s\",|> timeout = \"300ms\", <pool = { size = 2, queue = 20 },|> <breaker = { "
                  "failures = 3, open = \"2s\" },|> }\n"
                  "service \"s\" { workers = 2, work = \"10ms\", <queue = 10,|> " CANCEL "}\n",
     "c|s"},
    {CLIENTS("web") "service \"web\" { workers = 20, " CANCEL
                    "on = { <lock { \"l\", lease = \"2s\", <renew = true,|> timeout = \"500ms\" "
                    "},|> transaction { call { \"d1\", op = \"write\", timeout = \"200ms\" }, call "
                    "{ \"d2\", op = \"write\", timeout = \"200ms\" <}, commit = \"2pc\"|, "
                    "compensate = \"write\" }, commit = \"saga\">, <durable = true,|> } } }\n"
                    "<lock_service \"l\" { <work = \"1ms\",|> }|>\n"
                    "database \"d1\" { workers = 4, write = \"3ms\", <copies = { n = 3, write = "
                    "\"<async|quorum>\" },|> }\n"
                    "database \"d2\" { workers = 4, write = \"3ms\" }\n",
     "d1|d2|web|l"},
};

#define FAULT "fault { <crash|hang|pause|stop> \"<%s>\", at = \"%ums\", lasts = \"%ums\" }\n"
#define RUN "run { duration = \"110s\", warmup = \"99s\", replications = 1 }\n"

enum { EXPANSIONS = 60 };

static bool loads(const struct language *language, const char *text) {
  struct error err;
  struct scenario *scenario = language_load(language, text, &err);
  if (scenario) scenario_free(scenario);
  return scenario != NULL;
}

/* A system in which everything fits together; NULL: it was not found. */
static char *draw_system(struct maker *m, const struct theme *theme) {
  for (int i = 0; i < EXPANSIONS; i++) {
    char *text = draw_text(m, theme->system);
    char *whole = g_strconcat(text, RUN, NULL);
    bool fits = loads(m->language, whole);
    g_free(whole);
    if (fits) return text;
    g_free(text);
  }
  return NULL;
}

/* The same with one to three faults, which begin at 3 to 10 s and last up to 5 s. */
static char *add_faults(struct maker *m, const struct theme *theme, const char *system) {
  char *text = g_strdup(system);
  for (uint32_t n = 1 + below(m, 3), tries = 0; n > 0 && tries < EXPANSIONS; tries++) {
    char *line = g_strdup_printf(FAULT, theme->targets, 3000 + below(m, 7000), 50 + below(m, 5000));
    char *fault = draw_text(m, line), *more = g_strconcat(text, fault, NULL);
    char *whole = g_strconcat(more, RUN, NULL);
    bool fits = loads(m->language, whole);
    n -= fits;
    g_free(fits ? text : more);
    if (fits) text = more;
    g_free(line);
    g_free(fault);
    g_free(whole);
  }
  return text;
}

/* What the last requests got: shares and times. */
struct seen {
  double available, mean_s, most_s, offered, consumed, end_to_end_s;
};

static double value(const struct results *results, const char *component, const char *metric) {
  double got = results_value_of(results, component, metric);
  return isnan(got) ? -1 : got;
}

static bool see(const struct language *language, const char *system, struct seen *seen) {
  char *text = g_strconcat(system, RUN, NULL);
  struct error err = {0};
  struct scenario *scenario = language_load(language, text, &err);
  g_free(text);
  struct results results;
  bool ran = experiment_run(scenario, &(struct experiment_options){.jobs = 1}, &results, &err);
  if (ran) {
    *seen = (struct seen){.available = value(&results, "probe", "availability"),
                          .mean_s = value(&results, "probe", "latency.mean"),
                          .most_s = value(&results, "probe", "latency.max"),
                          .offered = value(&results, "probe", "offered"),
                          .consumed = value(&results, "w", "consumed"),
                          .end_to_end_s = value(&results, "w", "end_to_end.max")};
    results_free(&results);
  } else {
    printf("given up: %s\n", err.text);
  }
  scenario_free(scenario);
  return ran;
}

static bool is_near(double a, double b) {
  return fabs(a - b) <= 0.02 * fabs(a) + 1e-9;
}

static bool is_same(const struct seen *a, const struct seen *b) {
  return is_near(a->available, b->available) && is_near(a->mean_s, b->mean_s) &&
         is_near(a->most_s, b->most_s) && is_near(a->offered, b->offered) &&
         is_near(a->consumed, b->consumed) && is_near(a->end_to_end_s, b->end_to_end_s);
}

/* False: what was taken did not come back. */
static bool try_seed(const struct language *language, uint64_t seed, uint32_t *valid) {
  struct maker m = {.language = language, .state = seed};
  const struct theme *theme = &themes[seed % G_N_ELEMENTS(themes)];
  char *system = draw_system(&m, theme);
  if (system == NULL) return true;
  char *broken = add_faults(&m, theme, system);
  struct seen well, after;
  bool same = see(language, system, &well) && see(language, broken, &after) &&
              well.available > 0.99 && is_same(&well, &after);
  ++*valid;
  if (!same) {
    char *file = g_strdup_printf("recovery-%llu.lua", (unsigned long long)seed);
    char *whole = g_strconcat(broken, RUN, NULL);
    g_file_set_contents(file, whole, -1, NULL);
    printf("seed %llu: availability %g and %g, latency %g and %g s, consumed %g and %g; see %s\n",
           (unsigned long long)seed, well.available, after.available, well.most_s, after.most_s,
           well.consumed, after.consumed, file);
    g_free(file);
    g_free(whole);
  }
  g_free(system);
  g_free(broken);
  return same;
}

int main(int argc, char **argv) {
  uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  uint64_t number = argc > 2 ? strtoull(argv[2], NULL, 10) : 400;
  char *scratch = g_strdup_printf("%s/archsim-recovery-%d.lua", g_get_tmp_dir(), (int)getpid());
  struct language *language = language_new(scratch);
  uint32_t valid = 0, wrong = 0;
  for (uint64_t seed = first; seed < first + number; seed++) {
    wrong += !try_seed(language, seed, &valid);
  }
  printf("%llu seeds from %llu: %u valid, %u wrong\n", (unsigned long long)number,
         (unsigned long long)first, valid, wrong);
  language_free(language);
  unlink(scratch);
  g_free(scratch);
  return wrong > 0 || valid < number / 2;
}
