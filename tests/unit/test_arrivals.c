/* Aim: requests come when the stated process sends them, also where its rate changes, and queues
 * fed by it are as long as theory says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261128)

/* A client "c" in front of a leaf that only notes what comes. */
static struct run leaf_run(struct recorder *leaf, const char *arrivals, uint64_t seed,
                           uint64_t end_ns, struct scene **scene) {
  *scene = scene_new();
  struct node *c = scene_add(*scene, "client", "c", 1);
  node_set(c, "arrivals", arrivals);
  node_set(c, "target", "leaf");
  scene_add_recorder(*scene, "leaf", 1, leaf);
  return run_scene(*scene, seed, end_ns);
}

/* Requests in each of `n` windows of equal length. */
static void count_windows(const struct recorder *leaf, uint64_t window_ns, uint32_t n,
                          double *count) {
  for (uint32_t i = 0; i < n; i++) count[i] = 0;
  for (uint32_t i = 0; i < leaf->n; i++) {
    uint64_t w = leaf->record[i].at_ns / window_ns;
    if (w < n) count[w]++;
  }
}

/* --- by the clock --------------------------------------------------------------------------- */

/* Aim: counts of a Poisson process per window have the integral of the rate as mean and are
 * Poisson: over 400 periods the sum of (count - mean)^2 / mean is chi-square with one degree for
 * each window, 4.5 standard deviations allowed, and the mean of each window is within 4.5 standard
 * errors of the integral: 0.5 s windows of a rate that goes from 20 to 220 a second in 5 s and back
 * in 5 s. */
static void test_poisson_profile(void **state) {
  (void)state;
  enum { WINDOWS = 20, PERIODS = 400 };
  struct recorder leaf = {0};
  struct scene *scene;
  struct run run =
      leaf_run(&leaf, "poisson profile lines 10s 0s 20/s 5s 220/s", SEED, 10 * PERIODS * S, &scene);
  static double count[WINDOWS * PERIODS];
  count_windows(&leaf, S / 2, WINDOWS * PERIODS, count);
  double chi_square = 0, mean_of[WINDOWS] = {0};
  for (int i = 0; i < WINDOWS * PERIODS; i++) {
    int w = i % WINDOWS, from_peak = w < 10 ? w : 19 - w;
    double mean = (20 + 200 * (from_peak + 0.5) / 10) / 2;
    chi_square += (count[i] - mean) * (count[i] - mean) / mean;
    mean_of[w] += count[i] / PERIODS;
    if (i < (PERIODS - 1) * WINDOWS) continue;
    assert_within(mean_of[w], mean, 4.5 * sqrt(mean / PERIODS));
  }
  double degrees = WINDOWS * PERIODS;
  assert_within(chi_square, degrees, 4.5 * sqrt(2 * degrees));
  run_free(&run);
  scene_free(scene);
}

/* Aim: a pacemaker under a profile sends request k when the integral of the rate reaches k, to a
 * nanosecond, also after a hundred periods: a rate that rises from 0 to 20 a second in 10 s, where
 * k requests are due at sqrt(k) s; and none while the rate is 0. */
static void test_constant_profile(void **state) {
  (void)state;
  struct recorder leaf = {0};
  struct scene *scene;
  struct run run = leaf_run(&leaf, "constant profile lines 20s 0s 0/s 10s 20/s 10001ms 0/s", SEED,
                            2000 * S, &scene);
  const double period = 100 + 0.01; /* requests; the fall takes a millisecond */
  assert_int_equal(leaf.n, (uint32_t)(100 * period + 0.5)); /* the next is due with the next rise */
  for (uint32_t k = 0; k < leaf.n; k++) {
    double into = fmod(k, period), seconds = 20 * floor(k / period) + sqrt(into);
    if (into < 100) assert_within((double)leaf.record[k].at_ns, seconds * 1e9, 20);
  }
  run_free(&run);
  scene_free(scene);
}

/* Aim: two profiles meet the same requests: the k-th is sent when the integral of either reaches
 * the same number, and asks for the same. */
