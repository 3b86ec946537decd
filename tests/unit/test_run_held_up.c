/* Aim: what holds a component up is named in place of a load that it could serve: connections to a
 * callee, a callee that hangs, the cores of a host, a deep buffer before a line. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdio.h>

#include "diagnosis_kit.h"

/* A queue that grows since its workers wait for something else is no sign of too much load: the
 * sentence names what they wait for, and the first finding is about what is really full. */
static void what_is_held_up(void **state) {
  (void)state;
  static const struct {
    const char *text, *held, *first;
  } cases[] = {
      /* Six calls are with the database on average, and five connections lead there. */
      {"client 'u' { arrivals = poisson '150/s', target = 'api', timeout = '1s' }\n"
       "service 'api' { workers = 50, on = { work '1ms', call { 'db', pool = { size = 5, queue = "
       "100 } } } }\n"
       "database 'db' { workers = 64, read = exponential '40ms' }\n" RUN,
       "its 5 connections to db, which are all in use", "api"},
      {"client 'u' { arrivals = poisson '150/s', target = 'api' }\n"
       "service 'api' { workers = 50, on = { work '1ms', call 'db' } }\n"
       "database 'db' { workers = 64, read = exponential '40ms' }\n"
       "fault { hang 'db', at = '20s' }\n" RUN,
       "db, which hung", "api"},
      /* Four cores, of which users need one and the batch 3.6. */
      {"host 'node' { cpus = 4 }\n"
       "client 'u' { arrivals = poisson '100/s', target = 'api' }\n"
       "client 'b' { arrivals = poisson '20/s', target = 'job' }\n"
       "service 'api' { host = 'node', workers = 8, work = exponential '10ms' }\n"
       "service 'job' { host = 'node', workers = 16, work = exponential '180ms' }\n" RUN,
       "the cores of node, which are all busy", "node"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct seen s = see(cases[i].text);
    const struct finding *first = &s.diagnosis.findings.list[0], *grows = NULL;
    for (uint32_t k = 0; k < s.diagnosis.findings.n; k++) {
      const struct finding *f = &s.diagnosis.findings.list[k];
      print_message("%s\n", f->sentence);
      if (f->rule == RULE_QUEUE_GROWS) grows = f;
    }
    print_message("%s\n", s.diagnosis.failed);
    assert_string_equal(first->component, cases[i].first);
    assert_non_null(grows);
    assert_non_null(strstr(grows->sentence, cases[i].held));
    if (i < 2) assert_non_null(strstr(s.diagnosis.failed, cases[i].held));
    /* Where most hang, that comes first; and its sentence on load does not speak of more. */
    assert_int_equal(s.diagnosis.failed_first, i < 2);
    if (i == 1) assert_non_null(strstr(s.diagnosis.saturates, "it waits for db, which hung"));
    if (i == 2) assert_non_null(strstr(first->sentence, "its cores, which api and job share, are"));
    forget(&s);
  }
}

/* 95 requests/s of 100 kB are 76 of the 80 Mbit/s of a line. 10 MB before it take 1 s to send;
 * where there is room for all, nothing is said of a buffer. */
static void what_a_smaller_buffer_does(void **state) {
  (void)state;
  static const char text[] =
      "client 'u' { arrivals = poisson '95/s', target = 'web', zone = 'a', response = '100kB' }\n"
      "service 'web' { work = '1ms', zone = 'b' }\n"
      "path { from = 'b', to = 'a', latency = '5ms', bandwidth = '80Mbit/s'%s }\n" RUN;
  static const struct {
    const char *key, *said;
  } cases[] = {{"", NULL}, {", buffer = '10MB'", "its 10.0 MB take 1.00 s to send"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char scene[1024];
    snprintf(scene, sizeof scene, text, cases[i].key);
    struct seen s = see(scene);
    const char *finding = s.diagnosis.findings.list[0].sentence;
    print_message("%s\n%s\n", finding, s.diagnosis.buffer);
    assert_int_equal(s.diagnosis.buffer[0] != '\0', cases[i].said != NULL);
    assert_int_equal(strstr(finding, "its full buffer of 10.0 MB holds takes 1.00 s") != NULL,
                     cases[i].said != NULL);
    if (cases[i].said != NULL) assert_non_null(strstr(s.diagnosis.buffer, cases[i].said));
    forget(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_held_up),
                                     cmocka_unit_test(what_a_smaller_buffer_does)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
