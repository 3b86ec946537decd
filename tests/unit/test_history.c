/* Aim: what the history says of reads and of lost writes agrees with an independent checker of
 * linearizability, on many small random histories of one datum. */
#include <string.h>

#include "harness.h"
#include "history.h"
#include "linearizable.h"

#define SEED UINT64_C(20261129)
#define HISTORIES 1000u

/* Aim: the checker says what is known of histories told by hand (the first four are Figure 1 of
 * Herlihy and Wing, read as a register). */
static void test_checker(void **state) {
  (void)state;
  static const struct {
    struct operation operation[5];
    uint32_t n;
    bool is;
  } rows[] = {
      /* A read meanwhile sees either. */
      {{{true, false, 1, 0, 10}, {false, false, 1, 2, 5}, {false, false, 1, 6, 12}}, 3, true},
      {{{true, false, 1, 0, 10}, {false, false, 0, 2, 5}, {false, false, 1, 6, 12}}, 3, true},
      /* But not the new value first and then the old one. */
      {{{true, false, 1, 0, 10}, {false, false, 1, 2, 5}, {false, false, 0, 6, 12}}, 3, false},
      /* Nor the old one after the end. */
      {{{true, false, 1, 0, 10}, {false, false, 0, 11, 12}}, 2, false},
      {{{true, false, 1, 0, 10}, {true, false, 2, 20, 30}, {false, false, 1, 31, 32}}, 3, false},
      /* Two at once, in either order, but one order for all. */
      {{{true, false, 1, 0, 10}, {true, false, 2, 0, 10}, {false, false, 1, 11, 12}}, 3, true},
      {{{true, false, 1, 0, 10}, {true, false, 2, 0, 10}, {false, false, 2, 11, 12}}, 3, true},
      {{{true, false, 1, 0, 9},
        {true, false, 2, 0, 9},
        {false, false, 2, 11, 12},
        {false, false, 1, 13, 14}},
       4,
       false},
      /* Nobody heard of a write: it may happen late, or never, but not twice. */
      {{{true, true, 1, 0, NEVER_ENDS}, {false, false, 0, 11, 12}, {false, false, 1, 20, 21}},
       3,
       true},
      {{{true, true, 1, 0, NEVER_ENDS}, {false, false, 0, 11, 12}}, 2, true},
      {{{true, true, 1, 0, NEVER_ENDS},
        {true, false, 2, 3, 4},
        {false, false, 1, 5, 6},
        {false, false, 2, 7, 8}},
       4,
       false},
      /* And not after a later one of its writer. */
      {{{true, true, 1, 0, 9},
        {true, false, 2, 20, 30},
        {false, false, 2, 31, 32},
        {false, false, 1, 33, 34}},
       4,
       false},
      /* A value that nobody wrote. */
      {{{false, false, 3, 0, 1}}, 1, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (is_linearizable(rows[i].operation, rows[i].n) != rows[i].is) fail_msg("row %zu", i);
  }
}

/* One writer, one reader and some copies, of which the first is the primary at first. */
struct world {
  struct history *history;
  uint64_t now, draw;
  uint32_t copies, primary;
  uint32_t log[4][8], length[4], shown[4]; /* of each copy */
  struct operation operation[LINEARIZABLE_MOST];
  uint32_t operations;
  uint32_t writing, reading; /* operations under way, plus 1 */
  uint32_t write;            /* its number */
  struct history_view view;  /* what the reader will be told, once it has been looked up */
  bool looked_up;
  struct staleness seen;
  uint64_t lost;
  uint32_t number[8], writes; /* of the writes: the value of write number[k] is k + 1 */
};

static uint64_t die(struct world *w, uint64_t sides) {
  w->draw = rng_mix(w->draw + 0x9e3779b97f4a7c15);
  return w->draw % sides;
}

static uint32_t value_of(const struct world *w, uint32_t version) {
  for (uint32_t k = 0; k < w->writes; k++) {
    if (w->number[k] == version) return k + 1;
  }
  return 0;
}

static struct operation *begin(struct world *w, bool writes) {
  struct operation *o = &w->operation[w->operations++];
  *o = (struct operation){.writes = writes, .unknown = true, .begin = w->now, .end = NEVER_ENDS};
  return o;
}

/* The writer writes at the primary, and hears of it later, or never. */
static void writer(struct world *w) {
  uint32_t p = w->primary;
  if (w->writing == 0) {
    if (w->writes == 6 || w->operations == LINEARIZABLE_MOST - 1) return;
    begin(w, true)->value = w->writes + 1;
    w->writing = w->operations;
    w->write = history_make(w->history, p, 1, w->now, w->now);
    w->number[w->writes++] = w->write;
    w->log[p][w->length[p]++] = w->write;
    history_apply(w->history, p, w->write);
    w->shown[p] = w->length[p];
  } else {
    bool hears = die(w, 5) > 0;
    struct operation *o = &w->operation[w->writing - 1];
    bool is_there = w->length[p] > 0 && w->log[p][w->length[p] - 1] == w->write;
    o->end = w->now;
    o->unknown = !hears || !is_there;
    if (!o->unknown) {
      history_ack(w->history, p, w->write, 2, w->now);
    }
    w->writing = 0;
  }
}

static void reader(struct world *w) {
  if (w->reading == 0) {
    if (w->operations == LINEARIZABLE_MOST - 1) return;
    begin(w, false);
    w->reading = w->operations;
    w->looked_up = false;
  } else if (!w->looked_up) {
    w->view = history_read(w->history, (uint32_t)die(w, w->copies), 1);
    w->looked_up = true;
  } else {
    struct operation *o = &w->operation[w->reading - 1];
    o->end = w->now;
    o->unknown = false;
    o->value = value_of(w, w->view.version);
    history_judge(w->history, 1, &w->view, 1, o->begin, w->now, &w->seen);
    w->reading = 0;
  }
}

/* One of the others gets one more write, or shows one more of those that it has. */
static void copy(struct world *w) {
  uint32_t c = (uint32_t)die(w, w->copies), p = w->primary;
  if (c == p) return;
  if (w->shown[c] < w->length[c] && die(w, 2)) {
    history_apply(w->history, c, w->log[c][w->shown[c]++]);
  } else if (w->length[c] < w->length[p]) {
    history_receive(w->history, c, w->log[c][w->length[c]] = w->log[p][w->length[c]]);
    w->length[c]++;
  }
}

/* Another one becomes primary: what it has counts, and the others throw away what it lacks. */
static void take_over(struct world *w) {
  uint32_t p = w->primary = (uint32_t)die(w, w->copies);
  w->lost += history_take_over(w->history, p).lost;
  for (; w->shown[p] < w->length[p]; w->shown[p]++) {
    history_apply(w->history, p, w->log[p][w->shown[p]]);
  }
  for (uint32_t c = 0; c < w->copies; c++) {
    while (w->length[c] > w->length[p]) {
      w->lost += history_discard(w->history, c, w->log[c][--w->length[c]]);
      if (w->shown[c] > w->length[c]) w->shown[c] = w->length[c];
    }
  }
}

/* Aim: with one writer and one reader a read that is stale or goes back breaks linearizability; and
 * what breaks it is one of these, or a lost write. */
static void test_agrees(void **state) {
  (void)state;
  print_message("seeds from %llu\n", (unsigned long long)SEED);
  uint32_t broken = 0, fine = 0, lossy = 0;
  for (uint64_t seed = SEED; seed < SEED + HISTORIES; seed++) {
    struct world w = {.draw = seed, .copies = 1 + (uint32_t)(seed % 4), .now = 1};
    w.history = history_new(w.copies);
    hist_init(&w.seen.age, 0, NULL);
    bool fails_over = seed % 3 == 0;
    for (int step = 0; step < 80; step++, w.now += 1 + die(&w, 3)) {
      uint64_t what = die(&w, fails_over ? 28 : 24);
      if (what < 4) {
        writer(&w);
      } else if (what < 14) {
        reader(&w);
      } else if (what < 24) {
        copy(&w);
      } else {
        take_over(&w);
      }
    }
    for (int i = 0; i < 2 && w.reading; i++) reader(&w);
    bool is = is_linearizable(w.operation, w.operations);
    bool reads_badly = w.seen.stale + w.seen.went_back > 0;
    if ((reads_badly && is) || (!is && !reads_badly && w.lost == 0)) {
      for (uint32_t i = 0; i < w.operations; i++) {
        const struct operation *o = &w.operation[i];
        print_message("  %s %u from %llu to %lld\n", o->writes ? "write" : "read", o->value,
                      (unsigned long long)o->begin, (long long)o->end);
      }
      fail_msg("seed %llu: %slinearizable, %llu stale, %llu went back, %llu lost",
               (unsigned long long)seed, is ? "" : "not ", (unsigned long long)w.seen.stale,
               (unsigned long long)w.seen.went_back, (unsigned long long)w.lost);
    }
    broken += reads_badly;
    fine += is;
    lossy += !is && !reads_badly;
    hist_free(&w.seen.age);
    history_free(w.history);
  }
  print_message("%u linearizable, %u with bad reads, %u broken by a lost write alone\n", fine,
                broken, lossy);
  assert_true(fine > 200 && broken > 200 && lossy > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_checker), cmocka_unit_test(test_agrees)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