static void test_same_requests(void **state) {
  (void)state;
  struct recorder leaf[2] = {{0}, {0}};
  struct scene *scene[2];
  struct run run[2];
  const char *arrivals[2] = {"poisson 100/s", "poisson profile steps 0s 0s 50/s 20s 200/s"};
  for (int i = 0; i < 2; i++) {
    run[i] = leaf_run(&leaf[i], arrivals[i], SEED, 40 * S, &scene[i]);
  }
  assert_true(leaf[0].n > 3000 && leaf[1].n > 3000);
  for (uint32_t k = 0; k < 3000; k++) {
    double expected = (double)leaf[0].record[k].at_ns / 1e7; /* requests until then */
    double seconds = expected < 1000 ? expected / 50 : 20 + (expected - 1000) / 200;
    assert_within((double)leaf[1].record[k].at_ns, seconds * 1e9,
                  3000); /* of rounding, 1 ns each */
    assert_true(leaf[0].record[k].key == leaf[1].record[k].key);
  }
  for (int i = 0; i < 2; i++) {
    run_free(&run[i]);
    scene_free(scene[i]);
  }
}

/* Aim: M_t/M/infinity: the mean number present follows m' = rate(t) - m / E[S] (Eick, Massey and
 * Whitt, "The physics of the M_t/G/infinity queue", 1993): with steps of 200/s for 2 s and 0 for 2
 * s, service of 0.5 s on average, m(2) = 100 (1 - e^-4) + m(0) e^-4 and m(4) = m(2) e^-4 in a
 * settled period. Seen at the end of 300 periods; the number is Poisson. */
static void test_infinite_servers(void **state) {
  (void)state;
  enum { PERIODS = 300 };
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "poisson profile steps 4s 0s 200/s 2s 0/s");
  node_set(c, "target", "s");
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "unlimited");
  node_set(s, "work", "exponential 500ms");
  struct run run = run_begin(scene, SEED, 0, (4 * PERIODS + 8) * S);
  double sum[2] = {0};
  for (int i = 0; i < 2 * PERIODS; i++) {
    assert_true(sim_run(run.sim, (uint64_t)(8 + 2 * (i + 1)) * S));
    sum[i % 2] += (double)(run.sim->calls.made - run.sim->calls.freed);
  }
  run_finish(&run);
  double decay = exp(-4), high = 100 * (1 - decay) / (1 - decay * decay), low = high * decay;
  assert_within(sum[0] / PERIODS, high, 4.5 * sqrt(high / PERIODS));
  assert_within(sum[1] / PERIODS, low, 4.5 * sqrt(low / PERIODS));
  run_free(&run);
  scene_free(scene);
}

/* --- by chance ------------------------------------------------------------------------------ */

/* Aim: a two-phase MMPP has the stationary rate of its phases from the beginning, and counts over
 * windows of t seconds whose variance is (Fischer and Meier-Hellstern, "The Markov-modulated
 * Poisson process cookbook", 1993, for two phases with rates a and b left at rates r and q): mean +
 * 2 v (t / (r + q) - (1 - e^-(r+q)t) / (r + q)^2),  v = r q (a - b)^2 / (r + q)^2. With 50/s for 2
 * s and 500/s for 0.5 s on average: mean 140/s. Windows are blocked into groups of 20 for standard
 * errors, since neighbours are not independent. */
