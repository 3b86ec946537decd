#include "arrivals.h"

#include "arena.h"
#include "ziggurat.h"

/* No run is longer, and the clock holds twice as much: nobody comes after so long a time. */
#define LONGEST_GAP_NS 9e18

static double bounded(double gap_ns) {
  return gap_ns < LONGEST_GAP_NS ? gap_ns : LONGEST_GAP_NS;
}

/* --- open ----------------------------------------------------------------------------------- */

static void open_init(struct sim *sim, struct arrival_source *source) {
  (void)sim;
  source->period_ns = bounded(1e9 / source->config->rate_per_s);
}

static void open_start(struct sim *sim, struct member *member, struct arrival_source *source) {
  arrivals_schedule(sim, member, source);
}

static void poisson_fill(struct arrival_source *source) {
  struct draws draws = source->gaps;
  for (uint32_t i = ARRIVALS_AHEAD; i-- > 0;) {
    source->gap[i] = bounded(zig_exponential(&draws) * source->period_ns);
  }
  source->gaps = draws;
}

/* When the n-th request of a pacemaker is sent: from its number, so that nothing drifts. */
static uint64_t paced_ns(const struct arrival_source *source, uint64_t n) {
  return (uint64_t)((double)n * source->period_ns + 0.5);
}

static void constant_fill(struct arrival_source *source) {
  uint64_t n = source->gaps_made, before_ns = n == 0 ? 0 : paced_ns(source, n - 1);
  for (uint32_t i = ARRIVALS_AHEAD; i-- > 0; n++) {
    uint64_t at_ns = paced_ns(source, n);
    source->gap[i] = bounded((double)(at_ns - before_ns));
    before_ns = at_ns;
  }
}

/* --- closed --------------------------------------------------------------------------------- */

static uint64_t think_ns(const struct arrival_source *source, uint64_t user, uint64_t number) {
  uint64_t key = source->base + (user << ARRIVALS_USER_SHIFT | number);
  struct draws draws = draws_begin(source->think, key, 0);
  return dist_draw_whole(&source->config->think, &draws);
}

static void closed_init(struct sim *sim, struct arrival_source *source) {
  source->sent_by_user =
      arena_lines(sim->arena, source->config->users, sizeof *source->sent_by_user);
}

/* User u begins u/users of a think time late: the first at once, the others spread out. */
static void closed_start(struct sim *sim, struct member *member, struct arrival_source *source) {
  uint64_t users = source->config->users;
  for (uint64_t u = 0; u < users; u++) {
    double late = (double)think_ns(source, u, 0) * ((double)u / (double)users);
    sim_schedule(sim, member, (uint64_t)late, (uint32_t)u);
  }
}

void arrivals_user_thinks(struct sim *sim, struct member *member,
                          const struct arrival_source *source, uint64_t key) {
  uint64_t user = ((key - source->base) >> ARRIVALS_USER_SHIFT) & ARRIVALS_MAX_USERS;
  sim_schedule(sim, member, think_ns(source, user, source->sent_by_user[user]), (uint32_t)user);
}

/* --- the table ------------------------------------------------------------------------------ */

static const struct arrival_process processes[] = {
    {ARRIVALS_POISSON, open_init, open_start, poisson_fill},
    {ARRIVALS_CONSTANT, open_init, open_start, constant_fill},
    {ARRIVALS_CLOSED, closed_init, closed_start, NULL},
};

static const struct arrival_process *process_of(enum arrivals_kind kind) {
  const struct arrival_process *process = processes;
  while (process->kind != kind) process++;
  return process;
}

void arrivals_init(struct sim *sim, struct member *member, struct arrival_source *source,
                   const struct arrivals *config, uint64_t base) {
  const struct component *client = member->component;
  source->process = process_of(config->kind);
  source->config = config;
  source->base = base;
  source->gaps = draws_begin(sim_stream(sim, client, "arrivals"), member->index, 0);
  source->think = sim_stream(sim, client, "think");
  source->process->init(sim, source);
}

void arrivals_fill(struct arrival_source *source) {
  source->process->fill(source);
  source->gaps_made += ARRIVALS_AHEAD;
  source->gaps_left = ARRIVALS_AHEAD;
}
