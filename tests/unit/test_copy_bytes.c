/* Aim: what copies of a database tell each other takes the time that its bytes take on a path with
 * a bandwidth, by values computed by hand: 1.25 MB are 100 ms at 100 Mbit/s. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, double duration_s, const char *name, double value) {
  double got = metric_of(text, name, duration_s);
  if (!(fabs(got - value) < 1e-9)) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* One call a second by somebody beside the first copy. */
#define SHOP(OP, COPIES)                                                                 \
  "client \"c\" { arrivals = constant \"1/s\", target = \"pg\", mix = { " OP             \
  " = 1 }, keys = uniform_keys { n = 10 }, zone = \"eu\", request = \"1250kB\", "        \
  "response = \"2500kB\" }\n"                                                            \
  "path { from = \"eu\", to = \"us\", latency = \"40ms\", bandwidth = \"100Mbit/s\" }\n" \
  "database \"pg\" { read = \"1ms\", write = \"2ms\", copies = { " COPIES " } }\n"
#define TWO "n = 2, zone = { \"eu\", \"us\" }"

/* Aim: a write is sent as large as it came, its acknowledgement is nothing. What a copy missed
 * comes in one message, as large as all of it; the one that found it down was on the wire, too. */
static void test_primary(void **state) {
  (void)state;
  const char *sync = SHOP("write", TWO ", write = 2");
  expect(sync, 10, "c.latency.max", 0.002 + 0.1 + 2 * 0.04);
  expect(sync, 10, "pg.lag.max", 0.1 + 0.04);
  expect(sync, 10, "path.eu.us.utilization", 0.1);
  expect(sync, 10, "path.us.eu.utilization", 0);
  const char *crash = "fault { crash \"pg[2]\", at = \"2.5s\", lasts = \"3s\" }\n";
  char missed[2048];
  snprintf(missed, sizeof missed, "%s%s", SHOP("write", TWO), crash);
  expect(missed, 20, "path.eu.us.utilization", (20 + 1) * 0.1 / 20);
  expect(missed, 20, "pg.behind.end", 0);
}

/* Aim: without a primary a call is sent to each copy as large as it came; the answer to a read is
 * as large as that to the call, also of a copy that answers too late. Hints are as large as writes.
 */
static void test_quorum(void **state) {
  (void)state;
#define QUORUM(OP)                                                    \
  SHOP(OP,                                                            \
       "n = 3, read = 2, write = 2, coordinators = 1, hints = true, " \
       "zone = { \"eu\", \"us\", \"ap\", \"eu\" }")                   \
  "path { from = \"eu\", to = \"ap\", latency = \"100ms\", bandwidth = \"100Mbit/s\" }\n"
  const char *read = QUORUM("read");
  expect(read, 10, "c.latency.max", 0.1 + 0.04 + 0.001 + 0.2 + 0.04);
  expect(read, 10, "path.eu.ap.utilization", 0.1);
  expect(read, 10, "path.us.eu.utilization", 0.2);
  expect(read, 10, "path.ap.eu.utilization", 0.2);
  const char *write = QUORUM("write");
  expect(write, 10, "c.latency.max", 0.002 + 0.1 + 2 * 0.04);
  expect(write, 10, "path.eu.ap.utilization", 0.1);
  expect(write, 10, "path.ap.eu.utilization", 0);
  const char *crash = "fault { crash \"pg[3]\", at = \"2.5s\", lasts = \"3s\" }\n";
  char hinted[2048];
  snprintf(hinted, sizeof hinted, "%s%s", write, crash);
  expect(hinted, 30, "pg.hinted", 3);
  expect(hinted, 30, "path.eu.ap.utilization", (30 + 3) * 0.1 / 30);
}

/* Aim: where copies vote, who is asked gets the write with the question, and no more of it with the
 * decision. */
static void test_votes(void **state) {
  (void)state;
  const char *text = SHOP("write", TWO ", leaders = \"all\", conflict = \"abort\", write = 2");
  expect(text, 10, "path.eu.us.utilization", 0.1);
  expect(text, 10, "path.us.eu.utilization", 0);
  expect(text, 10, "c.availability", 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_primary),
      cmocka_unit_test(test_quorum),
      cmocka_unit_test(test_votes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