static void test_mmpp(void **state) {
  (void)state;
  enum { RUNS = 40, WINDOWS = 250 };
  double r = 0.5, q = 2, a = 50, b = 500, t = 1;
  double mean = (q * a + r * b) / (r + q) * t;
  double v = r * q * (a - b) * (a - b) / ((r + q) * (r + q));
  double variance = mean + 2 * v * (t / (r + q) - (1 - exp(-(r + q) * t)) / ((r + q) * (r + q)));
  double count[WINDOWS], means = 0, mean_squares = 0, variances = 0, variance_squares = 0;
  double first = 0, first_squares = 0;
  for (int i = 0; i < RUNS; i++) {
    struct recorder leaf = {0};
    struct scene *scene;
    struct run run =
        leaf_run(&leaf, "mmpp 50/s 2s 500/s 500ms", SEED + (uint64_t)i, WINDOWS * S, &scene);
    count_windows(&leaf, S, WINDOWS, count);
    double m = 0, squares = 0;
    for (int w = 0; w < WINDOWS; w++) {
      m += count[w] / WINDOWS;
      squares += (count[w] - mean) * (count[w] - mean) / WINDOWS;
    }
    means += m / RUNS;
    mean_squares += m * m / RUNS;
    variances += squares / RUNS;
    variance_squares += squares * squares / RUNS;
    first += count[0] / RUNS;
    first_squares += count[0] * count[0] / RUNS;
    run_free(&run);
    scene_free(scene);
  }
  assert_within(means, mean, 4.5 * sqrt((mean_squares - means * means) / RUNS));
  assert_within(variances, variance, 4.5 * sqrt((variance_squares - variances * variances) / RUNS));
  assert_within(first, mean, 4.5 * sqrt((first_squares - first * first) / RUNS));
  assert_true(variance / mean > 50); /* the index of dispersion: far from Poisson */
}

/* Aim: such a process is stationary from the beginning: over 400 runs the first 100 ms have 14
 * requests on average, where a run that begins in the first phase has 6. */
static void test_mmpp_begins_anywhere(void **state) {
  (void)state;
  enum { RUNS = 400 };
  double sum = 0, squares = 0;
  for (uint64_t i = 0; i < RUNS; i++) {
    struct recorder leaf = {0};
    struct scene *scene;
    struct run run = leaf_run(&leaf, "mmpp 50/s 2s 500/s 500ms", SEED + i, S / 10, &scene);
    sum += leaf.n;
    squares += (double)leaf.n * leaf.n;
    run_free(&run);
    scene_free(scene);
  }
  double mean = sum / RUNS;
  assert_within(mean, 14, 4.5 * sqrt((squares / RUNS - mean * mean) / RUNS));
}

/* --- many at once --------------------------------------------------------------------------- */

static double batch_queue_mean_s(const char *arrivals) {
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", arrivals);
  node_set(c, "target", "s");
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "work", "exponential 10ms");
  struct run run = run_begin(scene, SEED, 0, 20000 * S);
  assert_true(sim_run(run.sim, 20000 * S));
  run_finish(&run);
  double mean = metric(&run, "c.latency.mean");
  run_free(&run);
  scene_free(scene);
  return mean;
}

/* Aim: M^X/M/1, mean time in the system (1 + E[X^2] / E[X]) / 2 / (mu (1 - rho)): with mu = 100/s
 * and rho = 0.7, fixed bursts of 10 give 183.3 ms and geometric ones of 5 on average 166.7 ms.
 * Tolerance 4 %: 1.4 million requests, of bursts that are far from independent. */
static void test_batch_queue(void **state) {
  (void)state;
  assert_within(batch_queue_mean_s("bursts 10 7/s"), 0.183333, 0.04 * 0.183333);
  assert_within(batch_queue_mean_s("bursts geometric 5 14/s"), 0.166667, 0.04 * 0.166667);
}

/* Aim: sizes of bursts are exact where they are fixed, and geometric from 1 where they are not:
 * share of ones 1 / mean, mean within 4.5 standard errors. */
