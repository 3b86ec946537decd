#include "cache_config.h"

#include <math.h>
#include <string.h>

#include "outbound_params.h"
#include "owners.h"

static const char *const expire_choices[] = {"after_write", "after_access", NULL};
static const char *const invalidate_choices[] = {"never", "on_write", NULL};

/* What each does stands in its file; here is what a user chooses by. */
#define POLICY_DOC                                                                                \
  "Which entry makes room. lru: the one not used for longest. fifo: the one stored first. "       \
  "random: "                                                                                      \
  "any. clock: the one stored first that was not used since it was last passed over. lfu: the "   \
  "one "                                                                                          \
  "used least since it was stored. arc: by last use, in two lists, of what was used once and "    \
  "more "                                                                                         \
  "often, whose shares adapt (Megiddo, Modha, 2003). wtinylfu: a small window by last use, then " \
  "only what is asked for more often than what would go (Caffeine, with a fixed window). sieve: " \
  "one hand over a queue (Zhang et al., 2024). s3fifo: a small queue before the main one (Yang "  \
  "et "                                                                                           \
  "al., 2023). perfect_lfu: all keys ever asked for are counted and only the most frequent ones " \
  "kept: no real cache, a bound to compare with (Breslau et al., 1999)."

bool cache_passes(const struct cache_config *config, int op) {
  for (uint32_t i = 0; i < config->passes.n; i++) {
    if (config->passes.ops[i] == op) return true;
  }
  return false;
}

/* A write goes to the origin anyway, and tells the cache what it kept is out of date. */
static bool passes_valid(const struct spec *spec, const struct cache_config *config,
                         struct error *err) {
  for (uint32_t i = 0; i < config->passes.n; i++) {
    int op = config->passes.ops[i];
    if (data_op_of(spec, config->origin, op) != DATA_WRITE) continue;
    return error_set(err,
                     "'passes' has '%s', which \"%s\" takes as a write: that goes to the origin "
                     "anyway; leave it out",
                     spec->op[op], spec->component[config->origin].name);
  }
  return true;
}

static const struct refused per_refused[] = {
    {"key",
     "a cache keeps what it has by key in any case; leave per out, for one that is everybody's"},
    {0},
};

static bool has_copies(const struct component_spec *component) {
  const struct param *p = component->kind->params;
  while (p->name && (strcmp(p->name, "copies") != 0 || p->type != PARAM_GROUP)) p++;
  return p->name && *(const bool *)((const char *)component->config + p->offset);
}

/* What needs one store, or one who hears of all. */
static bool per_valid(const struct cache_config *config, uint32_t instances, struct error *err) {
  if (config->per == WHOM_ALL) return true;
  const char *per = whom_names_but_key[config->per];
  if (config->write.policy == WRITE_BACK) {
    return error_set(
        err,
        "with write = back and per = \"%s\" several could hold different writes of one "
        "key, and which of them is lost is not followed; say write = through, or "
        "leave per out",
        per);
  }
  if (instances > 1) {
    return error_set(
        err, "instances and per = \"%s\" do not go together here; leave one of them out", per);
  }
  if (config->per != WHOM_CALLER && config->invalidate == INVALIDATE_ON_WRITE) {
    return error_set(err,
                     "nobody tells caches that belong to a %s of writes; leave invalidate out, or "
                     "use per = \"caller\"",
                     per);
  }
  return true;
}

