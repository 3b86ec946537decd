#include "besides.h"

#include <glib.h>
#include <math.h>

#include "answer.h"
#include "format.h"
#include "gone.h"
#include "sim.h"
#include "unfinished.h"

/* Of fewer requests a fallback is no matter of the verdict. */
#define DEGRADED_TOLD 0.01
/* All but so many of the failures were turned away on purpose. */
#define NOT_MEANT 0.01

struct total {
  double requests, failed, meant, degraded;
  const char *only; /* the client whose requests all those that failed are; NULL: of several */
  uint32_t clients;
};

/* Requests of a client that a limit, a rule or a shedder turned away, in a replication. */
static double turned_away(const struct results *results, const char *name) {
  static const char *const meant[] = {"errors.rate_limited", "errors.denied", "errors.shed"};
  double sum = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(meant); i++) {
    double count = results_value_of(results, name, meant[i]);
    if (count > 0) sum += count;
  }
  return sum;
}

static void add_client(const struct results *results, const char *name, struct total *all) {
  double requests = results_value_of(results, name, "requests");
  double failed = requests * (1 - results_value_of(results, name, "availability"));
  double degraded = results_value_of(results, name, "degraded");
  all->clients++;
  if (isnan(failed)) return;
  all->requests += requests;
  if (failed > 0) all->only = all->failed > 0 ? NULL : name;
  all->failed += failed;
  all->meant += turned_away(results, name);
  if (degraded > 0) all->degraded += requests * degraded;
}

static struct total total_of(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  struct total all = {0};
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    if (c->kind->is_source) add_client(results, c->name, &all);
  }
  return all;
}

static void say_failed(const struct results *results, const struct total *all, GString *text) {
  if (!(all->failed > FAILED_NEGLIGIBLE * all->requests)) return;
  bool one = all->only != NULL && all->clients > 1;
  double share =
      one ? 1 - results_value_of(results, all->only, "availability") : all->failed / all->requests;
  bool meant = all->meant >= (1 - NOT_MEANT) * all->failed;
  g_string_append_printf(text, "%s of %s%s %s", format_value(UNIT_RATIO, share).text,
                         one ? "the requests of " : "all requests", one ? all->only : "",
                         meant ? "turned away" : "failed");
}

/* What no figure of the requests that were sent shows. */
static void say_dropped(const struct results *results, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  double most = FAILED_NEGLIGIBLE;
  const char *of = NULL;
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    double dropped = c->kind->is_source ? results_value_of(results, c->name, "dropped_ratio") : 0;
    if (!(dropped > most)) continue;
    most = dropped;
    of = c->name;
  }
  if (of == NULL) return;
  g_string_append_printf(text, "%s%s of the requests due at %s never sent",
                         text->len > 0 ? ", " : "", format_value(UNIT_RATIO, most).text, of);
}

/* No share of those that ended shows these. */
static void say_unfinished(const struct results *results, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  double most = 0;
  const char *of = NULL;
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    double share = c->kind->is_source ? unfinished_of(results, c->name) : 0;
    if (!(share > most)) continue;
    most = share;
    of = c->name;
  }
  if (of == NULL) return;
  g_string_append_printf(text, "%s%s of the requests of %s not ended when the run was over",
                         text->len > 0 ? ", " : "", format_value(UNIT_RATIO, most).text, of);
}

char *besides_say(const struct results *results) {
  struct total all = total_of(results);
  GString *text = g_string_new(NULL);
  const char *lost = gone_first(results);
  say_failed(results, &all, text);
  say_dropped(results, text);
  say_unfinished(results, text);
  if (all.degraded >= DEGRADED_TOLD * all.requests && all.requests > 0) {
    g_string_append_printf(text, "%s%s of all%s answered with a fallback",
                           text->len == 0 ? ""
                           : lost         ? ", "
                                          : " and ",
                           format_value(UNIT_RATIO, all.degraded / all.requests).text,
                           text->len > 0 ? "" : " requests");
  }
  if (lost != NULL) g_string_append_printf(text, "%s%s", text->len > 0 ? " and " : "", lost);
  return g_string_free(text, FALSE);
}
