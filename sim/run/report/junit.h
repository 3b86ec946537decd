/* Verdicts as JUnit XML, for the test views of GitLab, Jenkins and others.
 *
 * There is no standard; this follows what Ant's and Jenkins' readers accept: testsuites, testsuite,
 * testcase with failure (a goal that is not met), error (a physics check that failed: the numbers
 * are not to be trusted) or skipped (nothing can be said). Each goal is a test case of the class
 * "<scenario>.goals", each physics check one of "<scenario>.physics", each metric of a comparison
 * with a base one of "<scenario>.gate", each situation of a capacity one of "<scenario>.capacity".
 * Each point of a sweep is a test suite (sweep_junit.h). */
#ifndef JUNIT_H
#define JUNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "results.h"
#include "verdict.h"

struct gate; /* gate.h */

enum junit_outcome { JUNIT_PASSED, JUNIT_FAILED, JUNIT_ERROR, JUNIT_SKIPPED };

struct junit_case {
  const char *group; /* "goals" */
  char *name;
  enum junit_outcome outcome;
  char *message; /* may be NULL where it passed */
};

struct junit {
  char *suite; /* the scenario's name, which begins the class of each case */
  char *at;    /* a point, "rate=100/s", which stands behind the name of the suite and of each case,
                * in brackets; NULL: there is none */
  double wall_s;
  uint32_t n;
  struct junit_case *list;
};

/* Of a goal: an undecided one is an error, as of a test that could not find out. */
enum junit_outcome junit_outcome_of(enum verdict verdict, enum undecided undecided);

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

/* A document of several suites, which need not be held at once: only their text is. */
struct junit_document {
  FILE *body;
  char *text;
  size_t length;
  uint32_t cases[JUNIT_SKIPPED + 1]; /* by outcome */
};

/* False if there is no memory for it. */
bool junit_document_begin(struct junit_document *document);
void junit_document_add(struct junit_document *document, const struct junit *suite);
void junit_document_write(const struct junit_document *document, double wall_s, FILE *out);
void junit_document_free(struct junit_document *document);

#endif
