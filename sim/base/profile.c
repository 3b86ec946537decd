#include "profile.h"

#include <assert.h>
#include <math.h>

/* What rounding may leave of a count, of one request or of a part of it. */
#define COUNT_ROUNDING 1e-9

/* --- building ------------------------------------------------------------------------------- */

struct builder {
  struct profile_piece *piece;
  uint32_t n;
  double sum;
};

static double piece_count(const struct profile_piece *piece, double time_ns) {
  return time_ns * (piece->rate + piece->slope * time_ns / 2);
}

static void add_piece(struct builder *b, uint64_t from_ns, uint64_t until_ns, double from_per_s,
                      double to_per_s) {
  if (from_ns == until_ns) return;
  double time_ns = (double)(until_ns - from_ns);
  struct profile_piece piece = {from_ns, until_ns, from_per_s / 1e9, 0, b->sum};
  if (until_ns != UINT64_MAX) piece.slope = (to_per_s - from_per_s) / 1e9 / time_ns;
  b->piece[b->n++] = piece;
  if (until_ns != UINT64_MAX) b->sum += piece_count(&piece, time_ns);
}

/* The rate at time 0 of a profile that repeats: on the way from the last point to the first. */
static double rate_at_wrap(const struct profile *p) {
  const struct profile_point *first = &p->point[0], *last = &p->point[p->points - 1];
  if (p->steps) return first->at_ns == 0 ? first->rate_per_s : last->rate_per_s;
  double left_ns = (double)(p->every_ns - last->at_ns), whole_ns = left_ns + (double)first->at_ns;
  if (first->at_ns == 0 || whole_ns == 0) return first->rate_per_s;
  return last->rate_per_s + (first->rate_per_s - last->rate_per_s) * left_ns / whole_ns;
}

struct profile *profile_new(struct arena *arena, const struct profile_point *point, uint32_t points,
                            uint64_t every_ns, bool steps) {
  assert(points > 0 && (every_ns == 0 || point[points - 1].at_ns <= every_ns));
  struct profile *p = arena_alloc(arena, sizeof *p);
  *p = (struct profile){.points = points, .point = point, .every_ns = every_ns, .steps = steps};
  struct builder b = {.piece = arena_alloc(arena, (points + 2) * sizeof *b.piece)};
  double wrap = every_ns > 0 ? rate_at_wrap(p) : point[0].rate_per_s;
  add_piece(&b, 0, point[0].at_ns, wrap, steps ? wrap : point[0].rate_per_s);
  for (uint32_t i = 0; i + 1 < points; i++) {
    assert(point[i].at_ns < point[i + 1].at_ns);
    double rate = point[i].rate_per_s;
    add_piece(&b, point[i].at_ns, point[i + 1].at_ns, rate, steps ? rate : point[i + 1].rate_per_s);
  }
  double last = point[points - 1].rate_per_s;
  add_piece(&b, point[points - 1].at_ns, every_ns > 0 ? every_ns : UINT64_MAX, last,
            steps || every_ns == 0 ? last : wrap);
  p->piece = b.piece;
  p->pieces = b.n;
  p->total = b.sum;
  return p;
}

/* --- looking up ----------------------------------------------------------------------------- */

static uint64_t within(const struct profile *p, uint64_t at_ns) {
  return p->every_ns > 0 ? at_ns % p->every_ns : at_ns;
}

