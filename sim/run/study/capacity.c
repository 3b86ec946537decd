#include "capacity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A run of twice the load takes twice as long, so that the search for a load that is too much ends
 * early: where the system was saturated several times and the goals did not notice. */
#define DOUBLINGS 10
#define HALVINGS 14 /* to less than a ten-thousandth, where hardly a request comes */
#define SATURATED_PROBES 4
/* Each load that is not decided costs several times as much. Where so many halvings in a row bring
 * no decision, less load will not: with fewer requests even less can be told. */
#define UNDECIDED_PROBES 4

struct search {
  struct capacity *out;
  const struct capacity_range *range;
  capacity_probe *probe;
  void *data;
  struct error *err;
  bool gave_up;
};

/* Six digits are more than any load deserves, and shorter to write. */
static double round_load(const struct search *s, double load) {
  char text[32];
  if (s->range->whole) return fmax(1, floor(load + 0.5));
  snprintf(text, sizeof text, "%.6g", load);
  return strtod(text, NULL);
}

/* The verdict on a load; each is asked for once. NULL when the search was given up or grew too
 * long. */
static const struct probe *look(struct search *s, double load) {
  struct capacity *c = s->out;
  for (uint32_t i = 0; i < c->probes; i++) {
    if (c->probe[i].load == load) return &c->probe[i];
  }
  if (c->probes == CAPACITY_PROBES) return NULL;
  struct probe probe = {.load = load};
  if (!s->probe(s->data, &probe, s->err)) {
    s->gave_up = true;
    return NULL;
  }
  c->probe[c->probes] = probe;
  return &c->probe[c->probes++];
}

static bool is_close(const struct search *s, double low, double high, double tolerance) {
  return high - low <= (s->range->whole ? fmax(1, tolerance * high) : tolerance * high);
}

/* The highest load tried up to `limit` that is sure to meet the goals, or the lowest from there on
 * that is sure not to; NaN if there is none. */
static double nearest_sure(const struct capacity *c, enum certainty certainty, double limit) {
  double best = NAN;
  for (uint32_t i = 0; i < c->probes; i++) {
    const struct probe *p = &c->probe[i];
    if (p->certainty != certainty) continue;
    bool below = certainty == SURELY;
    if (below ? p->load > limit : p->load < limit) continue;
    if (isnan(best) || (below ? p->load > best : p->load < best)) best = p->load;
  }
  return best;
}

/* --- a load that meets the goals and a higher one that does not ------------------------------ */

static bool bracket_given(struct search *s, double *low, double *high) {
  struct capacity *c = s->out;
  *low = round_load(s, s->range->low);
  *high = round_load(s, s->range->high);
  const struct probe *p = look(s, *low);
  if (p == NULL) return false;
  if (!p->met) {
    c->status = CAPACITY_BELOW;
    c->undecided = p->certainty == UNDECIDED;
    c->hi = *low;
    return false;
  }
  p = look(s, *high);
  if (p == NULL) return false;
  if (!p->met) return true;
  c->status = CAPACITY_ABOVE;
  c->undecided = p->certainty == UNDECIDED;
  c->lo = *high;
  return false;
}

static bool bracket_open(struct search *s, double *low, double *high) {
  double load = round_load(s, s->range->start);
  const struct probe *p = look(s, load);
  if (p == NULL) return false;
  bool up = p->met;
  int saturated = p->saturated, undecided = p->certainty == UNDECIDED;
  for (int i = 0; i < (up ? DOUBLINGS : HALVINGS); i++) {
    if (up && saturated >= SATURATED_PROBES) break;
    if (!up && undecided >= UNDECIDED_PROBES) break;
    double next = round_load(s, up ? 2 * load : load / 2);
    if (next == load) break; /* one user is the least */
    p = look(s, next);
    if (p == NULL) return false;
    if (p->met != up) {
      *low = up ? load : next;
      *high = up ? next : load;
      return true;
    }
    load = next;
    saturated += p->saturated;
    undecided = p->certainty == UNDECIDED ? undecided + 1 : 0;
  }
  s->out->undecided = p->certainty == UNDECIDED;
  s->out->status = up ? CAPACITY_ABOVE : CAPACITY_BELOW;
  if (up) {
    s->out->lo = load;
    return false;
  }
  /* So little load tells nothing; the last that surely fails does. */
  double sure = s->out->undecided ? nearest_sure(s->out, SURELY_NOT, 0) : NAN;
  s->out->hi = isnan(sure) ? load : sure;
  s->out->undecided &= isnan(sure);
  return false;
}

