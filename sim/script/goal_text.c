#include "goal_text.h"

#include <lauxlib.h>
#include <string.h>

#include "build.h"
#include "configure.h"
#include "fault_def.h"
#include "kind.h"
#include "nearest.h"
#include "wanted.h"

/* The fault of this name, which stands at `key`; NULL: there is none, which is told. */
static const struct fault_spec *find_fault(struct loader *loader, const struct spot *spot,
                                           const char *key, const char *name) {
  const struct spec *spec = &loader->scenario->spec;
  struct spot at = spot_key(spot, key);
  const char **list = arena_alloc(loader->arena, (spec->faults + 1) * sizeof *list);
  for (uint32_t i = 0; i < spec->faults; i++) {
    if (strcmp(spec->fault[i].name, name) == 0) return &spec->fault[i];
    list[i] = spec->fault[i].name;
  }
  for (uint32_t i = 0; i < spec->faults; i++) { /* "crash db" for that of a member, "crash db[2]" */
    if (strncmp(list[i], name, strlen(name)) != 0) continue;
    spot_error(loader, &at, "there is no fault \"%s\"; did you mean '%s'?", name, list[i]);
    return NULL;
  }
  spot_error(loader, &at, "there is no fault \"%s\"%s", name,
             nearest_hint(name, list, spec->faults, "there are").text);
  return NULL;
}

/* Metrics tell faults apart by letters and digits alone. */
static bool has_own_word(struct loader *loader, const struct spot *spot, const char *key,
                         const struct fault_spec *fault) {
  const struct spec *spec = &loader->scenario->spec;
  const char *word = wanted_fault_word(loader->arena, fault->name);
  for (uint32_t i = 0; i < spec->faults; i++) {
    const char *other = spec->fault[i].name;
    if (other == fault->name || strcmp(wanted_fault_word(loader->arena, other), word) != 0)
      continue;
    struct spot at = spot_key(spot, key);
    return spot_error(loader, &at,
                      "the faults \"%s\" and \"%s\" differ in signs alone that metrics do not "
                      "tell; give one a 'name' of its own",
                      fault->name, other);
  }
  return true;
}

/* The client that a metric is of; NULL: it is of none, which is told. */
static const struct component_spec *find_client(struct loader *loader, const struct spot *spot,
                                                const char *metric) {
  const struct spec *spec = &loader->scenario->spec;
  const char *name = arena_format(loader->arena, "%.*s", (int)strcspn(metric, "."), metric);
  uint32_t id = spec_find(spec, name);
  const char *rest = metric + strlen(name);
  bool part = strncmp(rest, ".op.", 4) == 0 || strncmp(rest, ".tier.", 6) == 0 ||
              strncmp(rest, ".journey.", 9) == 0;
  if (id != REF_NONE && spec->component[id].kind->is_source && *rest == '.' && !part) {
    return &spec->component[id];
  }
  const char **list = arena_alloc(loader->arena, (spec->components + 1) * sizeof *list);
  uint32_t n = 0;
  for (uint32_t i = 0; i < spec->components; i++) {
    if (spec->component[i].kind->is_source) list[n++] = spec->component[i].name;
  }
  spot_error(loader, spot, "\"%.120s\": it takes a metric of a client%s%s", metric,
             part ? ", and not of an operation or a tier" : "",
             nearest_hint(name, list, n, "there are").text);
  return NULL;
}

static bool read_during(struct loader *loader, const struct spot *spot, const char *text,
                        const struct goal_config *config, struct goal_text *out) {
  while (*text == ' ') text++;
  const struct component_spec *client = find_client(loader, spot, text);
  if (client == NULL) return false;
  const struct fault_spec *fault = find_fault(loader, spot, "during", config->during);
  if (fault == NULL || !has_own_word(loader, spot, "during", fault)) return false;
  if (fault->type->at_once) {
    struct spot at = spot_key(spot, "during");
    return spot_error(loader, &at, "\"%s\" happens at once and holds for no time", fault->name);
  }
  out->metric =
      arena_format(loader->arena, "%s.during.%s%s", client->name,
                   wanted_fault_word(loader->arena, fault->name), text + strlen(client->name));
  out->shown = arena_format(loader->arena, "%s during %s", text, fault->name);
  return true;
}