static void test_burst_sizes(void **state) {
  (void)state;
  struct recorder leaf = {0};
  struct scene *scene;
  struct run run = leaf_run(&leaf, "bursts geometric 5 100/s", SEED, 100 * S, &scene);
  double bursts = 0, ones = 0, size = 0;
  for (uint32_t i = 0; i < leaf.n; i++) {
    bool first = i == 0 || leaf.record[i].at_ns != leaf.record[i - 1].at_ns;
    if (first && i > 0) ones += size == 1;
    bursts += first;
    size = first ? 1 : size + 1;
  }
  assert_within(bursts, 10000, 4.5 * 100);
  assert_share(ones, bursts, 0.2);
  assert_within(leaf.n / bursts, 5, 4.5 * sqrt(20 / bursts));
  run_free(&run);
  scene_free(scene);
  run = leaf_run(&leaf, "bursts 7 profile steps 0s 0s 10/s 50s 40/s", SEED, 100 * S, &scene);
  for (uint32_t i = 0; i + 7 <= leaf.n; i++) {
    assert_int_equal(leaf.record[i].at_ns, leaf.record[i - i % 7].at_ns);
  }
  assert_within(leaf.n / 7.0, 2500, 4.5 * 50);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a burst of 1000 into one worker of 10 ms: request k waits for the k before it, so that the
 * mean latency is 5.005 s, the last is answered after 10 s, and nobody comes again. */
static void test_burst(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "burst 1000 2s");
  node_set(c, "target", "s");
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "work", "10ms");
  struct run run = run_scene(scene, 1, 100 * S);
  assert_same(metric(&run, "c.requests"), 1000);
  assert_same(metric(&run, "c.latency.mean"), 5.005);
  assert_same(metric(&run, "c.latency.min"), 0.01);
  assert_same(metric(&run, "c.latency.max"), 10);
  assert_same(metric(&run, "c.offered"), 10);
  run_free(&run);
  scene_free(scene);
}

/* --- users who come and go ------------------------------------------------------------------ */

/* Aim: as many closed users take part as the profile says: who comes asks at once, who goes
 * finishes what is under way and asks no more. 2 users, 5 from 10 s, 1 from 20 s, who ask once a
 * second. */
static void test_crowd_steps(void **state) {
  (void)state;
  enum { WINDOWS = 3 };
  struct recorder leaf = {0};
  struct scene *scene;
  double count[WINDOWS];
  struct run run =
      leaf_run(&leaf, "closed 5 1s profile steps 0s 0s 2/s 10s 5/s 20s 1/s", 1, 30 * S, &scene);
  count_windows(&leaf, 10 * S, WINDOWS, count);
  assert_same(count[0], 20);
  assert_same(count[1], 50);
  assert_same(count[2], 10);
  assert_same(metric(&run, "c.closed_users"), (2 * 10 + 5 * 10 + 1 * 10) / 30.0);
  assert_same(metric(&run, "c.closed_users.end"), 1);
  assert_false(has_metric(&run, "c.dropped")); /* nothing limits it */
  run_free(&run);
  scene_free(scene);
}

/* Aim: between the points the number is that nearest to the line: from 0 to 10 in 10 s user k comes
 * at k - 1/2 s; again in the next period, those who have long been done. */
static void test_crowd_lines(void **state) {
  (void)state;
  struct recorder leaf = {0};
  struct scene *scene;
  struct run run =
      leaf_run(&leaf, "closed 10 25s profile lines 40s 0s 0/s 10s 10/s 20s 0/s", 1, 80 * S, &scene);
  assert_int_equal(leaf.n, 20);
  for (uint32_t i = 0; i < leaf.n; i++) {
    uint64_t due_ns = i / 10 * 40 * S + i % 10 * S + S / 2;
    assert_within((double)leaf.record[i].at_ns, (double)due_ns, 2);
  }
  run_free(&run);
  scene_free(scene);
}

/* --- a limit -------------------------------------------------------------------------------- */

/* Aim: users of whom one has to be free are Erlang's trunks: of Poisson arrivals that want 5 of 5
 * users on average, B(5, 5) = 0.2849 are lost, whatever the distribution of the time that each
 * holds a user: within 4.5 standard errors, and what is dropped is never sent. */
