#include "arrivals.h"

#include <math.h>
#include <string.h>

#include "arena.h"
#include "arrival_law.h"
#include "detmath.h"
#include "outline.h"
#include "profile.h"
#include "ziggurat.h"

/* No run is longer, and the clock holds twice as much: nobody comes after so long a time. */
#define LONGEST_GAP_NS 9e18

/* A count that is over as soon as the rate is greater than 0. */
#define NEXT_TO_NOTHING 1e-30

static void crowd_change(struct sim *sim, struct member *member, struct arrival_source *source);

static double bounded(double gap_ns) {
  return gap_ns < LONGEST_GAP_NS ? gap_ns : LONGEST_GAP_NS;
}

/* --- open ----------------------------------------------------------------------------------- */

static void open_init(struct sim *sim, struct member *member, struct arrival_source *source) {
  source->law = arrival_law_of(source->config);
  source->surge = 1;
  source->changes = source->law != NULL || sim_plans_surge(sim, member->component);
  source->gap_mean = source->law ? 1 : bounded(1e9 / source->config->rate_per_s);
  source->phases = sim_stream(sim, member->component, "phases");
  if (source->law && source->law->init) source->law->init(member, source);
}

static void open_start(struct sim *sim, struct member *member, struct arrival_source *source) {
  arrivals_schedule(sim, member, source);
}

static void poisson_fill(struct arrival_source *source) {
  struct draws draws = source->gaps;
  double mean = source->gap_mean, first, second;
  for (uint32_t i = ARRIVALS_AHEAD; i > 0;) {
    if (i >= 2 && zig_exponential_pair(&draws, &first, &second)) {
      source->gap[--i] = bounded(first * mean);
      source->gap[--i] = bounded(second * mean);
    } else {
      source->gap[--i] = bounded(zig_exponential(&draws) * mean);
    }
  }
  source->gaps = draws;
}

/* When the n-th request of a steady pacemaker is sent: from its number, so that nothing drifts. */
static uint64_t paced_ns(const struct arrival_source *source, uint64_t n) {
  return dist_whole((double)n * source->gap_mean);
}

static void constant_fill(struct arrival_source *source) {
  uint64_t n = source->gaps_made, before_ns = n == 0 ? 0 : paced_ns(source, n - 1);
  for (uint32_t i = ARRIVALS_AHEAD; i-- > 0; n++) {
    if (source->law) {
      source->gap[i] = n == 0 ? NEXT_TO_NOTHING : 1;
      continue;
    }
    uint64_t at_ns = paced_ns(source, n);
    source->gap[i] = bounded((double)(at_ns - before_ns));
    before_ns = at_ns;
  }
}

uint64_t arrivals_changing_ns(struct sim *sim, struct arrival_source *source, double gap) {
  source->due_ns = sim->now_ns;
  if (gap == 0) return 0;                         /* within a burst */
  if (gap < LONGEST_GAP_NS) gap /= source->surge; /* else nobody comes any more */
  double after_ns = source->carry_ns;
  after_ns += source->law ? source->law->delay_ns(source, sim->now_ns, after_ns, gap) : gap;
  if (!(after_ns < LONGEST_GAP_NS)) after_ns = LONGEST_GAP_NS;
  double whole_ns = floor(fmax(after_ns, 0) + 0.5);
  source->carry_ns = source->law || source->surge != 1 ? after_ns - whole_ns : 0;
  source->due_ns += (uint64_t)whole_ns;
  return (uint64_t)whole_ns;
}

void arrivals_surge(struct sim *sim, struct member *member, struct arrival_source *source) {
  if (source->busy) {
    source->surge = member->surge;
    if (source->started) crowd_change(sim, member, source);
    return;
  }
  if (!source->changes) return; /* none of those that have a rate */
  uint64_t now_ns = sim->now_ns, left_ns = source->due_ns - now_ns;
  double surge = source->surge;
  source->surge = member->surge;
  if (left_ns == 0 || left_ns >= (uint64_t)LONGEST_GAP_NS) return;
  double left = source->law ? source->law->count(source, now_ns, source->due_ns) : (double)left_ns;
  double gap = left * surge;
  sim_unschedule(sim, member);
  source->carry_ns = 0;
  sim_schedule(sim, member, arrivals_changing_ns(sim, source, gap), 0);
}

/* --- bursts --------------------------------------------------------------------------------- */

/* 1 + the failures before a success of chance 1/mean, by inversion. */
static uint64_t burst_size(struct arrival_source *source) {
  double mean = (double)source->config->size;
  if (!source->config->geometric || mean <= 1) return source->config->size;
  struct draws draws = draws_begin(source->sizes, source->base, source->bursts);
  return 1 + (uint64_t)(det_log(draws_unit(&draws)) / det_log1p(-1 / mean));
}

static void bursts_init(struct sim *sim, struct member *member, struct arrival_source *source) {
  open_init(sim, member, source);
  source->sizes = sim_stream(sim, member->component, "burst sizes");
}

