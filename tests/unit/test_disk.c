/* Aim: a disk finds on its channels, transfers at a bandwidth that they share, spares sequential
 * operations the seek, takes several at once and loses them all in a crash; and work by the byte;
 * on schedules computed by hand. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (!(fabs(got - value) <= 3e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

#define ASK(N) "client \"c\" { arrivals = burst { " N ", at = \"1s\" }, target = \"s\" }\n"
#define READS "service \"s\" { on = { work { on = \"d\", bytes = \"1kB\" } } }\n"

static void test_bandwidth(void **state) {
  (void)state;
  const char *ssd = "disk \"d\" { access = \"1ms\", channels = 2, bandwidth = \"1MB/s\" }\n";
  char text[500];
  static const struct {
    const char *n;
    double latency;
  } cases[] = {{"1", 0.002}, {"2", 0.003}};
  for (int i = 0; i < 2; i++) {
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = burst { %s, at = \"1s\" }, target = \"s\" }\n" READS "%s",
             cases[i].n, ssd);
    expect(text, "c.latency.max", cases[i].latency);
  }
  expect(ASK("3") READS "disk \"d\" { access = \"1ms\" }\n", "c.latency.max", 0.003);
}

static void test_sequential(void **state) {
  (void)state;
#define HDD                                                                                       \
  "disk \"d\" { access = \"1ms\", seek = \"8ms\", rotate = \"4ms\", sequential_ops = { \"scan\" " \
  "} }\n"
  const char *text =
      "client \"c\" { arrivals = constant \"1/s\", target = \"d\", mix = { scan = 0.5, get = 0.5 } "
      "}\n" HDD;
  expect(text, "c.op.scan.latency.max", 0.001);
  expect(text, "c.op.get.latency.max", 0.013);
}

static void test_batch(void **state) {
  (void)state;
  const char *text =
      ASK("5") READS "disk \"d\" { access = \"10ms\", batch = 3, bandwidth = \"1MB/s\" }\n";
  /* One alone, 11 ms; three, 10 + 3 ms; one, 11 ms. */
  expect(text, "c.latency.max", 0.035);
  expect(text, "c.latency.min", 0.011);
  expect(text, "d.batches", 3);
  expect(text, "d.done", 5);
  expect(text, "d.utilization", 0.0035);
  const char *two = ASK("5") READS "disk \"d\" { access = \"10ms\", batch = 3, channels = 2 }\n";
  expect(two, "c.latency.max", 0.02);
  expect(two, "d.utilization", (0.02 + 0.01) / 20);
}

static void test_linger(void **state) {
  (void)state;
  const char *disk = "disk \"d\" { batch = 3, linger = \"50ms\" }\n";
  char text[500];
  snprintf(text, sizeof text, "%s%s", ASK("2") READS, disk);
  expect(text, "c.latency.max", 0.05);
  snprintf(text, sizeof text, "%s%s", ASK("3") READS, disk);
  expect(text, "c.latency.max", 0);
  snprintf(text, sizeof text, "%s%s", ASK("4") READS, disk);
  expect(text, "c.latency.max", 0.05);
}

static void test_faults(void **state) {
  (void)state;
  const char *crash = ASK("5") READS
      "disk \"d\" { access = \"10ms\", batch = 3 }\n"
      "client \"e\" { arrivals = burst { 4, at = \"3s\" }, target = \"d\" }\n"
      "fault { crash \"d\", at = \"1015ms\", lasts = \"1s\" }";
  expect(crash, "c.errors.failed", 4);
  expect(crash, "e.latency.max", 0.02);
  expect(crash, "e.latency.mean", 0.0175); /* one alone, then three: it has one channel as before */
  const char *hang = ASK("5") READS
      "disk \"d\" { access = \"10ms\", batch = 3, bandwidth = \"1MB/s\" }\n"
      "fault { hang \"d\", at = \"1015ms\", lasts = \"1s\" }";
  expect(hang, "c.latency.max", 1.035);
  const char *slow = ASK("1") READS
      "disk \"d\" { access = \"10ms\", bandwidth = \"0.1MB/s\" }\n"
      "fault { slow { \"d\", factor = 2 }, at = \"1015ms\", lasts = \"1s\" }";
  expect(slow, "c.latency.max", 0.025);
}

static void test_stripes(void **state) {
  (void)state;
  const char *text = ASK("1")
      "service \"s\" { on = { call { \"d\", each = true, response = \"1kB\" } } }\n"
      "disk \"d\" { instances = 4, access = \"1ms\", bandwidth = \"1MB/s\" }\n";
  expect(text, "c.latency.max", 0.002);
}

#define SIZED                                                                                   \
  "client \"c\" { arrivals = constant \"1/s\", target = \"s\", request = \"10kB\", response = " \
  "\"20kB\" }\n"

static void test_per_byte(void **state) {
  (void)state;
  /* The worker's own part, and then the disk's. */
  expect(SIZED
         "service \"s\" { on = { work { \"1ms\", per_byte = \"100ns\", on = \"d\" } } }\n"
         "disk \"d\" { access = \"5ms\" }\n",
         "c.latency.max", 0.009);
  expect(SIZED "service \"s\" { on = { work { \"1ms\", per_byte = \"100ns\" } } }", "c.latency.max",
         0.004);
  expect(SIZED
         "service \"s\" { on = { work { \"1ms\", per_byte = \"100ns\", of = \"request\" } } }",
         "c.latency.max", 0.002);
  expect(SIZED
         "service \"s\" { on = { work { per_byte = \"100ns\", of = \"answer\" }, work \"1ms\" } }",
         "c.latency.max", 0.003);
  expect(
      SIZED
      "service \"s\" { on = { compress { ratio = 0.5 }, work { \"1ms\", per_byte = \"100ns\", of "
      "= \"answer\" } } }",
      "c.latency.max", 0.002);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *work, *says;
  } cases[] = {
      {"work { \"1ms\", bytes = \"1kB\" }", "those of a disk"},
      {"work { \"1ms\", of = \"answer\" }", "without per_byte"},
      {"work { per_byte = exponential \"1ns\" }", "is a fixed time"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[500];
    snprintf(text, sizeof text, ASK("1") "service \"s\" { on = { %s } }\ndisk \"d\" {}\n",
             cases[i].work);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].work, got);
  }
  const char *linger = mistake(ASK("1") READS "disk \"d\" { linger = \"1ms\" }\n");
  if (!strstr(linger, "batch")) fail_msg("%s", linger);
  linger = mistake(ASK("1") READS "disk \"d\" { linger = \"1ms\", batch = 2, channels = 2 }\n");
  if (!strstr(linger, "one channel")) fail_msg("%s", linger);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bandwidth), cmocka_unit_test(test_sequential),
      cmocka_unit_test(test_batch),     cmocka_unit_test(test_linger),
      cmocka_unit_test(test_faults),    cmocka_unit_test(test_stripes),
      cmocka_unit_test(test_per_byte),  cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("disk", tests, folder_make, folder_remove);
}
