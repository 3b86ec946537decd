#include "unfinished.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

/* Of those sent during a fault: told in any case from here on. */
#define MOST 0.5

/* Beyond what chance makes of a number that is `usual` on average. */
static bool is_beyond(double n, double usual) {
  return n > usual + 3 * sqrt(usual > 0 ? usual : 0);
}

static double of_negligible(double share) {
  return share > FAILED_NEGLIGIBLE ? share : 0;
}

double unfinished_grown(double offered, double ended, double requests, double under_way) {
  if (!(offered > 0) || !(ended >= 0)) return 0;
  double more = ended > 0 ? (offered - ended) * requests / ended : INFINITY;
  return is_beyond(more, 1.5 * under_way) ? of_negligible(1 - ended / offered) : 0;
}

double unfinished_stuck(double requests, double at_end, double by_latency) {
  if (!is_beyond(at_end, 2 * by_latency)) return 0;
  return of_negligible((at_end - by_latency) / (requests + at_end - by_latency));
}

double unfinished_of(const struct results *results, const char *owner) {
  char client[256];
  snprintf(client, sizeof client, "%.*s", (int)strcspn(owner, "."), owner);
  bool journeys = strcmp(owner + strlen(client), ".journey") == 0;
  bool whole = journeys || strcmp(owner, client) == 0;
  double requests = results_value_of(results, owner, "requests"), stuck = 0;
  double failed = 1 - results_value_of(results, owner, "availability");
  double grown = unfinished_grown(
      results_value_of(results, owner, "offered"), results_value_of(results, owner, "ended"),
      requests, results_value_of(results, client, journeys ? "journeys" : "in_flight"));
  if (whole && failed <= FAILED_NEGLIGIBLE) {
    stuck = unfinished_stuck(
        requests, results_value_of(results, client, journeys ? "journeys.end" : "in_flight.end"),
        results_value_of(results, owner, "throughput") *
            results_value_of(results, owner, "latency.mean"));
  }
  double left = fmax(grown, stuck);
  /* At the end of a fault tries are pending, most of which end soon after. */
  bool ends_later =
      strstr(owner, ".during.") != NULL && !(left >= MOST) && !(unfinished_of(results, client) > 0);
  return ends_later ? 0 : left;
}

const char *unfinished_when(const char *metric) {
  return strstr(metric, ".during.") != NULL ? "when the fault did" : "when the run did";
}

double unfinished_or_failed(const struct results *results, const char *owner) {
  double ok = results_value_of(results, owner, "availability");
  return 1 - ok * (1 - unfinished_of(results, owner));
}

/* How long the name of the owner is of a metric that leaves requests out; 0: it leaves out none. */
static size_t owner_length(const char *name) {
  static const char last[] = ".availability";
  const char *latency = strstr(name, ".latency.");
  size_t length = strlen(name);
  if (latency != NULL) return (size_t)(latency - name);
  if (length < sizeof last || strcmp(name + length - (sizeof last - 1), last) != 0) return 0;
  return length - (sizeof last - 1);
}

void unfinished_note(struct results *results) {
  char before[256] = "";
  double share = 0, of_ended = 0;
  for (uint32_t i = 0; i < results->n; i++) {
    struct result *r = &results->list[i];
    size_t length = owner_length(r->name);
    if (length == 0 || length >= sizeof before) continue;
    if (strncmp(before, r->name, length) != 0 || before[length] != '\0') {
      memcpy(before, r->name, length);
      before[length] = '\0';
      share = unfinished_of(results, before);
      of_ended = 1 - results_value_of(results, before, "availability");
    }
    r->unfinished = share;
    bool counts = r->failed > (of_ended > 0 ? of_ended * (1 + 1e-9) : 0);
    r->unjudged = counts ? 0 : share;
    r->endless = !counts        ? "that failed"
                 : of_ended > 0 ? "that failed or had not ended"
                                : "that had not ended";
  }
}

char *unfinished_without(double failed, double unfinished) {
  char text[256] = "";
  if (failed > FAILED_NEGLIGIBLE && unfinished > 0) {
    snprintf(text, sizeof text, "without the %s that failed and the %s that had not ended",
             format_value(UNIT_RATIO, failed).text, format_value(UNIT_RATIO, unfinished).text);
  } else if (failed > FAILED_NEGLIGIBLE) {
    snprintf(text, sizeof text, "without the %s that failed",
             format_value(UNIT_RATIO, failed).text);
  } else if (unfinished > 0) {
    snprintf(text, sizeof text, "without the %s that had not ended",
             format_value(UNIT_RATIO, unfinished).text);
  }
  return strdup(text);
}
