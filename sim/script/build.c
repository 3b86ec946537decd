#include "build.h"

#include <ctype.h>
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action_def.h"
#include "choice.h"
#include "compose.h"
#include "configure.h"
#include "extent.h"
#include "money.h"
#include "needs.h"
#include "off.h"
#include "program.h"
#include "sim.h"
#include "tenancy.h"

#define STEP_BUDGET 262144u

bool declaration_is_table(struct loader *loader, const struct spot *spot, int index) {
  if (lua_istable(loader->L, index)) return true;
  return value_unexpected(loader, spot, index, "a table { ... }");
}

static struct component_spec *component_of(struct loader *loader, const struct word *word) {
  uint32_t id = spec_find(&loader->scenario->spec, word->name);
  return (struct component_spec *)&loader->scenario->spec.component[id];
}

static bool is_taken(const struct loader *loader, const char *name) {
  if (spec_find(&loader->scenario->spec, name) != REF_NONE) return true;
  return names_find(&loader->regions_by_name, name) != REF_NONE;
}

/* --- names ---------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct component_spec *)a)->name, ((const struct component_spec *)b)->name);
}

static bool name_components(struct loader *loader) {
  const struct declarations *list = &loader->components;
  struct component_spec *component = arena_alloc(loader->arena, (list->n + 1) * sizeof *component);
  bool any_source = false;
  for (uint32_t i = 0; i < list->n; i++) {
    const struct word *word = list->list[i].word;
    component[i] = (struct component_spec){.name = word->name,
                                           .kind = word->kind,
                                           .file = loader->source[word->source]->file,
                                           .line = word->line,
                                           .bypassed = off_is_out(loader, word->name)};
    any_source |= word->kind->is_source || word->kind->by_itself;
  }
  if (list->n) qsort(component, list->n, sizeof *component, by_name);
  loader->scenario->spec.component = component;
  loader->scenario->spec.components = list->n;
  if (any_source) return true;
  return loader_fail(
      loader,
      "%s: nothing makes requests; add a client, such as client \"users\" { arrivals "
      "= poisson \"90/s\", target = ... }",
      loader->scenario->file);
}

/* The value at the top of the stack: the name of a zone. */
static bool read_zone(struct loader *loader, const struct spot *spot, const char **name) {
  if (!value_name(loader, spot, -1, "the name of a zone", name)) return false;
  if (!is_taken(loader, *name)) return true;
  return spot_error(loader, spot,
                    "\"%s\" is the name of a component or region already; zones need names of "
                    "their own, such as \"%s-zone\"",
                    *name, *name);
}

/* One name or a list of names under `key`, added to `names` in their order. */
static bool read_zones(struct loader *loader, const struct spot *spot, int table, const char *key,
                       struct names *names) {
  lua_State *L = loader->L;
  struct spot at = spot_key(spot, key);
  const char *name = NULL;
  bool ok = true;
  lua_getfield(L, table, key);
  if (lua_istable(L, -1)) {
    int list = lua_gettop(L);
    ok = table_check(loader, &at, list, NULL, 0, 10000);
    int n = (int)lua_rawlen(L, list);
    if (ok && n == 0) ok = spot_error(loader, &at, "the list is empty; name a zone");
    for (int i = 1; ok && i <= n; i++) {
      struct spot item = spot_item(&at, i);
      lua_rawgeti(L, list, i);
      ok = read_zone(loader, &item, &name);
      if (ok) names_add(loader, names, name);
      lua_pop(L, 1);
    }
  } else if (!lua_isnil(L, -1)) {
    ok = read_zone(loader, &at, &name);
    if (ok) names_add(loader, names, name);
  }
  lua_pop(L, 1);
  return ok;
}

/* Those in tables of a component's own: copies = { zone = ... }. */
static bool collect_zones_of_groups(struct loader *loader, const struct declaration *declaration,
                                    const struct spot *spot, int table) {
  lua_State *L = loader->L;
  const struct kind *kind = declaration->word->kind;
  bool ok = true;
  for (const struct param *p = kind ? kind->params : NULL; ok && p && p->name; p++) {
    if (p->type != PARAM_GROUP) continue;
    struct spot at = spot_key(spot, p->name);
    lua_getfield(L, table, p->name);
    for (const struct param *q = p->group; ok && q->name && lua_istable(L, -1); q++) {
      if (q->type != PARAM_ZONES) continue;
      ok = read_zones(loader, &at, lua_gettop(L), q->name, &loader->zones_by_name);
    }
    lua_pop(L, 1);
  }
  return ok;
}

