#include "fault_name.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "dist_make.h"
#include "dist_order.h"

bool fault_name_is_used(const struct fault_spec *faults, uint32_t n, const char *name) {
  for (uint32_t i = 0; i < n; i++) {
    if (faults[i].name && !strcmp(faults[i].name, name)) return true;
  }
  return false;
}

/* What an unnamed fault is called at first: "crash web[2]". */
static const char *plain_name(struct loader *loader, const struct harm *harm) {
  if (!harm->second) return arena_format(loader->arena, "%s %s", harm->word->text, harm->first);
  return arena_format(loader->arena, "%s %s %s", harm->word->text, harm->first, harm->second);
}

/* "crash web[2] at 9s": for a second one of the same kind at the same place. */
static const char *full_name(struct loader *loader, const struct fault_spec *fault,
                             const char *plain) {
  struct dist at = dist_constant((double)fault->at_ns);
  char when[160];
  dist_describe(fault->recurring ? &fault->mttf : &at, true, when, sizeof when);
  if (fault->recurring) return arena_format(loader->arena, "%s mttf %s", plain, when);
  when[strcspn(when, ")")] = '\0';
  return arena_format(loader->arena, "%s at %s", plain, when + strlen("constant("));
}

/* An unnamed fault, and where its name is to be put. */
struct nameless {
  const char *plain;
  struct fault_spec *fault;
};

static int order_of(double a, double b) {
  return (a > b) - (a < b);
}

/* By their keys: two of the same plain name have the same ones. */
static int by_values(const struct fault_spec *a, const struct fault_spec *b) {
  int by = 0;
  for (const struct param *p = a->type->word.params; p->name && by == 0; p++) {
    const void *x = (const char *)a + p->offset, *y = (const char *)b + p->offset;
    if (p->type == PARAM_BOOL) {
      by = *(const bool *)x - *(const bool *)y;
    } else if (p->type == PARAM_TIME_DIST) {
      by = dist_order(x, y);
    } else if (p->type == PARAM_ENUM) {
      by = order_of(*(const uint32_t *)x, *(const uint32_t *)y);
    } else if (p->type == PARAM_DURATION) {
      by = (*(const uint64_t *)x > *(const uint64_t *)y) -
           (*(const uint64_t *)x < *(const uint64_t *)y);
    } else {
      assert(p->type == PARAM_NUMBER || p->type == PARAM_RATIO);
      by = order_of(*(const double *)x, *(const double *)y);
    }
  }
  return by;
}

/* By all that tells two faults of the same plain name apart. */
static int by_content(const void *left, const void *right) {
  const struct nameless *x = left, *y = right;
  const struct fault_spec *a = x->fault, *b = y->fault;
  int by = strcmp(x->plain, y->plain);
  if (by == 0) by = order_of(a->recurring, b->recurring);
  if (by == 0) by = (a->at_ns > b->at_ns) - (a->at_ns < b->at_ns);
  if (by == 0) by = dist_order(&a->mttf, &b->mttf);
  if (by == 0) by = order_of(a->forever, b->forever);
  if (by == 0) by = dist_order(&a->lasts, &b->lasts);
  return by ? by : by_values(a, b);
}

void faults_name(struct loader *loader, const struct harm *harm, struct fault_spec *faults,
                 uint32_t n) {
  struct nameless *list = arena_alloc(loader->arena, (n + 1) * sizeof *list);
  uint32_t found = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (faults[i].name) continue;
    list[found++] = (struct nameless){plain_name(loader, &harm[i]), &faults[i]};
  }
  if (found) qsort(list, found, sizeof *list, by_content);
  for (uint32_t i = 0; i < found; i++) {
    const char *name = list[i].plain;
    if (fault_name_is_used(faults, n, name)) name = full_name(loader, list[i].fault, name);
    const char *numbered = name;
    for (unsigned k = 2; fault_name_is_used(faults, n, numbered); k++) {
      numbered = arena_format(loader->arena, "%s #%u", name, k);
    }
    list[i].fault->name = numbered;
  }
}