/* A fault that ends, early enough that the time allowed is within the run. */
static bool ends_in_time(struct loader *loader, const struct spot *spot,
                         const struct fault_spec *fault, uint64_t within_ns) {
  struct spot at = spot_key(spot, "after");
  if (!fault->recurring && fault->forever && !fault->type->at_once) {
    return spot_error(loader, &at, "\"%s\" never ends, so that nothing comes after it",
                      fault->name);
  }
  if (fault->recurring || fault->lasts.kind != DIST_CONSTANT) return true;
  double lasts_ns = fault->type->at_once ? 0 : dist_mean(&fault->lasts);
  double needed_ns = (double)fault->at_ns + lasts_ns + (double)within_ns;
  if (needed_ns <= (double)loader->scenario->run.duration_ns) return true;
  return spot_error(loader, &at,
                    "the run ends before it is known whether the time after \"%s\" suffices: it "
                    "takes %.6g s",
                    fault->name, needed_ns / 1e9);
}

static bool read_recovers(struct loader *loader, const struct spot *spot, int table,
                          const struct goal_config *config, struct goal_text *out) {
  struct spot at = spot_key(spot, "recovers");
  if (config->after == NULL || config->within_ns == 0) {
    return spot_error(loader, spot,
                      "'recovers' takes 'within', a time, and 'after', the name of a fault");
  }
  const struct component_spec *client = find_client(loader, &at, config->recovers);
  if (client == NULL) return false;
  const char *metric = config->recovers + strlen(client->name) + 1;
  if (strcmp(metric, "throughput") == 0) metric = "goodput"; /* the same */
  if (strcmp(metric, "goodput") != 0 && strcmp(metric, "availability") != 0) {
    return spot_error(loader, &at, "is about goodput or availability; got '%s'", metric);
  }
  const struct fault_spec *fault = find_fault(loader, spot, "after", config->after);
  if (fault == NULL || !has_own_word(loader, spot, "after", fault) ||
      !ends_in_time(loader, spot, fault, config->within_ns)) {
    return false;
  }
  lua_getfield(loader->L, table, "within");
  const char *within = arena_text(loader->arena, lua_tostring(loader->L, -1));
  lua_pop(loader->L, 1);
  out->metric = arena_format(loader->arena, "%s.recovers.%s.%s <= %s", client->name,
                             wanted_fault_word(loader->arena, fault->name), metric, within);
  out->shown = arena_format(loader->arena, "%s recovers within %s after %s", config->recovers,
                            within, fault->name);
  return true;
}

static bool read_table(struct loader *loader, const struct spot *spot, int table,
                       struct goal_text *out) {
  static const char expected[] = "a text such as \"users.latency.p99 < 250ms\"";
  struct goal_config config = {0};
  if (!configure(loader, spot, table, word_defs[WORD_GOAL].params, &config, NULL, 0, 1)) {
    return false;
  }
  lua_rawgeti(loader->L, table, 1);
  bool has_text = !lua_isnil(loader->L, -1);
  const char *text = NULL;
  bool ok = !has_text || value_text(loader, spot, lua_gettop(loader->L), expected, &text);
  lua_pop(loader->L, 1);
  if (!ok) return false;
  bool recovers = config.recovers != NULL;
  if (recovers == has_text || recovers == (config.during != NULL)) {
    return spot_error(loader, spot,
                      "expected %s with 'during', or 'recovers' with 'within' and 'after'",
                      expected);
  }
  if (recovers) return read_recovers(loader, spot, table, &config, out);
  if (config.after != NULL || config.within_ns != 0) {
    return spot_error(loader, spot, "'within' and 'after' belong to 'recovers'");
  }
  return read_during(loader, spot, text, &config, out);
}

bool goal_text_read(struct loader *loader, const struct declaration *declaration,
                    struct goal_text *out) {
  struct spot spot = spot_word(NULL, declaration->word);
  int index = declaration_push(loader, declaration);
  bool ok = lua_istable(loader->L, index)
                ? read_table(loader, &spot, index, out)
                : value_text(loader, &spot, index, "a text such as \"users.latency.p99 < 250ms\"",
                             &out->metric);
  lua_pop(loader->L, 1);
  return ok;
}