static bool collect_zones_of_components(struct loader *loader) {
  for (uint32_t i = 0; i < loader->components.n; i++) {
    const struct declaration *declaration = &loader->components.list[i];
    struct spot spot = spot_word(NULL, declaration->word);
    int table = declaration_push(loader, declaration);
    bool ok = read_zones(loader, &spot, table, "zone", &loader->zones_by_name) &&
              collect_zones_of_groups(loader, declaration, &spot, table);
    lua_pop(loader->L, 1);
    if (!ok) return false;
  }
  return true;
}

static bool read_region(struct loader *loader, const struct declaration *declaration,
                        struct names *zones) {
  static const char *const keys[] = {"zones"};
  struct spot spot = spot_word(NULL, declaration->word);
  int table = declaration_push(loader, declaration);
  bool ok = table_check(loader, &spot, table, keys, 1, 0) &&
            read_zones(loader, &spot, table, "zones", zones);
  if (ok && zones->n == 0) ok = table_missing(loader, &spot, "zones", "a list of names");
  lua_pop(loader->L, 1);
  return ok;
}

/* Regions by name, and to which of them each zone belongs. */
static bool name_regions_and_zones(struct loader *loader) {
  struct spec *spec = &loader->scenario->spec;
  uint32_t n = loader->regions.n;
  struct names *zones = arena_alloc(loader->arena, (n + 1) * sizeof *zones);
  for (uint32_t i = 0; i < n; i++) {
    names_add(loader, &loader->regions_by_name, loader->regions.list[i].word->name);
  }
  names_sort(&loader->regions_by_name);
  for (uint32_t i = 0; i < n; i++) {
    if (!read_region(loader, &loader->regions.list[i], &zones[i])) return false;
    for (uint32_t k = 0; k < zones[i].n; k++) {
      names_add(loader, &loader->zones_by_name, zones[i].list[k]);
    }
  }
  if (!collect_zones_of_components(loader)) return false;
  names_sort(&loader->zones_by_name);
  struct zone_spec *zone = arena_alloc(loader->arena, (loader->zones_by_name.n + 1) * sizeof *zone);
  for (uint32_t i = 0; i < loader->zones_by_name.n; i++) {
    zone[i] = (struct zone_spec){.name = loader->zones_by_name.list[i], .region = REF_NONE};
  }
  for (uint32_t i = 0; i < n; i++) {
    const struct word *word = loader->regions.list[i].word;
    for (uint32_t k = 0; k < zones[i].n; k++) {
      struct zone_spec *z = &zone[names_find(&loader->zones_by_name, zones[i].list[k])];
      struct spot spot = spot_word(NULL, word), at = spot_key(&spot, "zones");
      if (z->region != REF_NONE) {
        return spot_error(loader, &at, "zone \"%s\" is listed twice; a zone lies in one region",
                          z->name);
      }
      z->region = names_find(&loader->regions_by_name, word->name);
      spot_place(loader, &at, &z->file, &z->line);
    }
  }
  spec->zone = zone;
  spec->zones = loader->zones_by_name.n;
  spec->region = loader->regions_by_name.list;
  spec->regions = loader->regions_by_name.n;
  return true;
}

/* Takes out the components that say that they are not there. */
static bool leave_out(struct loader *loader) {
  struct declarations *list = &loader->components;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < list->n; i++) {
    struct spot spot = spot_word(NULL, list->list[i].word), at = spot_key(&spot, "only_if");
    int table = declaration_push(loader, &list->list[i]);
    bool there = true, given = lua_getfield(loader->L, table, "only_if") != LUA_TNIL;
    if (given && lua_type(loader->L, -1) != LUA_TBOOLEAN) {
      return value_unexpected(loader, &at, -1, "true or false, such as only_if = n > 0");
    }
    if (given) there = lua_toboolean(loader->L, -1);
    lua_settop(loader->L, table - 1);
    if (there) {
      list->list[kept++] = list->list[i];
    } else {
      *declarations_add(loader, &loader->left_out) = list->list[i];
    }
  }
  list->n = kept;
  compose_leave_out(loader);
  return true;
}

bool build_names(struct loader *loader) {
  return leave_out(loader) && name_components(loader) && name_regions_and_zones(loader);
}

/* --- components ----------------------------------------------------------------------------- */

