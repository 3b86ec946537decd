/* Aim: a crash says nothing about the times between beats, also when a beat is on its way just
 * then: the last crash of a member is found out as soon as the first one. Beats come every second
 * after two ways of 250 ms each, so that a crash is found out by 1 s + 5.3 x 100 ms of silence, and
 * looked for when a beat is due and when it is answered: after at most 2.5 s less one way. */
#include "test_script_load.h"

static void test_crashes_do_not_count(void **state) {
  (void)state;
  const char *text =
      "control \"ha\" { heartbeat = \"s\", every = \"1s\", timeout = \"900ms\", zone = \"m\", "
      "detector = phi { 8 } }\n"
      "service \"s\" { zone = \"d\" }\n"
      "path { from = \"m\", to = \"d\", latency = \"250ms\" }\n"
      "client \"c\" { arrivals = constant \"1/min\", target = \"s\" }\n"
      "fault { crash \"s\", mttf = exponential \"60s\", mttr = \"20s\" }\n";
  assert_true(metric_of(text, "ha.suspicions", 2000) >= 15);
  double most = metric_of(text, "ha.detection.max", 2000);
  if (!(most <= 2.25 + 1e-9)) fail_msg("a crash is found out after %g s", most);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_crashes_do_not_count)};
  return cmocka_run_group_tests_name("beats", tests, folder_make, folder_remove);
}