static void bursts_fill(struct arrival_source *source) {
  for (uint32_t i = ARRIVALS_AHEAD; i-- > 0;) {
    if (source->burst_left == 0) {
      source->burst_left = burst_size(source);
      source->bursts++;
      source->gap[i] = bounded(zig_exponential(&source->gaps) * source->gap_mean);
    } else {
      source->gap[i] = 0;
    }
    source->burst_left--;
  }
}

/* A surge replays a recording faster. */
static void told_init(struct sim *sim, struct member *member, struct arrival_source *source) {
  source->surge = 1;
  source->changes =
      source->config->kind == ARRIVALS_TRACE && sim_plans_surge(sim, member->component);
}

static void burst_fill(struct arrival_source *source) {
  for (uint32_t i = ARRIVALS_AHEAD, n = 0; i-- > 0; n++) {
    uint64_t number = source->gaps_made + n;
    double first = bounded((double)source->config->at_ns);
    source->gap[i] = number == 0 ? first : number < source->config->size ? 0 : LONGEST_GAP_NS;
  }
}

/* --- as recorded ---------------------------------------------------------------------------- */

/* When the n-th request comes; TIME_NEVER after the last. */
static uint64_t recorded_ns(const struct arrival_trace *trace, uint64_t n) {
  if (trace->every_ns == 0) return n < trace->rows ? trace->at_ns[n] : TIME_NEVER;
  return n / trace->rows * trace->every_ns + trace->at_ns[n % trace->rows];
}

static void trace_fill(struct arrival_source *source) {
  const struct arrival_trace *trace = source->config->trace;
  uint64_t n = source->gaps_made, before_ns = n == 0 ? 0 : recorded_ns(trace, n - 1);
  for (uint32_t i = ARRIVALS_AHEAD; i-- > 0; n++) {
    uint64_t at_ns = recorded_ns(trace, n);
    source->gap[i] = at_ns == TIME_NEVER ? LONGEST_GAP_NS : bounded((double)(at_ns - before_ns));
    before_ns = at_ns;
  }
}

/* --- closed --------------------------------------------------------------------------------- */

static uint64_t think_ns(const struct arrival_source *source, uint64_t user, uint64_t number) {
  uint64_t key = source->base + (user << ARRIVALS_USER_SHIFT | number);
  struct draws draws = draws_begin(source->think, key, 0);
  return dist_draw_whole(&source->config->think, &draws);
}

static void closed_init(struct sim *sim, struct member *member, struct arrival_source *source) {
  source->think = sim_stream(sim, member->component, "think");
  source->surge = 1;
  double most = (double)source->config->users * sim_most_surge(sim, member->component) + 0.5;
  if (most > (double)ARRIVALS_MAX_USERS) {
    sim_fail(sim, "%s: with all its surges there may be %.3g users, more than %llu; lower a factor",
             member->component->spec->name, most, (unsigned long long)ARRIVALS_MAX_USERS);
    most = (double)ARRIVALS_MAX_USERS;
  }
  source->most = (uint64_t)most;
  source->sent_by_user = arena_lines(sim->arena, source->most, sizeof *source->sent_by_user);
  bool changes = source->config->crowd || sim_plans_surge(sim, member->component);
  if (changes) source->busy = arena_lines(sim->arena, source->most, 1);
}

/* --- users who come and go --- */

#define CROWD_CHANGES UINT32_MAX /* in place of a user */

static uint64_t crowd_now(const struct sim *sim, const struct arrival_source *source) {
  const struct profile *crowd = source->config->crowd;
  double users = crowd ? profile_rate_per_s(crowd, sim->now_ns) : (double)source->config->users;
  uint64_t now = (uint64_t)(users * source->surge + 0.5);
  return now < source->most ? now : source->most; /* rounding */
}

static void crowd_follow(struct sim *sim, struct member *member, struct arrival_source *source) {
  if (source->config->crowd == NULL) return;
  double at = (double)source->present.value, factor = source->surge;
  uint64_t next_ns =
      profile_leaves(source->config->crowd, sim->now_ns, (at - 0.5) / factor, (at + 0.5) / factor);
  source->changes_ns = next_ns;
  if (next_ns < (uint64_t)LONGEST_GAP_NS) {
    sim_schedule(sim, member, next_ns - sim->now_ns, CROWD_CHANGES);
  }
}

/* Who comes asks at once; who goes finishes what is under way. */
static void crowd_change(struct sim *sim, struct member *member, struct arrival_source *source) {
  uint64_t now = crowd_now(sim, source);
  for (uint64_t u = source->present.value; u < now; u++) {
    if (source->busy[u]) continue; /* not done yet with what it did when it left */
    source->busy[u] = true;
    sim_schedule(sim, member, 0, (uint32_t)u);
  }
  level_set(&source->present, sim->now_ns, now);
  crowd_follow(sim, member, source);
}