/* instances = on_demand { ... }; false on a mistake. */
static bool read_on_demand(struct loader *loader, const struct spot *spot, int table,
                           struct component_spec *component) {
  struct spot at = spot_key(spot, "instances");
  struct on_demand *config = arena_alloc(loader->arena, sizeof *config);
  component->on_demand = config;
  if (!component->kind->on_demand) {
    return spot_error(loader, &at, "on_demand { ... } is for services; a %s has a number of them",
                      component->kind->name);
  }
  lua_getfield(loader->L, table, "instances");
  bool ok =
      choice_read_word(loader, &at, lua_gettop(loader->L), &word_defs[WORD_ON_DEMAND], config);
  lua_pop(loader->L, 1);
  return ok;
}

static bool is_on_demand(struct loader *loader, int table) {
  lua_getfield(loader->L, table, "instances");
  const struct word *word = loader_word(loader->L, -1);
  lua_pop(loader->L, 1);
  return word != NULL && word->id == WORD_ON_DEMAND;
}

static bool place_component(struct loader *loader, const struct spot *spot, int table,
                            struct component_spec *component) {
  struct common_config common = {0};
  struct names zones = {0};
  component->on_demand = NULL;
  if (is_on_demand(loader, table)) {
    common.instances = 1;
    names_add(loader, &loader->given, "instances");
    if (!read_on_demand(loader, spot, table, component)) return false;
  } else if (!configure_key(loader, spot, table, &common_params[0], &common)) {
    return false;
  }
  if (!configure_key(loader, spot, table, &common_params[2], &common) ||
      !configure_key(loader, spot, table, &common_params[3], &common) ||
      !read_zones(loader, spot, table, "zone", &zones)) {
    return false;
  }
  if (component->kind->is_source && (dist_mean(&common.start) > 0 || common.drain_ns > 0)) {
    struct spot key = spot_key(spot, common.drain_ns > 0 ? "drain" : "start");
    return spot_error(loader, &key, "is read only of what can stop; a %s cannot",
                      component->kind->name);
  }
  uint32_t *zone = arena_alloc(loader->arena, (zones.n + 1) * sizeof *zone);
  for (uint32_t i = 0; i < zones.n; i++) {
    zone[i] = names_find(&loader->zones_by_name, zones.list[i]);
  }
  if (zones.n) names_add(loader, &loader->given, "zone");
  component->instances = (uint32_t)common.instances;
  component->start = common.start;
  component->drain_ns = common.drain_ns;
  component->zones = zones.n;
  component->zone = zone;
  if (component->kind->place) component->kind->place(component, loader->arena);
  return true;
}

static bool read_price(struct loader *loader, const struct spot *spot, int table,
                       struct component_spec *component) {
  bool given = lua_getfield(loader->L, table, "price") != LUA_TNIL;
  lua_pop(loader->L, 1);
  component->price = NULL;
  if (!given) return true;
  struct common_config common = {0};
  struct spot at = spot_key(spot, "price");
  if (!configure_key(loader, spot, table, &common_params[4], &common) ||
      !money_check(loader, &at, component, &common.price)) {
    return false;
  }
  struct price *price = arena_alloc(loader->arena, sizeof *price);
  *price = common.price;
  component->price = price;
  return true;
}

static bool read_sessions(struct loader *loader, const struct spot *spot, int table,
                          struct component_spec *component) {
  struct common_config common = {0};
  if (!configure_key(loader, spot, table, &common_params[5], &common)) return false;
  component->sessions = common.sessions == PARAM_UNLIMITED ? 0 : common.sessions;
  if (component->sessions == 0 || !(component->kind->is_source || component->kind->bypass)) {
    return true;
  }
  struct spot key = spot_key(spot, "sessions");
  return spot_error(loader, &key, "is read only of what can hold one; a %s %s",
                    component->kind->name,
                    component->kind->is_source ? "asks for them" : "passes them on");
}

static bool read_component(struct loader *loader, const struct declaration *declaration) {
  static const char *const also[] = {"instances", "zone",     "start",  "drain",
                                     "price",     "sessions", "only_if"};
  const struct word *word = declaration->word;
  struct component_spec *component = component_of(loader, word);
  struct spot spot = spot_word(NULL, word);
  int table = declaration_push(loader, declaration);
  void *config = arena_alloc(loader->arena, word->kind->config_size);
  component->config = config;
  loader->given = (struct names){0};
  bool ok = configure(loader, &spot, table, word->kind->params, config, also, 7, 0) &&
            place_component(loader, &spot, table, component) &&
            read_price(loader, &spot, table, component) &&
            read_sessions(loader, &spot, table, component);
  component->given = loader->given.list;
  component->givens = loader->given.n;
  lua_pop(loader->L, 1);
  return ok;
}

