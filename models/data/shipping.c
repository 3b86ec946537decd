#include "shipping.h"

#include <math.h>

#include "arena.h"
#include "checks.h"
#include "fault_effects.h"
#include "outline.h"

#define AT(field) offsetof(struct shipping_config, field)

const struct param shipping_params[] = {
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = AT(every_ns),
     .required = true,
     .min = 1e6,
     .max = INFINITY,
     .doc = "From the beginning of one transfer to that of the next (PostgreSQL: archive_timeout; "
            "SQL Server's log shipping copies every 15 min). One that is not over by then is "
            "waited for."},
    {.name = "takes",
     .type = PARAM_TIME_DIST,
     .offset = AT(takes),
     .fallback = "0ms",
     .doc = "How long a transfer takes, until all of it is in the safe place."},
    {0},
};

struct shipping *shipping_new(struct sim *sim, struct member *member,
                              const struct shipping_config *config, struct shipping_meters meters) {
  if (!config->given) return NULL;
  struct shipping *s = arena_alloc(sim->arena, sizeof *s);
  *s = (struct shipping){.config = config,
                         .member = member,
                         .meters = meters,
                         .takes = sim_stream(sim, member->component, "ship")};
  return s;
}

static void wait_for_next(struct sim *sim, struct shipping *s) {
  uint64_t every_ns = s->config->every_ns;
  if (every_ns != TIME_NEVER) timer_set(sim, s->member, &s->next, every_ns, 0, 0);
}

/* What was restored is all in the safe place: only what comes from now on can be lost. */
void shipping_begin(struct sim *sim, struct shipping *s) {
  if (s->restored) s->safe_ns = sim->now_ns;
  s->restored = false;
  wait_for_next(sim, s);
}

/* All that is acknowledged by now begins its way. */
static void send(struct sim *sim, struct shipping *s) {
  s->sent = s->acked;
  s->sent_ns = sim->now_ns;
  uint64_t takes_ns = dist_draw_keyed(&s->config->takes, &s->takes, ++s->number, s->member->index);
  wait_for_next(sim, s);
  timer_set(sim, s->member, &s->arrives, takes_ns, 0, 0);
}

static void arrive(struct shipping *s) {
  s->safe = s->sent;
  s->safe_ns = s->sent_ns;
  ++*s->meters.shipped;
}

void shipping_due(struct sim *sim, struct shipping *s, const struct timer *timer) {
  if (timer == &s->arrives) {
    arrive(s);
    if (!timer_is_set(sim, &s->next)) send(sim, s);
  } else if (!timer_is_set(sim, &s->arrives)) {
    send(sim, s);
  }
}

void shipping_lose(struct sim *sim, struct shipping *s) {
  uint64_t lost = s->acked - s->safe;
  *s->meters.lost += lost;
  s->lost_since_zero += lost;
  hist_add(s->meters.recovery_point, sim->now_ns - s->safe_ns);
  s->acked = s->safe;
  s->restored = true;
}

void shipping_check(const struct shipping *s, struct checks *out) {
  check_member(out, s->member, "shipped",
               s->safe <= s->acked && s->all == s->acked + s->lost_since_zero,
               "%llu acknowledged = %llu there + %llu lost; %llu of them in the safe place",
               (unsigned long long)s->all, (unsigned long long)s->acked,
               (unsigned long long)s->lost_since_zero, (unsigned long long)s->safe);
}

/* --- the fault ------------------------------------------------------------------------------ */

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  for (uint32_t i = 0; begins && i < hit->members; i++) {
    member_tell(sim, &sim->member[hit->member[i]], &fault_lose, true);
  }
  members_crash(sim, hit->member, hit->members, begins);
}

/* Of one copy others have the data. */
static bool fits(const struct component_spec *component, const struct outline *outline,
                 enum target_kind target) {
  (void)component;
  if (outline->copies && target != TARGET_COMPONENT) return outline->copies->replaces;
  return outline->restores;
}

const struct fault_def fault_lose = {
    .word =
        {.name = "lose",
         .role = ROLE_FAULT,
         .usage = "lose \"db\"",
         .doc =
             "Loses the data. A database is down until what was shipped is restored, or until it "
             "is "
             "there with nothing in it if it ships nothing; one of its "
             "copies, \"db[2]\", until a new one is in its place, which gets from the others what "
             "they have (without a primary: from hints, read repair and anti_entropy, and where "
             "all "
             "lead at once); a disk of a storage until another one is in its place, to which "
             "others "
             "are "
             "copied.",
         .params = fault_no_params,
         .subject = &fault_target_param},
    .own = true,
    .hit = hit,
    .refuses = true,
    .loses_data = true,
    .life = LIFE_ENDS,
    .fits = fits,
    .lacks = "keeps no data that could be lost and restored; name a database or a storage",
    .unfit =
        "changes data that are nowhere else; give it ship = { every = \"5min\" }, or copies that "
        "do not vote (conflict = \"abort\") and name one of them, such as \"db[2]\"",
    .whom = "database that ships its log, or storage",
};
