/* A finding: one thing about one component, by one rule of docs/report.md.
 *
 * Findings of the same rule and severity are told together: how many there are, the worst in full,
 * a few others by name. A reader of eighty saturated shards needs one sentence. */
#ifndef FINDING_H
#define FINDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum severity {
  SEVERITY_SATURATED, /* a limit was reached */
  SEVERITY_NEAR,      /* little room is left below it */
  SEVERITY_FAULT,     /* an injected fault, and what it did */
  SEVERITY_STALE,     /* readers got data that were out of date */
};
extern const char *const severity_name[];

/* Of one severity, in the order in which they are told: causes before what follows from them. */
enum rule {
  RULE_IN_VAIN,
  RULE_MISTAKEN,
  RULE_WITHHELD,
  RULE_OUT_OF_MEMORY,
  RULE_RECOVERY,
  RULE_RELAPSE,
  RULE_DEADLOCK,
  RULE_POOL_DEADLOCK,
  RULE_POOL_LEAK,
  RULE_LEAK,
  RULE_WORKERS,
  RULE_PLACES,
  RULE_WIRE,
  RULE_HELD_UP,
  RULE_QUEUE_GROWS,
  RULE_BACKLOG_GROWS,
  RULE_BEHIND,
  RULE_QUEUE_FULL,
  RULE_TOPIC_FULL,
  RULE_NO_QUEUE,
  RULE_CONNECTIONS,
  RULE_PEAK,
  RULE_LOAD_ROSE,
  RULE_DOWN,
  RULE_HUNG,
  RULE_DOWN_OR_HUNG,
  RULE_FAULT,
  RULE_STRUCK,
  RULE_STALE,
  RULES
};

struct finding {
  char *component;   /* or a path: "path.eu.us" */
  char *name;        /* what the sentence calls it */
  const char *limit; /* "workers", "queue", "pool", "bandwidth", "retries", "none" */
  enum severity severity;
  enum rule rule;
  bool root;      /* what limits the whole: others may only wait for it */
  bool victim;    /* it waited for another: within a rule, culprits come first */
  double effect;  /* within a rule, the larger is the worse */
  double second;  /* of those with the same effect */
  char *brief;    /* its number, where it is one of several */
  char *detail;   /* what is to be said of it, without name and full stop */
  char *sentence; /* all of it */
};

struct finding_list {
  uint32_t n;
  struct finding *list;
};

/* Those of one rule and severity, told together. */
struct finding_group {
  enum rule rule;
  enum severity severity;
  uint32_t n;
  const struct finding **list; /* the worst first; of the findings' list */
  char *sentence;
};

struct finding_groups {
  uint32_t n;
  struct finding_group *list;
};

/* `name` NULL: that of the component. `brief` may be NULL. What they point to is copied. */
struct finding *finding_add(struct finding_list *findings, enum rule rule, enum severity severity,
                            const char *component, const char *name);
/* Says what it is; once for each finding. */
void finding_say(struct finding *finding, const char *brief, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* By severity; of these by rule, what limits the whole first among limits; then by effect and name.
 */
void finding_sort(struct finding_list *findings);
void finding_free(struct finding_list *findings);

/* Of sorted findings, which must live as long. */
struct finding_groups finding_group(const struct finding_list *findings);
void finding_groups_free(struct finding_groups *groups);

/* "findings" and "groups" of the diagnosis. */
json_t *finding_json(const struct finding_list *findings);
json_t *finding_groups_json(const struct finding_groups *groups);

#endif
