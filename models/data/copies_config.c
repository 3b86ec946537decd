/* What users may say about copies. */
#include <math.h>
#include <string.h>

#include "control.h"
#include "copies.h"

#define AT(field) offsetof(struct copies_config, field)

static const char *const write_words[] = {"async", "quorum", "all", "isr", NULL};
static const char *const read_words[] = {"primary", "any", "nearest", NULL};

const struct param copies_params[] = {
    {.name = "n",
     .type = PARAM_COUNT,
     .offset = AT(n),
     .required = true,
     .min = 1,
     .max = HISTORY_COPIES,
     .doc =
         "How many copies there are, the primary among them: pg[1], which is it at first, pg[2]."},
    {.name = "zone",
     .type = PARAM_ZONES,
     .offset = AT(zone),
     .doc = "Where they live: copy i in entry i of the list, which starts over when it ends."},
    {.name = "write",
     .type = PARAM_HOW_MANY,
     .offset = AT(write),
     .fallback = "async",
     .min = 1,
     .max = HISTORY_COPIES,
     .stride = 1,
     .choices = write_words,
     .doc =
         "How many copies, the primary among them, have a write for good before it is answered: "
         "a number, \"quorum\" (more than half), \"all\", or \"isr\" (all that answer at "
         "present); \"async\" waits for none. { 1, fall_back = \"10s\" } is semi-synchronous: it "
         "waits for so many besides the primary, and goes on without them after that time until "
         "one has caught up (MySQL: rpl_semi_sync_source_timeout is 10 s). A copy that has a "
         "write need not show it to readers yet (PostgreSQL: synchronous_commit = on)."},
    {.name = "read",
     .type = PARAM_HOW_MANY,
     .offset = AT(read),
     .fallback = "primary",
     .min = 1,
     .max = 1,
     .choices = read_words,
     .doc = "Which copy a read goes to: the \"primary\"; \"any\" (or 1), drawn for each read; "
            "or the \"nearest\" to the caller by the mean latency of the paths. A crashed one "
            "refuses: nobody goes round it."},
    {.name = "apply",
     .type = PARAM_TIME_DIST,
     .offset = AT(apply),
     .fallback = "0ms",
     .doc = "How long a write holds a worker of each other copy. A copy applies one after the "
            "other, in order, and shares its workers with reads: it lags when they are busy."},
    {.name = "fence",
     .type = PARAM_BOOL,
     .offset = AT(fence),
     .fallback = "false",
     .doc = "Whether the former primary is shut out before another copy becomes primary (power "
            "switched off, lease taken away), wherever it is. Without it one that is only cut off "
            "goes on taking writes from callers that do not reach the new one."},
    {0},
};

const char *const copies_messages[] = {"append", "apply", NULL};

static bool is_given(const struct component_spec *component, const char *key) {
  for (uint32_t i = 0; i < component->givens; i++) {
    if (!strcmp(component->given[i], key)) return true;
  }
  return false;
}

/* Whether some control makes another copy the primary. */
static bool is_promoted(const struct spec *spec, const struct component_spec *component) {
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *other = &spec->component[i];
    for (const struct param *p = other->kind->params; p && p->name; p++) {
      if (p->type != PARAM_ACT) continue;
      const struct control_act *act = (const void *)((const char *)other->config + p->offset);
      if (act->rule == ACT_PROMOTE && &spec->component[act->target] == component) return true;
    }
  }
  return false;
}

bool copies_validate(const struct spec *spec, const struct component_spec *component,
                     const struct copies_config *config, struct error *err) {
  if (!config->given) return true;
  if (is_given(component, "instances")) {
    return error_set(err,
                     "has both instances and copies: copies.n says how many members there are; "
                     "shards that have copies each are databases of their own");
  }
  if (config->zone.n > 0 && is_given(component, "zone")) {
    return error_set(err, "has both zone and copies.zone; say one of them where the copies live");
  }
  const struct how_many *write = &config->write;
  uint64_t most = write->fall_back_ns ? config->n - 1 : config->n;
  if (write->word == HOW_MANY_NUMBER && write->number > most) {
    return error_set(err,
                     "copies.write waits for %llu %s and there are %llu; raise copies.n or lower "
                     "copies.write",
                     (unsigned long long)write->number,
                     write->fall_back_ns ? "copies besides the primary" : "copies",
                     (unsigned long long)most);
  }
  if (config->zone.n > config->n) {
    return error_set(err, "copies.zone names %u zones and copies.n is %llu; a zone would be empty",
                     config->zone.n, (unsigned long long)config->n);
  }
  if (config->fence && !is_promoted(spec, component)) {
    return error_set(err,
                     "has copies.fence and nothing makes another copy the primary; declare a "
                     "control with act = promote { \"%s\" }, or leave fence out",
                     component->name);
  }
  return true;
}
