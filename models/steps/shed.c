/* shed { when = "queue > 50%", keep = { "paid", "free" } }: turns calls away under load:
 *     SHED */
#include "classes.h"
#include "step.h"

static const struct param params[] = {
    {.name = "when",
     .type = PARAM_TEXT,
     .offset = offsetof(struct shed_config, when),
     .required = true,
     .doc = "\"queue > 50%\": while more than that share of the queue waits (or \"queue > 40\": "
            "more than so many calls), those that come are turned away before they wait. \"wait > "
            "20ms\": CoDel, which turns calls away as a worker takes them up, once all have waited "
            "longer than that for an interval."},
    {.name = "keep",
     .type = PARAM_PRIORITY,
     .offset = offsetof(struct shed_config, keep),
     .doc = "Operations or tiers of users, or what `by` says, from those kept longest to those "
            "that go first. By "
            "queue the last one, and those not named, go from the limit on, the first one only "
            "when the queue is full, others at even steps between. By wait a class is spared for "
            "an interval longer than the next one below."},
    {.name = "by",
     .type = PARAM_ENUM,
     .offset = offsetof(struct shed_config, by),
     .fallback = "any",
     .choices = class_by_names_or_any,
     .doc = "What `keep` lists: operations (op), tiers of users, clients from which requests come, "
            "components that call (caller), or operations and tiers, as each name is one (any)."},
    {.name = "interval",
     .type = PARAM_DURATION,
     .offset = offsetof(struct shed_config, interval_ns),
     .fallback = "100ms",
     .min = 1,
     .max = 1e18,
     .doc = "For wait: how long all have to wait too long before the first is turned away; the "
            "next ones follow after interval / sqrt(n) (RFC 8289: 100 ms)."},
    {0},
};

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  const struct shed_config *c = config;
  struct shed_when when;
  *key = "when";
  if (!shed_parse(c->when, &when, err)) return false;
  *key = "interval";
  if (when.rule != SHED_WAIT && step_states(&step_shed, place, "interval")) {
    return error_set(err, "is for when = \"wait > ...\"; leave it out");
  }
  *key = "by";
  if (c->keep.n == 0 && step_states(&step_shed, place, "by")) {
    return error_set(err, "says what keep lists; give keep, or leave it out");
  }
  *key = NULL;
  if (place->inside != NULL) {
    return error_set(err, "a shed stands at the beginning of a handler, not within another step");
  }
  return true;
}

static void compile(struct assembler *to, const void *config) {
  struct shed_config *c = arena_alloc(to->arena, sizeof *c);
  *c = *(const struct shed_config *)config;
  struct error err;
  if (!shed_parse(c->when, &c->parsed, &err)) return; /* check has said so */
  assemble(to, STEP_SHED)->shed = c;
}

const struct step_def step_shed = {
    .word = {.name = "shed",
             .role = ROLE_STEP,
             .usage = "shed { when = \"queue > 50%\", keep = { \"paid\", \"free\" } }\n"
                      "shed { when = \"wait > 20ms\" }",
             .doc = "Turns calls away under load, with the cause shed (HTTP 503). It stands at "
                    "the beginning of a handler. Each instance judges by its own queue, and a "
                    "crash forgets what CoDel knew. To turn calls away takes no time of a worker. "
                    "CoDel was made for senders that slow down; of others it lets the queue grow "
                    "until its pace has caught up.",
             .params = params},
    .can_be_off = true,
    .config_size = sizeof(struct shed_config),
    .check = check,
    .compile = compile,
};