static uint32_t piece_at(const struct profile *p, uint64_t at_ns) {
  uint32_t low = 0, high = p->pieces - 1;
  while (low < high) {
    uint32_t middle = low + (high - low + 1) / 2;
    if (p->piece[middle].from_ns <= at_ns) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

static double rate_in(const struct profile_piece *piece, double time_ns) {
  return fmax(piece->rate + piece->slope * time_ns, 0);
}

double profile_rate_per_s(const struct profile *p, uint64_t at_ns) {
  uint64_t t = within(p, at_ns);
  const struct profile_piece *piece = &p->piece[piece_at(p, t)];
  return rate_in(piece, (double)(t - piece->from_ns)) * 1e9;
}

static double count_until(const struct profile *p, uint64_t at_ns) {
  uint64_t t = within(p, at_ns);
  double periods = p->every_ns > 0 ? (double)(at_ns / p->every_ns) : 0;
  const struct profile_piece *piece = &p->piece[piece_at(p, t)];
  return periods * p->total + piece->before + piece_count(piece, (double)(t - piece->from_ns));
}

double profile_count(const struct profile *p, uint64_t from_ns, uint64_t to_ns) {
  return count_until(p, to_ns) - count_until(p, from_ns);
}

double profile_count_last(const struct profile *p, uint64_t length_ns, uint64_t to_ns) {
  if (length_ns <= to_ns) return profile_count(p, to_ns - length_ns, to_ns);
  uint64_t before_ns = length_ns - to_ns;
  if (p->every_ns == 0) return count_until(p, to_ns) + p->piece[0].rate * (double)before_ns;
  double periods = (double)(before_ns / p->every_ns);
  uint64_t rest_ns = before_ns % p->every_ns;
  double rest = rest_ns > 0 ? profile_count(p, p->every_ns - rest_ns, p->every_ns) : 0;
  return count_until(p, to_ns) + periods * p->total + rest;
}

double profile_peak_per_s(const struct profile *p, uint64_t from_ns, uint64_t to_ns,
                          uint64_t *at_ns) {
  double peak = profile_rate_per_s(p, from_ns);
  *at_ns = from_ns;
  uint64_t period_ns = p->every_ns > 0 ? p->every_ns : UINT64_MAX, base_ns = from_ns / period_ns;
  for (int turn = 0; turn < 2; turn++) { /* a point that is over comes again in the next period */
    for (uint32_t i = 0; i < p->points; i++) {
      if (turn == 1 && p->every_ns == 0) break;
      uint64_t t = (base_ns + (uint64_t)turn) * p->every_ns + p->point[i].at_ns;
      if (t < from_ns || t >= to_ns || !(p->point[i].rate_per_s > peak)) continue;
      peak = p->point[i].rate_per_s;
      *at_ns = t;
    }
  }
  double last = to_ns > from_ns ? profile_rate_per_s(p, to_ns - 1) : peak;
  if (last > peak * (1 + 1e-9)) {
    peak = last;
    *at_ns = to_ns - 1;
  }
  return peak;
}

/* The time into the piece, from `start_ns` on, at which its value leaves the range; INFINITY. */
static double leaves_piece(const struct profile_piece *piece, double start_ns, double low,
                           double high) {
  double value = rate_in(piece, start_ns) * 1e9, slope = piece->slope * 1e9;
  if (value < low || value >= high) return start_ns;
  if (slope == 0) return INFINITY;
  double bound = slope > 0 ? high : low;
  return start_ns + ceil((bound - value) / slope + (slope < 0));
}

uint64_t profile_leaves(const struct profile *p, uint64_t after_ns, double low, double high) {
  uint64_t from_ns = after_ns + 1, t = within(p, from_ns);
  uint32_t i = piece_at(p, t);
  double start_ns = (double)(t - p->piece[i].from_ns), passed_ns = 0;
  for (uint32_t looked = 0; looked <= p->pieces; looked++) {
    const struct profile_piece *piece = &p->piece[i];
    double at_ns = leaves_piece(piece, start_ns, low, high);
    double length_ns = (double)(piece->until_ns - piece->from_ns);
    if (at_ns < length_ns) return from_ns + (uint64_t)(passed_ns + at_ns - start_ns);
    passed_ns += length_ns - start_ns;
    start_ns = 0;
    if (i + 1 == p->pieces && p->every_ns == 0) return UINT64_MAX;
    i = i + 1 < p->pieces ? i + 1 : 0;
  }
  return UINT64_MAX;
}

uint64_t profile_turns(const struct profile *p, uint64_t after_ns) {
  uint64_t t = within(p, after_ns), until_ns = p->piece[piece_at(p, t)].until_ns;
  return until_ns == UINT64_MAX ? until_ns : after_ns - t + until_ns;
}

/* --- inversion ------------------------------------------------------------------------------ */

/* The time after which the piece, entered at rate `rate`, has brought `count`. The form of the root
 * that subtracts nothing of like size. */
static double time_for(const struct profile_piece *piece, double rate, double count) {
  double root = sqrt(fmax(rate * rate + 2 * piece->slope * count, 0));
  return rate + root > 0 ? 2 * count / (rate + root) : 0;
}

static double invert(const struct profile *p, uint64_t from_ns, double offset_ns, double count,
                     bool puts_off) {
  uint64_t t = within(p, from_ns);
  uint32_t i = piece_at(p, t);
  double start_ns = (double)(t - p->piece[i].from_ns) + offset_ns, passed_ns = 0;
  double whole = p->every_ns > 0 && p->total > 0 ? floor(count / p->total) - 1 : 0;
  if (whole > 0) { /* so that a small rate does not make this long */
    passed_ns = whole * (double)p->every_ns;
    count -= whole * p->total;
  }
  for (uint32_t barren = 0; barren <= p->pieces;) {
    const struct profile_piece *piece = &p->piece[i];
    double rate = rate_in(piece, start_ns);
    bool last = piece->until_ns == UINT64_MAX;
    if (last) return rate > 0 ? passed_ns + count / rate : INFINITY;
    double left_ns = (double)(piece->until_ns - piece->from_ns) - start_ns;
    double here = fmax(left_ns * (rate + piece->slope * left_ns / 2), 0);
    double rounding = COUNT_ROUNDING * fmin(here, 1);
    if (here > 0 && here > count + (puts_off ? rounding : -rounding)) {
      return passed_ns + time_for(piece, rate, fmin(count, here));
    }
    barren = here > 0 ? 0 : barren + 1;
    count = fmax(count - here, 0);
    passed_ns += left_ns;
    start_ns = 0;
    i = i + 1 < p->pieces ? i + 1 : 0;
  }
  return INFINITY;
}

double profile_delay_ns(const struct profile *p, uint64_t from_ns, double offset_ns, double count) {
  return invert(p, from_ns, offset_ns, count, true);
}

double profile_reach_ns(const struct profile *p, uint64_t from_ns, double count) {
  return invert(p, from_ns, 0, count, false);
}
