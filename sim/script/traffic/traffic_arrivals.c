/* When requests are sent: poisson "90/s", closed { users = 100 } and the like, a row each. */
#include <float.h>

#include "choice.h"
#include "sim.h"
#include "traffic.h"
#include "traffic_profile.h"
#include "traffic_trace.h"

#define USERS_MAX 10000000.0
#define BURST_MAX 10000000.0 /* requests at one time */
#define PHASES_MAX 100

/* Two entries of the struct are one parameter (param_read.c). */
#define BEHIND(first, second) \
  static_assert(offsetof(struct arrivals, second) == offsetof(struct arrivals, first) + 8, "pair")
BEHIND(rate_per_s, profile);
BEHIND(size, geometric);
BEHIND(users, crowd);

/* --- what each takes ------------------------------------------------------------------------- */

const struct param arrivals_rate = {
    .name = "rate",
    .type = PARAM_FLOW,
    .offset = offsetof(struct arrivals, rate_per_s),
    .required = true,
    .min = DBL_MIN, /* more than 0 */
    .doc = "How many come in a time; one that changes is a profile.",
};

const struct param closed_params[] = {
    {.name = "users",
     .type = PARAM_CROWD,
     .offset = offsetof(struct arrivals, users),
     .required = true,
     .max = USERS_MAX,
     .doc = "How many there are; a profile of numbers where that changes."},
    {.name = "think",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct arrivals, think),
     .fallback = "0ms",
     .doc = "Pause of a user between an answer and the next request."},
    {0},
};

const struct param bursts_params[] = {
    {.name = "size",
     .type = PARAM_BATCH,
     .offset = offsetof(struct arrivals, size),
     .required = true,
     .max = BURST_MAX,
     .doc = "Requests of one burst; geometric(5): as many by chance, 1 or more, 5 on average."},
    {0},
};

const struct param burst_subject = {
    .name = "number of requests",
    .type = PARAM_COUNT,
    .offset = offsetof(struct arrivals, size),
    .required = true,
    .min = 1,
    .max = BURST_MAX,
    .doc = "All at the same time.",
};

const struct param burst_params[] = {
    {.name = "at",
     .type = PARAM_DURATION,
     .offset = offsetof(struct arrivals, at_ns),
     .fallback = "0s",
     .doc = "When they come, once."},
    {0},
};

/* --- phases ----------------------------------------------------------------------------------- */

struct mmpp_text {
  struct arrivals arrivals;
  struct entries phases;
};

struct phase_text {
  double rate_per_s;
  const struct profile *profile;
  uint64_t mean_ns;
};
static_assert(offsetof(struct phase_text, profile) == offsetof(struct phase_text, rate_per_s) + 8,
              "pair");

static const struct param phase_params[] = {
    {.name = "rate",
     .type = PARAM_FLOW,
     .offset = offsetof(struct phase_text, rate_per_s),
     .required = true,
     .doc = "Of a Poisson process, while the phase lasts; 0 is one, and one that changes by the "
            "clock is a profile."},
    {.name = "lasts",
     .type = PARAM_DURATION,
     .offset = offsetof(struct phase_text, mean_ns),
     .required = true,
     .min = 1,
     .max = 1e18,
     .doc = "On average; exponential."},
    {0},
};

const struct param mmpp_phases = {
    .name = "phases",
    .type = PARAM_LIST,
    .offset = offsetof(struct mmpp_text, phases),
    .required = true,
    .min = 2,
    .max = PHASES_MAX,
    .group = phase_params,
    .stride = sizeof(struct phase_text),
    .doc = "One follows the other, the first the last.",
};

static bool check_phases(struct loader *loader, const struct spot *spot, void *out) {
  struct mmpp_text *text = out;
  const struct phase_text *from = text->phases.entry;
  struct mmpp_phase *phase = arena_alloc(loader->arena, text->phases.n * sizeof *phase);
  bool any = false;
  for (uint32_t i = 0; i < text->phases.n; i++) {
    phase[i] = (struct mmpp_phase){from[i].rate_per_s, from[i].profile, (double)from[i].mean_ns};
    any |= phase[i].rate_per_s > 0 || phase[i].profile != NULL;
  }
  text->arrivals.phases = text->phases.n;
  text->arrivals.phase = phase;
  return any || spot_error(loader, spot, "is 0 in every phase; leave the client out");
}

/* --- the table ------------------------------------------------------------------------------ */

static bool read_trace(struct loader *loader, const struct spot *spot, void *out) {
  return traffic_trace(loader, spot, &((struct mmpp_text *)out)->arrivals);
}

static const struct choice choices[] = {
    {WORD_POISSON, ARRIVALS_POISSON, .subject = &arrivals_rate},
    {WORD_CONSTANT, ARRIVALS_CONSTANT, .subject = &arrivals_rate},
    {WORD_CLOSED, ARRIVALS_CLOSED, .params = closed_params},
    {WORD_BURSTS, ARRIVALS_BURSTS, .subject = &arrivals_rate, .params = bursts_params},
    {WORD_BURST, ARRIVALS_BURST, .subject = &burst_subject, .params = burst_params},
    {WORD_MMPP, ARRIVALS_MMPP, .items = &mmpp_phases, .check = check_phases},
    {WORD_TRACE, ARRIVALS_TRACE, .read = read_trace},
};

bool traffic_arrivals(struct loader *loader, const struct spot *spot, int index,
                      struct arrivals *out) {
  struct mmpp_text text = {0}; /* begins with the arrivals */
  const struct choice *row = choice_read(
      loader, spot, index, choices, sizeof choices / sizeof *choices,
      "arrivals such as poisson \"90/s\", constant \"90/s\" or closed { users = 100 }", &text);
  *out = text.arrivals;
  if (row == NULL) return false;
  out->kind = (enum arrivals_kind)row->kind;
  return true;
}