/* --- narrowing down -------------------------------------------------------------------------- */

/* What is looked for: the load from which on `holds` is false. The margin is above 0 where it holds
 * and below where it does not, and tells where to look. */
struct target {
  double (*margin)(const struct probe *probe);
  bool (*holds)(const struct probe *probe);
};

static double margin_of(const struct probe *probe) {
  return probe->margin;
}
static bool is_met(const struct probe *probe) {
  return probe->met;
}
static double worst_of(const struct probe *probe) {
  return probe->worst;
}
static bool is_sure(const struct probe *probe) {
  return probe->certainty == SURELY;
}
static double best_of(const struct probe *probe) {
  return probe->best;
}
static bool is_not_excluded(const struct probe *probe) {
  return probe->certainty != SURELY_NOT;
}
static const struct target meets = {margin_of, is_met};
static const struct target sure = {worst_of, is_sure};
static const struct target not_excluded = {best_of, is_not_excluded};

/* Where a line between both ends crosses 0, but a little towards the middle, so that the next step
 * closes in from the other side; the middle where the margins say nothing. */
static double next_load(const struct target *t, const struct probe *low, const struct probe *high,
                        bool halve) {
  double width = high->load - low->load, a = t->margin(low), b = t->margin(high);
  if (halve || !(a > 0) || !(b < 0)) return low->load + width / 2;
  double share = a / (a - b);
  share += share < 0.5 ? 0.05 : -0.05;
  return low->load + width * fmin(fmax(share, 0.05), 0.95);
}

/* Narrows low (where it holds) and high (where it does not). Interpolates, but halves when two
 * steps together did not. False when the search was given up. */
static bool narrow(struct search *s, const struct target *t, double tolerance, double *low,
                   double *high) {
  double before = INFINITY, last = INFINITY; /* widths two steps ago and one */
  while (!is_close(s, *low, *high, tolerance)) {
    const struct probe *left = look(s, *low), *right = look(s, *high);
    if (left == NULL || right == NULL) return !s->gave_up;
    double width = *high - *low;
    double middle = round_load(s, next_load(t, left, right, width > before / 2));
    if (middle <= *low || middle >= *high) middle = round_load(s, (*low + *high) / 2);
    if (middle <= *low || middle >= *high) break;
    const struct probe *p = look(s, middle);
    if (p == NULL) return !s->gave_up;
    *(t->holds(p) ? low : high) = middle;
    before = last;
    last = width;
  }
  return true;
}

/* The nearest such load, if need be one that is looked at now, farther and farther away from the
 * capacity. NaN if there is none in reach. */
static double find_sure(struct search *s, enum certainty certainty, double from) {
  static const double away[] = {0.02, 0.05, 0.1, 0.25, 0.5};
  bool below = certainty == SURELY;
  for (int i = 0; i < 5; i++) {
    double sure_load = nearest_sure(s->out, certainty, from);
    if (!isnan(sure_load)) return sure_load;
    double load = round_load(s, from * (below ? 1 - away[i] : 1 + away[i]));
    if (s->range->given && (load < s->range->low || load > s->range->high)) break;
    if (look(s, load) == NULL) break;
  }
  return nearest_sure(s->out, certainty, from);
}

static bool find_interval(struct search *s) {
  struct capacity *c = s->out;
  double low = find_sure(s, SURELY, c->below), high = c->below;
  if (s->gave_up) return false;
  if (!isnan(low) && low < high && !narrow(s, &sure, 2 * CAPACITY_TOLERANCE, &low, &high)) {
    return false;
  }
  c->lo = low;
  low = c->above;
  high = find_sure(s, SURELY_NOT, c->above);
  if (s->gave_up) return false;
  if (!isnan(high) && low < high &&
      !narrow(s, &not_excluded, 2 * CAPACITY_TOLERANCE, &low, &high)) {
    return false;
  }
  c->hi = high;
  return true;
}