static void test_most(void **state) {
  (void)state;
  static const char *const works[] = {"exponential 100ms", "100ms"};
  for (int i = 0; i < 2; i++) {
    struct scene *scene = scene_new();
    struct node *c = scene_add(scene, "client", "c", 1);
    node_set(c, "arrivals", "poisson 50/s");
    node_set(c, "target", "s");
    node_set(c, "most", "5");
    node_set(scene_add(scene, "service", "s", 1), "work", works[i]);
    struct run run = run_scene(scene, SEED, 2000 * S);
    double dropped = metric(&run, "c.dropped"), due = dropped + metric(&run, "c.offered") * 2000;
    assert_within(due, 100000, 4.5 * sqrt(100000));
    /* Losses come in clusters: three times the variance of independent ones is allowed. */
    assert_within(dropped / due, 0.284868, 4.5 * sqrt(3 * 0.2849 * 0.7151 / due));
    assert_same(metric(&run, "c.dropped_ratio"), dropped / due);
    assert_same(metric(&run, "s.arrivals"), due - dropped);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- surges --------------------------------------------------------------------------------- */

/* As leaf_run, with a surge of that factor from 250 ms to 650 ms. */
static struct run surge_run(struct recorder *leaf, const char *arrivals, double factor,
                            uint64_t seed, uint64_t end_ns, struct scene **scene) {
  *scene = scene_new();
  struct node *c = scene_add(*scene, "client", "c", 1);
  node_set(c, "arrivals", arrivals);
  node_set(c, "target", "leaf");
  scene_add_recorder(*scene, "leaf", 1, leaf);
  struct fault_spec surge = {.type = &fault_surge,
                             .factor = factor,
                             .at_ns = 250 * MS,
                             .lasts = dist_constant(400.0 * MS)};
  scene_fault(*scene, "c", NULL, surge);
  return run_scene(*scene, seed, end_ns);
}

/* Aim: what is left of a gap when a surge begins or ends is taken over into the new rate: a
 * pacemaker of 10/s, twice as fast from 250 to 650 ms, is half through a gap both times. */
static void test_surge_paced(void **state) {
  (void)state;
  static const uint64_t at_ms[] = {0,   100, 200, 275, 325, 375, 425,
                                   475, 525, 575, 625, 700, 800, 900};
  struct recorder leaf = {0};
  struct scene *scene;
  struct run run = surge_run(&leaf, "constant 10/s", 2, 1, S, &scene);
  assert_int_equal(leaf.n, sizeof at_ms / sizeof *at_ms);
  for (uint32_t i = 0; i < leaf.n; i++) assert_int_equal(leaf.record[i].at_ns, at_ms[i] * MS);
  run_free(&run);
  scene_free(scene);
  /* So does a recording of it. */
  run = surge_run(&leaf,
                  "trace 0ms 100ms 200ms 300ms 400ms 500ms 600ms 700ms 800ms 900ms 1000ms 1100ms "
                  "1200ms 1300ms",
                  2, 1, S, &scene);
  assert_int_equal(leaf.n, sizeof at_ms / sizeof *at_ms);
  for (uint32_t i = 0; i < leaf.n; i++) assert_int_equal(leaf.record[i].at_ns, at_ms[i] * MS);
  run_free(&run);
  scene_free(scene);
  /* Under a rate of 20 t per second request k is due at sqrt(k / 10) s, here at twice the rate. */
  run = surge_run(&leaf, "constant profile lines 0s 0s 0/s 10s 200/s", 2, 1, 10 * S, &scene);
  double at_begin = 10 * 0.25 * 0.25, at_end = at_begin + 20 * (0.65 * 0.65 - 0.25 * 0.25);
  for (uint32_t k = 0; k < leaf.n; k++) {
    double s2 = k < at_begin ? k / 10.0
                : k < at_end ? 0.25 * 0.25 + (k - at_begin) / 20
                             : 0.65 * 0.65 + (k - at_end) / 10;
    assert_within((double)leaf.record[k].at_ns, sqrt(s2) * 1e9, 20);
  }
  assert_int_equal(leaf.n, (int)(at_end + 10 * (100 - 0.65 * 0.65)) + 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what is left of a gap goes through the phases that it would have met: with a surge by the
 * factor 1 requests come when they come without it, though nearly every gap spans phases. What is
 * rounded to a nanosecond in a fast phase is up to 20 in a slow one. */
static void test_surge_phases(void **state) {
  (void)state;
  static const char arrivals[] = "mmpp 5/s 20ms 100/s 10ms";
  for (uint64_t seed = 1; seed <= 20; seed++) {
    struct recorder leaf = {0}, plain = {0};
    struct scene *scene, *other;
    struct run run = surge_run(&leaf, arrivals, 1, seed, S, &scene);
    struct run without = leaf_run(&plain, arrivals, seed, S, &other);
    assert_int_equal(leaf.n, plain.n);
    for (uint32_t k = 0; k < leaf.n; k++) {
      assert_within((double)leaf.record[k].at_ns, (double)plain.record[k].at_ns, 30);
    }
    run_free(&without);
    scene_free(other);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a surge of closed users multiplies their number, to the nearest: who comes asks at once, who
 * goes asks no more. 2 users who ask once a second, 5 from 10 to 20 s. With a profile it multiplies
 * what that says: 2, 4 from 5 s, 10 from 10 s, 5 from 15 s, 1 from 20 s; and of a line that rises
 * by one user in 10 s, twice from 20 s on, there are 2 x 2.5 = 5 at 25 s. */
static void test_surge_of_users(void **state) {
  (void)state;
  static const struct {
    const char *arrivals;
    uint64_t at_s, lasts_s;
    double factor, mean, end;
  } cases[] = {
      {"closed 2 1s", 10, 10, 2.5, (2 * 10 + 5 * 10 + 2 * 10) / 30.0, 2},
      {"closed 2 1s", 0, 10, 2.5, (5 * 10 + 2 * 20) / 30.0, 2},           /* from the beginning */
      {"closed 4 1s", 10, 10, 0.3, (4 * 10 + 1 * 10 + 4 * 10) / 30.0, 4}, /* fewer */
      {"closed 5 1s profile steps 0s 0s 2/s 10s 5/s 20s 1/s", 5, 10, 2,
       (2 * 5 + 4 * 5 + 10 * 5 + 5 * 5 + 1 * 10) / 30.0, 1},
      {"closed 3 1s profile lines 0s 0s 0/s 30s 3/s", 20, 100, 2,
       (5 * 0 + 10 * 1 + 5 * 2 + 2.5 * 4 + 5 * 5 + 2.5 * 6) / 30.0, 6},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct recorder leaf = {0};
    struct scene *scene = scene_new();
    struct node *c = scene_add(scene, "client", "c", 1);
    node_set(c, "arrivals", cases[i].arrivals);
    node_set(c, "target", "leaf");
    scene_add_recorder(scene, "leaf", 1, &leaf);
    scene_fault(scene, "c", NULL,
                (struct fault_spec){.type = &fault_surge,
                                    .at_ns = cases[i].at_s * S,
                                    .lasts = dist_constant((double)(cases[i].lasts_s * S)),
                                    .factor = cases[i].factor});
    struct run run = run_scene(scene, 1, 30 * S);
    assert_within(metric(&run, "c.closed_users"), cases[i].mean, 1e-6);
    assert_same(metric(&run, "c.closed_users.end"), cases[i].end);
    /* Each asks once a second, and once more as it comes. */
    assert_within(leaf.n, 30 * cases[i].mean, 5);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: requests before a surge are those that come without it, and the number in it is Poisson with
 * the larger mean, also where chance or bursts change the rate: over 400 runs within 4.5 standard
 * errors of it. */
static void test_surge_counts(void **state) {
  (void)state;
  enum { RUNS = 400 };
  static const char *const arrivals[] = {"poisson 140/s", "mmpp 50/s 2s 500/s 500ms",
                                         "bursts 2 70/s"};
  for (int a = 0; a < 3; a++) {
    double before = 0, in = 0, squares = 0, after = 0, after_squares = 0;
    for (uint64_t i = 0; i < RUNS; i++) {
      struct recorder leaf = {0}, plain = {0};
      struct scene *scene, *other;
      struct run run = surge_run(&leaf, arrivals[a], 5, SEED + i, S, &scene);
      struct run without = leaf_run(&plain, arrivals[a], SEED + i, S, &other);
      double n = 0, m = 0;
      for (uint32_t k = 0; k < leaf.n; k++) {
        uint64_t at_ns = leaf.record[k].at_ns;
        if (at_ns < 250 * MS) assert_int_equal(at_ns, plain.record[k].at_ns);
        before += at_ns < 250 * MS;
        n += at_ns >= 250 * MS && at_ns < 650 * MS;
        m += at_ns >= 650 * MS;
      }
      in += n / RUNS;
      squares += n * n / RUNS;
      after += m / RUNS;
      after_squares += m * m / RUNS;
      run_free(&without);
      scene_free(other);
      run_free(&run);
      scene_free(scene);
    }
    assert_true(before > RUNS);
    assert_within(in, 140 * 0.4 * 5, 4.5 * sqrt((squares - in * in) / RUNS));
    assert_within(after, 140 * 0.35, 4.5 * sqrt((after_squares - after * after) / RUNS));
    if (a == 0) assert_within(squares - in * in, in, 4.5 * in * sqrt(2.0 / RUNS));
  }
}

/* --- as recorded ---------------------------------------------------------------------------- */

/* Aim: requests come exactly when the trace says, several at one time too, in every replication;
 * none after its end, or all again in each period. */
static void test_trace(void **state) {
  (void)state;
  static const uint64_t at_ns[] = {0, 500, 500, 2000000001, 9999999999};
  struct recorder leaf = {0};
  struct scene *scene;
  struct run run =
      leaf_run(&leaf, "trace 0ns 500ns 500ns 2000000001ns 9999999999ns", SEED, 100 * S, &scene);
  assert_int_equal(leaf.n, 5);
  for (uint32_t i = 0; i < 5; i++) assert_int_equal(leaf.record[i].at_ns, at_ns[i]);
  run_free(&run);
  scene_free(scene);
  run = leaf_run(&leaf, "trace every 10s 0ns 500ns 500ns 2000000001ns 9999999999ns", SEED + 1,
                 100 * S, &scene);
  assert_int_equal(leaf.n, 50);
  for (uint32_t i = 0; i < 50; i++) {
    assert_int_equal(leaf.record[i].at_ns, i / 5 * 10 * S + at_ns[i % 5]);
  }
  run_free(&run);
  scene_free(scene);
}

/* Aim: a trace of a Poisson process, written with another generator, makes an M/M/1 queue: the mean
 * wait of 200,000 requests at load 1/2 is one service time, within 4.5 standard errors (asymptotic
 * variance rho (2 + 5 rho - 4 rho^2 + rho^3) / (1 - rho)^4 service times squared: Daley, "The
 * serial correlation coefficients of waiting times in a stationary single server queue", 1968). */
static void test_trace_queue(void **state) {
  (void)state;
  enum { REQUESTS = 200000 };
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  fputs("trace", out);
  double at_ns = 0;
  uint64_t random = SEED;
  for (int i = 0; i < REQUESTS; i++) {
    random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    at_ns += -log(((double)(random >> 12) + 0.5) / 0x1p52) * 20e6;
    fprintf(out, " %.0fns", at_ns);
  }
  fclose(out);
  double wait = batch_queue_mean_s(text) - 0.01;
  free(text);
  double rho = 0.5,
         variance = rho * (2 + 5 * rho - 4 * rho * rho + rho * rho * rho) / pow(1 - rho, 4);
  assert_within(wait, 0.01, 4.5 * 0.01 * sqrt(variance / REQUESTS));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_poisson_profile),
      cmocka_unit_test(test_constant_profile),
      cmocka_unit_test(test_same_requests),
      cmocka_unit_test(test_infinite_servers),
      cmocka_unit_test(test_mmpp),
      cmocka_unit_test(test_mmpp_begins_anywhere),
      cmocka_unit_test(test_batch_queue),
      cmocka_unit_test(test_burst_sizes),
      cmocka_unit_test(test_burst),
      cmocka_unit_test(test_crowd_steps),
      cmocka_unit_test(test_crowd_lines),
      cmocka_unit_test(test_most),
      cmocka_unit_test(test_surge_paced),
      cmocka_unit_test(test_surge_phases),
      cmocka_unit_test(test_surge_counts),
      cmocka_unit_test(test_surge_of_users),
      cmocka_unit_test(test_trace),
      cmocka_unit_test(test_trace_queue),
  };
  return cmocka_run_group_tests_name("arrivals", tests, NULL, NULL);
}