bool cache_validate(const struct spec *spec, const struct component_spec *component,
                    struct error *err) {
  const struct cache_config *config = component->config;
  if (!second_best_valid(&config->fallback, err)) return false;
  if (dist_mean(&config->object_size) > 0 && !config->capacity.in_bytes) {
    return error_set(err,
                     "object_size means nothing where capacity is a number of entries; say "
                     "capacity = \"512MiB\", or leave object_size out");
  }
  if (config->write.policy == WRITE_BACK) {
    const struct component_spec *origin = &spec->component[config->origin];
    if (!origin->kind->data_op) {
      return error_set(err,
                       "write = back needs an origin that keeps data, and \"%s\" is a %s; name a "
                       "database",
                       origin->name, origin->kind->name);
    }
    if (has_copies(origin)) {
      return error_set(err,
                       "write = back in front of a database with copies is not modelled; leave "
                       "out copies, or write back");
    }
    if (config->invalidate == INVALIDATE_ON_WRITE) {
      return error_set(err,
                       "write = back and invalidate = \"on_write\" do not go together: the cache "
                       "is the first to know of a write; leave invalidate out");
    }
  }
  if (config->warm && data_most_keys(spec) == 0) {
    return error_set(err,
                     "warm means nothing where no client has keys; give one keys, or leave "
                     "warm out");
  }
  if (config->warm && config->capacity.in_bytes && dist_mean(&config->object_size) <= 0) {
    return error_set(err,
                     "warm needs to know how large values are; add object_size, or give "
                     "capacity as a number of entries");
  }
  if (!passes_valid(spec, config, err)) return false;
  return per_valid(config, component->instances, err) && outbound_valid(&config->calls, err);
}

/* Whether it holds a key is not known beforehand; a write always goes to the origin. */
void cache_outline(const struct spec *spec, const struct component_spec *component, int op,
                   struct outline *out) {
  const struct cache_config *config = component->config;
  out->by_key = true;
  whom_outline(config->per, out);
  outline_work(out, &config->hit_time);
  bool writes = data_op_of(spec, config->origin, op) == DATA_WRITE;
  if (!writes && !cache_passes(config, op)) {
    struct outline_step *miss = outline_add(out, OUTLINE_BRANCH);
    miss->chance = NAN;
    miss->while_empty = !config->warm;
    miss->target = 3;
  }
  if (writes && config->write.policy == WRITE_BACK) { /* later, and less often */
    outline_add(out, OUTLINE_REPLY);
    struct outline_step *some = outline_add(out, OUTLINE_BRANCH);
    some->chance = NAN;
    some->target = 4;
  }
  outline_add(out, OUTLINE_CALLS);
  struct outline_call *call = outline_add_call(out, config->origin, op, config->calls.timeout_ns);
  outbound_outline(&config->calls, call);
  outline_add(out, OUTLINE_END);
}

#define AT(field) offsetof(struct cache_config, field)