bool arrivals_crowd_asks(struct sim *sim, struct member *member, struct arrival_source *source,
                         uint32_t user) {
  if (user == CROWD_CHANGES) {
    if (sim->now_ns == source->changes_ns) crowd_change(sim, member, source); /* else long known */
    return false;
  }
  if (user < source->present.value) return true;
  source->busy[user] = false;
  return false;
}

/* User u begins u/users of a think time late: the first at once, the others spread out. */
static void closed_start(struct sim *sim, struct member *member, struct arrival_source *source) {
  uint64_t users = source->config->users;
  source->started = true;
  if (source->busy) {
    users = crowd_now(sim, source);
    level_set(&source->present, sim->now_ns, users);
    memset(source->busy, true, users);
    crowd_follow(sim, member, source);
  }
  for (uint64_t u = 0; u < users; u++) {
    double late = (double)think_ns(source, u, 0) * ((double)u / (double)users);
    sim_schedule(sim, member, (uint64_t)late, (uint32_t)u);
  }
}

void arrivals_user_thinks(struct sim *sim, struct member *member,
                          const struct arrival_source *source, uint64_t key, uint64_t least_ns) {
  uint64_t user = ((key - source->base) >> ARRIVALS_USER_SHIFT) & ARRIVALS_MAX_USERS;
  if (source->busy && user >= source->present.value) {
    source->busy[user] = false; /* it has left */
    return;
  }
  uint64_t pause_ns = think_ns(source, user, source->sent_by_user[user]);
  sim_schedule(sim, member, pause_ns > least_ns ? pause_ns : least_ns, (uint32_t)user);
}

/* --- the table ------------------------------------------------------------------------------ */

static const struct arrival_process processes[] = {
    {ARRIVALS_POISSON, open_init, open_start, poisson_fill},
    {ARRIVALS_CONSTANT, open_init, open_start, constant_fill},
    {ARRIVALS_CLOSED, closed_init, closed_start, NULL},
    {ARRIVALS_BURSTS, bursts_init, open_start, bursts_fill},
    {ARRIVALS_BURST, told_init, open_start, burst_fill},
    {ARRIVALS_MMPP, open_init, open_start, poisson_fill},
    {ARRIVALS_TRACE, told_init, open_start, trace_fill},
};

static const struct arrival_process *process_of(enum arrivals_kind kind) {
  const struct arrival_process *process = processes;
  while (process->kind != kind) process++;
  return process;
}

void arrivals_init(struct sim *sim, struct member *member, struct arrival_source *source,
                   const struct arrivals *config, uint64_t base) {
  source->process = process_of(config->kind);
  source->config = config;
  source->base = base;
  source->gaps = draws_begin(sim_stream(sim, member->component, "arrivals"), member->index, 0);
  source->process->init(sim, member, source);
}

void arrivals_fill(struct arrival_source *source) {
  source->process->fill(source);
  source->gaps_made += ARRIVALS_AHEAD;
  source->gaps_left = ARRIVALS_AHEAD;
}

/* --- without a run -------------------------------------------------------------------------- */

static bool have_rate(const struct arrivals *config) {
  switch (config->kind) {
    case ARRIVALS_POISSON:
    case ARRIVALS_CONSTANT:
    case ARRIVALS_BURSTS:
    case ARRIVALS_MMPP:
    case ARRIVALS_TRACE:
    case ARRIVALS_CLOSED: /* a number of users */
      return true;
    case ARRIVALS_BURST:
      return false;
  }
  return false;
}

static void trace_outline(const struct arrivals *config, double share, struct outline_source *out) {
  const struct arrival_trace *trace = config->trace;
  out->profile = config->profile;
  out->profile_factor = share;
  if (trace->every_ns == 0) out->ends_ns = trace->at_ns[trace->rows - 1];
  if (config->profile) return;
  if (trace->every_ns > 0) {
    out->rate_per_s = (double)trace->rows / (double)trace->every_ns * 1e9 * share;
  } else {
    out->once = (double)trace->rows * share;
    out->once_at_ns = trace->at_ns[0];
  }
}

void arrivals_outline(const struct arrivals *config, double share, struct outline_source *out) {
  out->surges = have_rate(config);
  double at_once = config->kind == ARRIVALS_BURSTS ? (double)config->size : 1;
  switch (config->kind) {
    case ARRIVALS_CLOSED:
      out->users = config->users;
      out->think = config->think;
      out->crowd_varies = config->crowd != NULL;
      return;
    case ARRIVALS_BURST:
      out->once = (double)config->size * share;
      out->once_at_ns = config->at_ns;
      return;
    case ARRIVALS_MMPP:
      out->rate_per_s = arrival_law_mean_per_s(config) * share;
      out->peak_per_s = arrival_law_peak_per_s(config) * share;
      return;
    case ARRIVALS_TRACE:
      trace_outline(config, share, out);
      return;
    case ARRIVALS_POISSON:
    case ARRIVALS_CONSTANT:
    case ARRIVALS_BURSTS:
      out->profile = config->profile;
      out->profile_factor = at_once * share;
      if (!config->profile) out->rate_per_s = config->rate_per_s * at_once * share;
      return;
  }
}
