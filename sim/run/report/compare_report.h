/* What `archsim compare` prints and writes about a study that has run. */
#ifndef COMPARE_REPORT_H
#define COMPARE_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "compare.h"
#include "study.h"
#include "term.h"

struct compare_options {
  bool all;     /* list also the metrics that are not told apart */
  bool members; /* and those of single members of groups */
};

/* `comparisons` has one entry a design after the first. */
void compare_print(const struct study *study, const struct comparison *comparisons,
                   const struct compare_options *options, const struct term *term);

/* The verdict in words: "B is 38.0 ms +- 6.1 ms faster (112 ms, then 74.0 ms)". To be freed. */
char *compare_sentence(const struct difference *difference, char letter);

/* To be released with json_decref. */
json_t *compare_json(const struct study *study, const struct comparison *comparisons);

/* Adds the step of a comparison over a load to "over" of the tree: { "param", "points" }, as
 * load_curves.h reads it. */
void compare_json_step(json_t *tree, const char *param, const char *value, const struct study *at);

#endif