/* Everything is read twice: only when all names of operations are known can they be numbered in
 * the order of the alphabet, so that numbers do not depend on the order of declarations. */
static bool read_components(struct loader *loader) {
  loader->dist_budget = DIST_BUDGET;
  loader->step_budget = STEP_BUDGET;
  loader->csv_budget = CSV_BUDGET;
  if (!compose_read(loader)) return false;
  for (uint32_t i = 0; i < loader->components.n; i++) {
    if (!read_component(loader, &loader->components.list[i])) return false;
  }
  return true;
}

static void number_names(struct loader *loader) {
  struct names *ops = &loader->ops;
  names_sort(ops);
  const char **list = arena_alloc(loader->arena, (ops->n + 1) * sizeof *list);
  list[OP_DEFAULT] = "default";
  for (uint32_t i = 0; i < ops->n; i++) list[i + 1] = ops->list[i];
  loader->scenario->spec.op = list;
  loader->scenario->spec.ops = ops->n + 1;
  names_sort(&loader->tiers);
  loader->scenario->spec.tier = loader->tiers.list;
  loader->scenario->spec.tiers = loader->tiers.n;
  loader->ops_known = true;
}

/* What runs on a host lives where the host does. */
static bool move_in(struct loader *loader, const struct declaration *declaration) {
  struct component_spec *component = component_of(loader, declaration->word);
  uint32_t id = tenancy_host(component);
  if (id == REF_NONE) return true;
  const struct component_spec *host = &loader->scenario->spec.component[id];
  struct spot spot = spot_word(NULL, declaration->word), at = spot_key(&spot, "host");
  if (host->kind->lodging == NULL) {
    return spot_error(loader, &at, "\"%s\" is a %s and no host", host->name, host->kind->name);
  }
  if (host->zones == 0) return true;
  if (component->zones > 0) {
    at = spot_key(&spot, "zone");
    return spot_error(loader, &at, "is that of its host \"%s\"; leave it out", host->name);
  }
  uint32_t *zone = arena_alloc(loader->arena, host->instances * sizeof *zone);
  for (uint32_t i = 0; i < host->instances; i++) zone[i] = host->zone[i % host->zones];
  component->zones = host->instances;
  component->zone = zone;
  return true;
}

/* Whether the sentence names the key: "breaker: say ..", "'retry' needs ..", "has copies.fence". */
static bool speaks_of(const char *sentence, const char *key) {
  size_t length = strlen(key);
  for (const char *at = sentence; (at = strstr(at, key)) != NULL; at++) {
    bool begins = at == sentence || at[-1] == '\'' || (at[-1] == ' ' && strchr(key, '.'));
    if (begins && !isalnum((unsigned char)at[length]) && at[length] != '_') return true;
  }
  return false;
}

#define TABLES_DEEP 8

/* Told of the component, at the line of the key that the kind finds fault with: of those that the
 * sentence names the one with the longest name. */
static bool refuse(struct loader *loader, const struct declaration *declaration,
                   const char *sentence) {
  const struct component_spec *component = component_of(loader, declaration->word);
  struct spot at[TABLES_DEEP] = {spot_word(NULL, declaration->word)};
  const char *named = "";
  for (uint32_t i = 0; i < component->givens; i++) {
    const char *key = component->given[i];
    if (strlen(key) > strlen(named) && speaks_of(sentence, key)) named = key;
  }
  int n = 0;
  while (*named && n + 1 < TABLES_DEEP) {
    size_t length = strcspn(named, ".");
    at[n + 1] = spot_key(&at[n], arena_format(loader->arena, "%.*s", (int)length, named));
    named += length + (named[length] == '.');
    n++;
  }
  return spot_error_at(loader, &at[n], &at[0], "%s", sentence);
}

static bool validate(struct loader *loader, const struct declaration *declaration) {
  const struct component_spec *component = component_of(loader, declaration->word);
  struct error why = {0};
  if (component->kind->validate == NULL ||
      component->kind->validate(&loader->scenario->spec, component, &why)) {
    return true;
  }
  return refuse(loader, declaration, why.text);
}