const struct param cache_params[] = {
    {.name = "capacity",
     .type = PARAM_ROOM,
     .offset = AT(capacity),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "What one instance holds: so many entries, or so many bytes of values. What is larger "
            "than all of it is not kept."},
    {.name = "object_size",
     .type = PARAM_SIZE_DIST,
     .offset = AT(object_size),
     .min = 1,
     .max = INFINITY,
     .needs = "capacity",
     .doc = "Size of a value where the capacity is in bytes: drawn once for each key. Without it a "
            "value is as large as the answer of the origin (the client's `response`, or the sizes "
            "of a trace); one whose size nobody says is not kept."},
    {.name = "policy",
     .type = PARAM_ENUM,
     .offset = AT(policy),
     .fallback = "lru",
     .choices = policy_names,
     .needs = "capacity",
     .doc = POLICY_DOC},
    {.name = "ttl",
     .type = PARAM_TTL,
     .offset = AT(ttl),
     .fallback = "never",
     .max = INFINITY,
     .doc = "How long an entry is good. With { \"60s\", jitter = \"10%\" } each is good for a time "
            "drawn evenly between 54 and 66 s, so that what was stored at once does not end at "
            "once."},
    {.name = "expire",
     .type = PARAM_ENUM,
     .offset = AT(expire),
     .fallback = "after_write",
     .choices = expire_choices,
     .needs = "ttl",
     .doc = "From when the time to live counts: from when the entry was stored (Redis, memcached, "
            "Caffeine's expireAfterWrite), or from its last hit (expireAfterAccess, sessions)."},
    {.name = "stale",
     .type = PARAM_DURATION,
     .offset = AT(stale_ns),
     .fallback = "0s",
     .needs = "ttl",
     .doc =
         "For how long after its time an entry still answers, while the cache asks the origin once "
         "on its own account (RFC 5861, stale-while-revalidate); if that fails it goes on "
         "answering until this is over (stale-if-error)."},
    {.name = "early",
     .type = PARAM_NUMBER,
     .offset = AT(early),
     .fallback = "0",
     .max = 100,
     .needs = "ttl",
     .doc =
         "Beta of XFetch: a hit close to the end of its time may ask the origin as a miss does, "
         "the "
         "more likely the closer it is and the longer calls to the origin take, which is averaged "
         "over the instance (Vattani et al., Optimal probabilistic cache stampede prevention, "
         "2015: 1)."},
    {.name = "negative",
     .type = PARAM_DURATION,
     .offset = AT(negative_ns),
     .fallback = "0s",
     .doc =
         "How long an error of the origin is kept and answered again (CloudFront keeps errors for "
         "10 s unless told otherwise)."},
    {.name = "single_flight",
     .type = PARAM_BOOL,
     .offset = AT(single_flight),
     .fallback = "false",
     .doc =
         "Whether misses on a key that the origin is being asked for wait for that answer, good or "
         "bad, instead of asking too (golang.org/x/sync/singleflight, nginx's proxy_cache_lock)."},
    {.name = "warm",
     .type = PARAM_BOOL,
     .offset = AT(warm),
     .fallback = "false",
     .doc =
         "Whether it begins full: at time 0 and after a crash it holds the current values of the "
         "clients' keys 1, 2 and so on, of which the first are the most popular, with the rest of "
         "their time drawn evenly (a dump that was loaded, such as Redis's RDB file). Of a group, "
         "those that live on it; behind a load balancer each instance holds the first of all."},
    {.name = "origin",
     .type = PARAM_REF,
     .offset = AT(origin),
     .required = true,
     .missing = "name what is asked on a miss. A cache that an application fills itself "
                "(cache-aside) is written as one before its database, and what is asked while it "
                "is down as the caller's fallback = { call \"db\" }; a store with nothing behind "
                "it is a database",
     .doc = "Component that is asked on a miss and that receives writes. Of a cache that an "
            "application fills itself (cache-aside) it is what the application would ask."},
    {.name = "passes",
     .type = PARAM_OPS,
     .offset = AT(passes),
     .doc = "Operations whose answers are never kept, such as { \"buy\" }: they go through to the "
            "origin (Cache-Control: no-store, nginx's proxy_cache_bypass). All others are kept "
            "by the key alone, whatever the operation, except writes."},
    {.name = "write",
     .type = PARAM_WRITES,
     .offset = AT(write),
     .fallback = "around",
     .off = "around",
     .doc =
         "What becomes of a write that comes through the cache. around: it goes to the origin, and "
         "when that succeeded the key is removed (as in cache-aside). through: what was written is "
         "kept then. back { flush = \"1s\" }: it is acknowledged at once, and each key that was "
         "written since is written to the origin every `flush`, or when it makes room; what was "
         "not is lost in a crash."},
    {.name = "invalidate",
     .type = PARAM_ENUM,
     .offset = AT(invalidate),
     .fallback = "never",
     .off = "never",
     .choices = invalidate_choices,
     .doc = "Whether the cache hears of writes that pass it by: never, or at the instant at which "
            "the database acknowledges them (on_write, as with change data capture and no delay), "
            "and removes the key. One that is down or hangs hears nothing."},
    {.name = "per",
     .type = PARAM_ENUM,
     .offset = AT(per),
     .fallback = "all",
     .off = "all",
     .choices = whom_names_but_key,
     .refused = per_refused,
     .doc =
         "Whose cache it is: everybody's; or each user has one, as in their browser; or those of "
         "each tier of users, or the users of each client, share one; or each "
         "member that calls it has one, as in its process (Caffeine, node-cache). Writing "
         "back is left out then. With `warm` each begins full when its owner first asks."},
    {.name = "hit_time",
     .type = PARAM_TIME_DIST,
     .offset = AT(hit_time),
     .fallback = "0ms",
     .doc = "How long a look-up takes, hit or miss."},
    OUTBOUND_PARAMS(struct cache_config, calls),
    SECOND_BEST_PARAM(struct cache_config, fallback),
    {0},
};
