#include "scaling.h"

#include <math.h>

#include "arena.h"
#include "param.h"

/* A ratio that is at the edge as written is not beyond it by the last bit of its binary form. */
#define ROUNDING 1e-9

static uint64_t whole_up(double n) {
  return n <= 0 ? 0 : (uint64_t)ceil(n * (1 - ROUNDING));
}

static bool is_near(double ratio, double tolerance) {
  return fabs(ratio - 1) <= tolerance + ROUNDING;
}

/* Those that are not ready do no work yet; when more are asked for, they count as if they had
 * nothing to do, and what then points the other way is left. */
static uint64_t wanted_of_members(const struct scale_load *load, double ratio) {
  if (load->unready == 0 || ratio <= 1) {
    if (is_near(ratio, load->tolerance)) return load->members;
    return whole_up(ratio * (double)load->ready);
  }
  uint64_t all = load->ready + load->unready;
  double then = ratio * (double)load->ready / (double)all;
  if (is_near(then, load->tolerance) || then < 1) return load->members;
  uint64_t wanted = whole_up(then * (double)all);
  return wanted < load->members ? load->members : wanted;
}

uint64_t scaling_wanted(const struct scale_load *load) {
  if (isnan(load->value)) return load->members;
  if (load->members == 0) return load->value > 0 ? 1 : 0;
  double ratio = load->value / load->target;
  switch (load->sort) {
    case READING_OF_MEMBERS:
      return wanted_of_members(load, ratio);
    case READING_TOTAL:
      if (is_near(ratio / (double)load->members, load->tolerance)) return load->members;
      return whole_up(ratio);
    case READING_VALUE:
      if (is_near(ratio, load->tolerance)) return load->members;
      return whole_up(ratio * (double)load->ready);
  }
  return load->members;
}

static uint32_t entries(uint64_t window_ns, uint64_t every_ns) {
  uint64_t n = window_ns / every_ns + 2;
  return n < 1000000 ? (uint32_t)n : 1000000;
}

static uint64_t longer(uint64_t a, uint64_t b) {
  return a > b ? a : b;
}

void scaling_init(struct scaling *s, const struct scale_rule *rule, uint64_t every_ns,
                  struct arena *arena) {
  *s = (struct scaling){0};
  s->room = entries(longer(rule->up.wait_ns, rule->down.wait_ns), every_ns);
  s->entry = arena_alloc(arena, s->room * sizeof *s->entry);
  s->change_room = entries(longer(rule->up.every_ns, rule->down.every_ns), every_ns);
  s->change = arena_alloc(arena, s->change_room * sizeof *s->change);
}

static bool is_within(uint64_t at_ns, uint64_t window_ns, uint64_t now_ns) {
  return now_ns - at_ns < window_ns;
}

/* Up to the least wanted of late, down to the largest. */
static uint64_t stabilised(const struct scaling *s, const struct scale_rule *rule, uint64_t now_ns,
                           uint64_t members, uint64_t wanted) {
  uint64_t least = wanted, largest = wanted;
  for (uint32_t i = 0; i < s->n; i++) {
    const struct scale_entry *e = &s->entry[i];
    if (is_within(e->at_ns, rule->up.wait_ns, now_ns) && e->n < least) least = e->n;
    if (is_within(e->at_ns, rule->down.wait_ns, now_ns) && e->n > largest) largest = e->n;
  }
  if (members < least) return least;
  return members > largest ? largest : members;
}

static uint64_t changed(const struct scaling *s, uint64_t window_ns, uint64_t now_ns, bool up) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < s->changes; i++) {
    const struct scale_entry *e = &s->change[i];
    if (e->up == up && is_within(e->at_ns, window_ns, now_ns)) n += e->n;
  }
  return n;
}

static uint64_t most(const struct scaling *s, const struct scale_pace *pace, uint64_t now_ns,
                     uint64_t members) {
  if (pace->members == PARAM_UNLIMITED) return UINT64_MAX;
  uint64_t added = changed(s, pace->every_ns, now_ns, true);
  uint64_t began = members > added ? members - added : 0;
  uint64_t most = longer(began + pace->members, whole_up((double)began * (1 + pace->share)));
  return most > members ? most : members;
}

static uint64_t least(const struct scaling *s, const struct scale_pace *pace, uint64_t now_ns,
                      uint64_t members) {
  if (pace->members == PARAM_UNLIMITED) return 0;
  uint64_t began = members + changed(s, pace->every_ns, now_ns, false);
  uint64_t fewer = began > pace->members ? began - pace->members : 0;
  double kept = (double)began * (1 - pace->share);
  uint64_t by_share = kept <= 0 ? 0 : (uint64_t)floor(kept * (1 + ROUNDING));
  uint64_t least = fewer < by_share ? fewer : by_share;
  return least < members ? least : members;
}

static void enter(struct scale_entry *ring, uint32_t *n, uint32_t *next, uint32_t room,
                  struct scale_entry entry) {
  ring[*next] = entry;
  *next = (*next + 1) % room;
  if (*n < room) (*n)++;
}

uint64_t scaling_next(struct scaling *s, const struct scale_rule *rule, uint64_t now_ns,
                      uint64_t members, uint64_t wanted) {
  uint64_t next = stabilised(s, rule, now_ns, members, wanted);
  enter(s->entry, &s->n, &s->next, s->room, (struct scale_entry){now_ns, wanted, false});
  if (next > members) {
    uint64_t limit = most(s, &rule->up, now_ns, members);
    if (next > limit) next = limit;
  } else if (next < members) {
    uint64_t limit = least(s, &rule->down, now_ns, members);
    if (next < limit) next = limit;
  }
  if (next < rule->from) next = rule->from;
  if (next > rule->to) next = rule->to;
  if (next != members) {
    struct scale_entry change = {.at_ns = now_ns,
                                 .n = next > members ? next - members : members - next,
                                 .up = next > members};
    enter(s->change, &s->changes, &s->next_change, s->change_room, change);
  }
  return next;
}
