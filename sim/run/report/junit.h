/* Verdicts as JUnit XML, for the test views of GitLab, Jenkins and others.
 *
 * There is no standard; this follows what Ant's and Jenkins' readers accept: testsuites, testsuite,
 * testcase with failure (a goal that is not met), error (a physics check that failed: the numbers
 * are not to be trusted) or skipped (nothing can be said). Each goal is a test case of the class
 * "<scenario>.goals", each physics check one of "<scenario>.physics", each metric of a comparison
 * with a base one of "<scenario>.gate", each situation of a capacity one of "<scenario>.capacity".
 */
#ifndef JUNIT_H
#define JUNIT_H

#include <stdio.h>

#include "gate.h"
#include "results.h"

enum junit_outcome { JUNIT_PASSED, JUNIT_FAILED, JUNIT_ERROR, JUNIT_SKIPPED };

struct junit_case {
  const char *group; /* "goals" */
  char *name;
  enum junit_outcome outcome;
  char *message; /* may be NULL where it passed */
};

struct junit {
  char *suite; /* the scenario's name */
  double wall_s;
  uint32_t n;
  struct junit_case *list;
};

/* Texts may hold anything; what XML does not allow is replaced. */
void junit_begin(struct junit *junit, const char *suite, double wall_s);
void junit_add(struct junit *junit, const char *group, const char *name, enum junit_outcome outcome,
               const char *message);
/* Goals and checks. */
void junit_add_results(struct junit *junit, const struct results *results,
                       enum undecided undecided);
void junit_add_gate(struct junit *junit, const struct gate *gate);
void junit_write(const struct junit *junit, FILE *out);
void junit_free(struct junit *junit);

#endif