/* What controls do may change whom it is done to. */
static bool prepare(struct loader *loader) {
  struct error why = {0};
  uint32_t culprit = 0;
  struct spec *spec = &loader->scenario->spec;
  struct component_spec *component = (struct component_spec *)spec->component;
  if (actions_prepare(spec, component, &culprit, &why)) return true;
  const char *name = component[culprit].name;
  for (uint32_t i = 0; i < loader->components.n; i++) {
    const struct word *word = loader->components.list[i].word;
    if (strcmp(word->name, name) != 0) continue;
    struct spot spot = spot_word(NULL, word), at = spot_key(&spot, "act");
    return spot_error(loader, &at, "%s", why.text);
  }
  return false;
}

static bool anybody_stays(const struct spec *spec) {
  for (uint32_t c = 0; c < spec->components; c++) {
    const struct component_spec *component = &spec->component[c];
    if (component->kind->stays && component->kind->stays(component->config)) return true;
  }
  return false;
}

/* Places for sessions that nobody asks for. */
static bool check_sessions(struct loader *loader) {
  if (anybody_stays(&loader->scenario->spec)) return true;
  for (uint32_t i = 0; i < loader->components.n; i++) {
    const struct declaration *declaration = &loader->components.list[i];
    if (component_of(loader, declaration->word)->sessions == 0) continue;
    struct spot spot = spot_word(NULL, declaration->word), at = spot_key(&spot, "sessions");
    if (!needs_tell_session(loader, &at)) return false;
  }
  return true;
}

bool build_components(struct loader *loader) {
  if (!read_components(loader)) return false;
  number_names(loader);
  if (!read_components(loader) || !prepare(loader) || !extent_check(loader)) return false;
  program_survey(&loader->scenario->spec);
  for (uint32_t i = 0; i < loader->components.n; i++) {
    if (!move_in(loader, &loader->components.list[i])) return false;
    if (!validate(loader, &loader->components.list[i])) return false;
  }
  return check_sessions(loader);
}

/* --- run ------------------------------------------------------------------------------------ */

static bool read_warmup(struct loader *loader, const struct spot *spot, int table,
                        struct run_settings *run) {
  lua_State *L = loader->L;
  struct spot at = spot_key(spot, "warmup");
  bool ok = true;
  lua_getfield(L, table, "warmup");
  run->warmup_auto =
      lua_isnil(L, -1) || (lua_type(L, -1) == LUA_TSTRING && !strcmp(lua_tostring(L, -1), "auto"));
  if (!run->warmup_auto) {
    ok = value_duration(loader, &at, -1, &run->warmup_ns);
    if (ok && run->warmup_ns >= run->duration_ns) {
      ok = spot_error(loader, &at, "must be shorter than the duration, of which it is the start");
    }
  }
  lua_pop(L, 1);
  return ok;
}

#define MAX_REPLICATIONS 1000u /* adding ends there if nothing is said */

static bool read_precision(struct loader *loader, const struct spot *spot,
                           const struct run_config *config, struct run_settings *run) {
  struct spot at = spot_key(spot, "max_replications");
  run->precision = config->precision;
  run->max_replications = MAX_REPLICATIONS;
  if (run->replications > MAX_REPLICATIONS) run->max_replications = run->replications;
  if (config->max_replications == 0) return true;
  if (config->precision == 0) {
    return spot_error(loader, &at, "says nothing without precision, such as \"2%%\"");
  }
  run->max_replications = (uint32_t)config->max_replications;
  if (run->max_replications >= run->replications) return true;
  return spot_error(loader, &at, "must not be below replications, which is %u", run->replications);
}

bool build_run(struct loader *loader) {
  static const char *const also[] = {"warmup"};
  lua_State *L = loader->L;
  struct word none = {.id = WORD_RUN, .text = "run", .source = NO_SOURCE};
  bool given = loader->runs.n > 0;
  struct spot spot = spot_word(NULL, given ? loader->runs.list[0].word : &none);
  if (given) {
    declaration_push(loader, &loader->runs.list[0]);
  } else {
    lua_newtable(L);
  }
  int table = lua_gettop(L);
  struct run_config config = {0};
  struct run_settings *run = &loader->scenario->run;
  bool ok = declaration_is_table(loader, &spot, table) &&
            configure(loader, &spot, table, word_defs[WORD_RUN].params, &config, also, 1, 0);
  run->duration_ns = config.duration_ns;
  run->replications = (uint32_t)config.replications;
  run->antithetic = config.antithetic;
  run->seed = config.seed;
  if (given) {
    run->file = loader->source[spot.word->source]->file;
    run->line = spot.word->line;
  }
  ok = ok && read_warmup(loader, &spot, table, run) && read_precision(loader, &spot, &config, run);
  lua_pop(L, 1);
  return ok;
}
