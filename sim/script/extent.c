#include "extent.h"

#include "sim.h"
#include "spot.h"

/* A sum over all components, and the component that has most of it. */
struct share {
  uint64_t all, most;
  const struct declaration *largest;
  const char *key;
};

static void share_add(struct share *share, uint64_t n, const struct declaration *declaration,
                      const char *key) {
  share->all += n;
  if (n <= share->most) return;
  *share = (struct share){share->all, n, declaration, key};
}

static const struct component_spec *component_of(const struct loader *loader,
                                                 const struct declaration *declaration) {
  const struct spec *spec = &loader->scenario->spec;
  return &spec->component[spec_find(spec, declaration->word->name)];
}

/* Entries of one parameter that are counted apart. */
static uint32_t counted(const struct param *param, const void *config) {
  const void *value = (const char *)config + param->offset;
  if (param->type == PARAM_JOURNEY) return ((const struct journey *)value)->n;
  if (param->type == PARAM_MIX || param->type == PARAM_TIERS) return ((const struct mix *)value)->n;
  if (param->type != PARAM_ARRIVALS) return 0;
  const struct arrival_trace *trace = ((const struct arrivals *)value)->trace;
  return trace ? trace->ops.n : 0;
}

static bool too_much(struct loader *loader, const struct share *share, const char *sentence,
                     uint32_t limit) {
  struct spot component = spot_word(NULL, share->largest->word);
  struct spot key = spot_key(&component, share->key);
  return spot_error(loader, share->key ? &key : &component, sentence,
                    (unsigned long long)share->most, (unsigned long long)share->all, limit);
}

bool extent_check(struct loader *loader) {
  struct share members = {0}, entries = {0}, counts = {0};
  for (uint32_t i = 0; i < loader->components.n; i++) {
    const struct declaration *declaration = &loader->components.list[i];
    const struct component_spec *c = component_of(loader, declaration);
    share_add(&members, c->instances, declaration, NULL);
    for (const struct param *p = c->kind->is_source ? c->kind->params : NULL; p && p->name; p++) {
      uint64_t n = counted(p, c->config);
      share_add(&entries, n, declaration, p->name);
      share_add(&counts, n * c->instances, declaration, p->name);
    }
  }
  if (members.all > MEMBERS_MAX) {
    return too_much(loader, &members,
                    "its %llu instances and those of the others are %llu in all; the limit is %u",
                    MEMBERS_MAX);
  }
  if (entries.all > COUNTED_MAX) {
    return too_much(loader, &entries,
                    "its %llu entries and those of the other clients are %llu in all, and each is "
                    "counted apart; the limit is %u: name fewer, or make one client of several",
                    COUNTED_MAX);
  }
  if (counts.all > COUNTED_MEMBERS_MAX) {
    return too_much(loader, &counts,
                    "its entries times its instances are %llu, and %llu with those of the other "
                    "clients; the limit is %u: name fewer, or have fewer instances with more load",
                    COUNTED_MEMBERS_MAX);
  }
  return true;
}