/* --- monotonicity ---------------------------------------------------------------------------- */

static bool check_monotone(struct search *s) {
  static const double share[] = {0.5, 0.75};
  struct capacity *c = s->out;
  for (int i = 0; i < 2; i++) {
    double load = round_load(s, share[i] * c->value);
    if (s->range->given && load < s->range->low) continue;
    if (look(s, load) == NULL && s->gave_up) return false;
  }
  for (uint32_t i = 0; i < c->probes; i++) {
    for (uint32_t k = 0; k < c->probes; k++) {
      const struct probe *failed = &c->probe[i], *met = &c->probe[k];
      if (failed->certainty != SURELY_NOT || met->certainty != SURELY) continue;
      if (failed->load >= met->load || c->not_monotone) continue;
      c->not_monotone = true;
      c->failed_at = failed->load;
      c->met_at = met->load;
    }
  }
  return true;
}

#define FAR_UP 4.0

/* Where not even the lowest load meets the goals, a much higher one is looked at, once: if it does,
 * this is no load, but something of which more is better. */
static bool check_turned(struct search *s) {
  struct capacity *c = s->out;
  if (c->status != CAPACITY_BELOW || c->undecided) return true;
  double from = s->range->given ? c->hi : s->range->start;
  double load = round_load(s, FAR_UP * from);
  if (s->range->given) load = fmin(load, round_load(s, s->range->high));
  if (!(load > c->hi)) return true;
  const struct probe *p = look(s, load);
  if (p == NULL) return !s->gave_up;
  if (p->certainty != SURELY) return true;
  c->not_monotone = true;
  c->failed_at = c->hi;
  c->met_at = load;
  return true;
}

/* A load that is so small a part of the first one tells little: hardly a request comes. */
#define HARDLY_ANY 8.0
/* How near to the lowest load that surely fails its neighbour is, as a share of it. */
#define FAILS_TOLERANCE 0.05

/* Where no load at all is sure to meet the goals, and the estimates do only where hardly a request
 * comes, those that surely fail are all that is known: the lowest of them is looked for, and
 * nothing below it. False: the search was given up. */
static bool look_where_seen(struct search *s, double low, double high, bool *fails) {
  struct capacity *c = s->out;
  *fails = false;
  if (s->range->given || !(low < s->range->start / HARDLY_ANY)) return true;
  double sure_not = nearest_sure(c, SURELY_NOT, 0), half = round_load(s, low / 2);
  if (isnan(sure_not) || look(s, low)->certainty == SURELY) return true;
  const struct probe *p = look(s, half);
  if (p == NULL) return !s->gave_up;
  if (p->certainty == SURELY) return true;
  if (high < sure_not && !narrow(s, &not_excluded, FAILS_TOLERANCE, &high, &sure_not)) return false;
  *fails = true;
  c->status = CAPACITY_BELOW;
  c->hi = sure_not;
  return true;
}

bool capacity_search(struct capacity *c, const struct capacity_range *range, capacity_probe *probe,
                     void *data, struct error *err) {
  struct search s = {.out = c, .range = range, .probe = probe, .data = data, .err = err};
  *c = (struct capacity){.value = NAN, .lo = NAN, .hi = NAN, .below = NAN, .above = NAN};
  double low = 0, high = 0;
  if (!(range->given ? bracket_given(&s, &low, &high) : bracket_open(&s, &low, &high))) {
    return !s.gave_up && check_turned(&s);
  }
  bool fails;
  if (!look_where_seen(&s, low, high, &fails)) return false;
  if (fails) return check_turned(&s);
  if (!narrow(&s, &meets, CAPACITY_TOLERANCE, &low, &high)) return false;
  c->below = low;
  c->above = high;
  c->value = range->whole ? low : (low + high) / 2;
  if (!find_interval(&s)) return false;
  return check_monotone(&s);
}
