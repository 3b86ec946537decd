/* fault { crash "web[2]", at = "60s", lasts = "30s" } and what it breaks. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "configure.h"
#include "dist.h"
#include "fault_def.h"
#include "fault_name.h"
#include "fault_target.h"
#include "registry.h"
#include "sim.h"

#define DOMAINS_DEEP 8 /* lists in lists */
#define PLACES_MOST 1000

/* --- what happens to them ------------------------------------------------------------------- */

/* What its second value without a key stands for, where that is no place. */
static const struct param *fault_value(const struct fault_def *def) {
  const struct param *second = def->word.second;
  return second && second->type != PARAM_TEXT ? second : NULL;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "db[2] + rack1", whatever the order in which they stand. */
static const char *joint_name(struct loader *loader, const char **text, size_t n) {
  qsort(text, n, sizeof *text, by_text);
  const char *name = text[0];
  for (size_t i = 1; i < n; i++) name = arena_format(loader->arena, "%s + %s", name, text[i]);
  return name;
}

/* What a group names, and every list in it: a tree of failure domains fails with all below it. */
struct group_list {
  struct fault_target *target;
  const char **text;
  uint32_t n, room;
};

static void add_target(struct loader *loader, struct group_list *list, struct fault_target target,
                       const char *text) {
  if (list->n == list->room) {
    struct group_list old = *list;
    list->room = old.room ? 2 * old.room : 8;
    list->target = arena_alloc(loader->arena, list->room * sizeof *list->target);
    list->text = arena_alloc(loader->arena, list->room * sizeof *list->text);
    if (old.n > 0) memcpy(list->target, old.target, old.n * sizeof *old.target);
    if (old.n > 0) memcpy(list->text, old.text, old.n * sizeof *old.text);
  }
  list->target[list->n] = target;
  list->text[list->n++] = text;
}

/* A list of places that is being read, and those that it is in. */
struct domain {
  const void *table;
  const struct domain *outer;
};

static bool is_in_itself(const struct domain *domain) {
  const struct domain *outer = domain->outer;
  while (outer && outer->table != domain->table) outer = outer->outer;
  return outer != NULL;
}

/* The list at the top of the stack. */
static bool read_domain(struct loader *loader, const struct spot *spot, int depth,
                        const struct domain *outer, struct group_list *list) {
  lua_State *L = loader->L;
  struct domain domain = {lua_topointer(L, -1), outer};
  if (is_in_itself(&domain)) {
    return spot_error(loader, spot, "is a list that it is in itself; name places");
  }
  if (depth > DOMAINS_DEEP) {
    return spot_error(loader, spot, "is more than %d lists deep", DOMAINS_DEEP);
  }
  luaL_checkstack(L, 8, NULL);
  if (!table_check(loader, spot, lua_gettop(L), NULL, 0, PLACES_MOST)) return false;
  if (lua_rawlen(L, -1) == 0) return spot_error(loader, spot, "is empty; name a place");
  for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, -1); i++) {
    struct spot item = spot_item(spot, (int)i);
    struct fault_target target;
    const char *text = NULL;
    lua_rawgeti(L, -1, i);
    bool inner = lua_istable(L, -1);
    bool ok = inner ? read_domain(loader, &item, depth + 1, &domain, list)
                    : fault_target_read(loader, &item, &text, &target);
    lua_pop(L, 1);
    if (!ok) return false;
    if (inner) continue;
    if (target.kind == TARGET_EACH) {
      return spot_error(loader, &item, "fails by itself; all members of a group fail at once");
    }
    if (list->n == PLACES_MOST) return spot_error(loader, spot, "names too many places");
    add_target(loader, list, target, text);
  }
  return true;
}

/* group = { "rack1", "db[2]" }, or a tree { { "rack1", "rack2" }, "db[2]" }: all at once. */
static bool read_group(struct loader *loader, const struct spot *spot, struct harm *harm,
                       struct fault_target *out) {
  struct spec *spec = &loader->scenario->spec;
  struct group_list list = {0};
  if (lua_istable(loader->L, -1) && lua_rawlen(loader->L, -1) > 0 &&
      !read_domain(loader, spot, 1, NULL, &list)) {
    return false;
  }
  if (list.n < 2) return spot_error(loader, spot, "lists what fails together, two places or more");
  harm->first = joint_name(loader, list.text, list.n);
  struct target_group *groups = arena_alloc(loader->arena, (spec->groups + 1) * sizeof *groups);
  if (spec->groups > 0) memcpy(groups, spec->group, spec->groups * sizeof *groups);
  groups[spec->groups] = (struct target_group){list.n, list.target};
  *out = (struct fault_target){.kind = TARGET_GROUP, .id = spec->groups++};
  spec->group = groups;
  return true;
}

/* random = { "web", every = "1h" }: one of its members, again and again. */
static bool read_random(struct loader *loader, const struct spot *spot, struct harm *harm,
                        struct fault_spec *out) {
  static const struct param every = {.name = "every",
                                     .type = PARAM_TIME_DIST,
                                     .offset = offsetof(struct fault_spec, mttf),
                                     .required = true};
  lua_State *L = loader->L;
  if (!lua_istable(L, -1)) {
    return spot_error(loader, spot, "is a component and how often: { \"web\", every = \"1h\" }");
  }
  if (fault_is_between(out) || out->type->life == LIFE_COMES) {
    return spot_error(loader, spot, "is for what happens to a member; %s names its places itself",
                      out->type->word.name);
  }
  const struct param rows[] = {every, {0}};
  if (!configure(loader, spot, lua_gettop(L), rows, out, NULL, 0, 1)) return false;
  struct spot first = spot_item(spot, 1);
  lua_rawgeti(L, -1, 1);
  bool ok = fault_target_read(loader, &first, &harm->first, &out->target);
  lua_pop(L, 1);
  if (!ok) return false;
  if (out->target.kind != TARGET_COMPONENT) {
    return spot_error(loader, &first, "is not a component; one of whose members is it to hit?");
  }
  if (!(dist_mean(&out->mttf) > 0)) {
    struct spot at = spot_key(spot, "every");
    return spot_error(loader, &at, "must be greater than 0");
  }
  out->target.kind = TARGET_RANDOM;
  harm->first = arena_format(loader->arena, "random %s", harm->first);
  return true;
}

/* Targets by `group` or `random` in place of a name. `*found`: there are such. */
static bool read_several(struct loader *loader, const struct spot *spot, int table,
                         struct harm *harm, struct fault_spec *out, bool *found) {
  static const char *const keys[] = {"group", "random"};
  lua_State *L = loader->L;
  *found = false;
  for (int i = 0; i < 2; i++) {
    bool given = lua_getfield(L, table, keys[i]) != LUA_TNIL, ok = true;
    struct spot at = spot_key(spot, keys[i]);
    if (given && (*found || lua_rawlen(L, table) > 0)) {
      ok = spot_error(loader, &at, "stands beside another target; name one or the other");
    } else if (given) {
      *found = true;
      ok = i == 0 ? read_group(loader, &at, harm, &out->target)
                  : read_random(loader, &at, harm, out);
    }
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

static bool read_targets(struct loader *loader, const struct spot *spot, int table,
                         struct harm *harm, struct fault_spec *out) {
  lua_State *L = loader->L;
  bool ok;
  if (!lua_istable(L, table)) {
    lua_pushvalue(L, table);
    ok = fault_target_read(loader, spot, &harm->first, &out->target);
    lua_pop(L, 1);
    return ok;
  }
  bool several;
  if (!read_several(loader, spot, table, harm, out, &several)) return false;
  if (several) return true;
  struct spot first = spot_item(spot, 1), second = spot_item(spot, 2);
  if (lua_rawgeti(L, table, 1) == LUA_TNIL) {
    lua_pop(L, 1);
    return spot_error(loader, spot, "names no target; write \"web\" or \"web[1]\"");
  }
  ok = fault_target_read(loader, &first, &harm->first, &out->target);
  lua_pop(L, 1);
  if (!ok || lua_rawlen(L, table) < 2) return ok;
  lua_rawgeti(L, table, 2);
  const struct param *value = fault_value(out->type);
  if (value) {
    ok = configure_value(loader, &second, -1, value, out);
    lua_pop(L, 1);
    return ok;
  }
  ok = fault_target_read(loader, &second, &harm->second, &out->other);
  lua_pop(L, 1);
  out->on_path = true;
  return ok;
}

/* The form of its usage that has a table. */
static const char *table_form(struct loader *loader, const struct word_def *word) {
  return arena_format(loader->arena, "%.*s", (int)strcspn(word->usage, "\n"), word->usage);
}

static bool check_values(struct loader *loader, const struct spot *spot,
                         const struct fault_spec *fault) {
  const char *key = NULL;
  struct error why = {0};
  if (fault->type->check == NULL || fault->type->check(fault, &key, &why)) return true;
  struct spot at = spot_key(spot, key);
  return spot_error(loader, &at, "%s", why.text);
}

/* The word's argument is at the top of the stack. */
static bool read_harm_argument(struct loader *loader, const struct spot *spot, struct harm *harm,
                               struct fault_spec *out) {
  lua_State *L = loader->L;
  int table = lua_gettop(L);
  const struct fault_def *def = out->type;
  const struct param *params = def->word.params;
  const struct param *value = fault_value(def);
  bool ok;
  if (lua_istable(L, table)) {
    static const char *const several[] = {"group", "random"};
    ok = configure(loader, spot, table, params, out, several, 2, def->word.second ? 2 : 1);
  } else if (params[0].name && params[0].required) {
    ok = spot_error(loader, spot, "needs its %s; write %s", params[0].name,
                    table_form(loader, &def->word));
  } else {
    lua_pushnil(L);
    ok = configure(loader, spot, lua_gettop(L), params, out, NULL, 0, 0);
    lua_pop(L, 1);
  }
  if (!ok || !read_targets(loader, spot, table, harm, out)) return false;
  if (value && (!lua_istable(L, table) || lua_rawlen(L, table) < 2)) {
    return spot_error(loader, spot, "needs its %s; write %s", value->name,
                      table_form(loader, &def->word));
  }
  if (!check_values(loader, spot, out) || out->on_path) return !loader->failed;
  return fault_target_check(loader, spot, harm->first, def, out->target);
}

static void mark_used(struct loader *loader, const struct word *word) {
  for (uint32_t i = 0; i < loader->harms.n; i++) {
    if (loader->harms.list[i].word == word) loader->harms.list[i].has_body = true;
  }
}

static bool not_a_harm(struct loader *loader, const struct spot *spot) {
  struct spot at = spot_item(spot, 1);
  const char *expected = "what breaks, such as crash \"web[2]\" (there are";
  for (uint32_t i = 0; fault_at(i); i++) {
    expected =
        arena_format(loader->arena, "%s%s %s", expected, i ? "," : "", fault_at(i)->word.name);
  }
  return value_unexpected(loader, lua_isnil(loader->L, -1) ? spot : &at, -1,
                          arena_format(loader->arena, "%s)", expected));
}

/* What a word breaks: one for that, or one that is a value elsewhere; NULL: nothing. */
static const struct fault_def *broken_by(const struct word *word) {
  if (word == NULL) return NULL;
  if (word->id == WORD_HARM) return word->harm;
  return word->id == WORD_PAUSE ? fault_find("pause") : NULL;
}

static bool read_harm(struct loader *loader, const struct spot *spot, int table, struct harm *harm,
                      struct fault_spec *out) {
  lua_State *L = loader->L;
  lua_rawgeti(L, table, 1);
  harm->word = loader_word(L, -1);
  out->type = broken_by(harm->word);
  bool ok = out->type != NULL;
  if (!ok) {
    not_a_harm(loader, spot);
  } else {
    mark_used(loader, harm->word);
    struct spot at = spot_word(spot, harm->word);
    word_push_argument(L, -1);
    ok = read_harm_argument(loader, &at, harm, out);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return ok;
}

/* --- when ----------------------------------------------------------------------------------- */

static bool is_given(struct loader *loader, int table, const char *key) {
  bool given = lua_getfield(loader->L, table, key) != LUA_TNIL;
  lua_pop(loader->L, 1);
  return given;
}

#define RECURS_MOST 1e7 /* of one target in one replication: minutes of computing */

/* A mistyped unit makes a fault of each nanosecond, and a run that nobody sees the end of. */
static bool recurs_too_often(struct loader *loader, const struct fault_spec *fault) {
  double each_ns = dist_mean(&fault->mttf) + dist_mean(&fault->lasts);
  return fault->recurring && (double)loader->scenario->run.duration_ns > RECURS_MOST * each_ns;
}

static bool read_times(struct loader *loader, const struct spot *spot, int table,
                       const struct fault_config *config, struct fault_spec *out) {
  bool at = is_given(loader, table, "at"), lasts = is_given(loader, table, "lasts");
  bool mttf = is_given(loader, table, "mttf"), mttr = is_given(loader, table, "mttr");
  if (out->target.kind == TARGET_RANDOM) {
    if (at || mttf || mttr || !lasts || out->type->at_once) {
      return spot_error(loader, spot,
                        "with random, `every` says when; give lasts = \"1min\", and neither at nor "
                        "mttf");
    }
    out->recurring = true;
    out->lasts = config->lasts;
    return true;
  }
  if (mttf != mttr || (mttf && (at || lasts)) || (!mttf && !at)) {
    return spot_error(loader, spot,
                      "say when: either at = \"60s\", with lasts = \"30s\" unless it is for ever, "
                      "or mttf = \"30d\" with mttr = \"10min\" for one that recurs");
  }
  if (out->type->at_once && (lasts || mttf)) {
    return spot_error(loader, spot, "happens at once; say only at = \"60s\"");
  }
  if (config->crews > 0) {
    struct spot crews = spot_key(spot, "crews");
    if (!mttf || (out->target.kind != TARGET_EACH && !config->team)) {
      return spot_error(loader, &crews,
                        "crews repair members one after the other: give mttf and mttr, and a "
                        "target such as \"web[*]\", or a team");
    }
    out->crews = config->crews;
  } else if (config->team || is_given(loader, table, "rank")) {
    return spot_error(loader, spot, "team and rank are about crews; give crews = 1, or more");
  }
  if (is_given(loader, table, "rank") && !config->team) {
    return spot_error(loader, spot, "rank is that among the faults of a team; give a team");
  }
  out->team = config->team;
  out->rank = (uint32_t)config->rank;
  out->recurring = mttf;
  out->forever = !mttf && !lasts;
  out->at_ns = config->at_ns;
  out->mttf = config->mttf;
  out->lasts = mttf ? config->mttr : config->lasts;
  struct spot key = spot_key(spot, mttf ? "mttf" : "lasts");
  if (mttf && !(dist_mean(&out->mttf) + dist_mean(&out->lasts) > 0)) {
    return spot_error(loader, &key, "must be greater than 0");
  }
  if (recurs_too_often(loader, out)) {
    return spot_error(loader, spot,
                      "would recur more than 10 million times in one run; give a longer mttf or "
                      "mttr");
  }
  return true;
}

/* --- faults --------------------------------------------------------------------------------- */

static bool read_fault(struct loader *loader, const struct declaration *declaration,
                       struct harm *harm, struct fault_spec *out) {
  struct spot spot = spot_word(NULL, declaration->word);
  int table = declaration_push(loader, declaration);
  struct fault_config config = {.at_ns = PARAM_UNLIMITED};
  bool ok = declaration_is_table(loader, &spot, table) &&
            configure(loader, &spot, table, word_defs[WORD_FAULT].params, &config, NULL, 0, 1) &&
            read_harm(loader, &spot, table, harm, out) &&
            read_times(loader, &spot, table, &config, out);
  out->name = config.name;
  out->file = loader->source[declaration->word->source]->file;
  out->line = declaration->word->line;
  lua_pop(loader->L, 1);
  if (!ok || config.name == NULL) return ok;
  struct spot at = spot_key(&spot, "name");
  if (config.name[0] == '\0')
    return spot_error(loader, &at, "is empty; write a name, or leave it out");
  if (strlen(config.name) <= NAME_MAX_BYTES) return true;
  return spot_error(loader, &at, "is longer than %u bytes; shorten it", NAME_MAX_BYTES);
}

/* The first fault before i of its team; NULL: there is none. */
static const struct fault_spec *of_team(const struct fault_spec *fault, uint32_t i) {
  for (uint32_t k = 0; fault[i].team && k < i; k++) {
    if (fault[k].team && !strcmp(fault[k].team, fault[i].team)) return &fault[k];
  }
  return NULL;
}

static int by_fault_name(const void *a, const void *b) {
  return strcmp(((const struct fault_spec *)a)->name, ((const struct fault_spec *)b)->name);
}

static bool check_unused(struct loader *loader) {
  for (uint32_t i = 0; i < loader->harms.n; i++) {
    const struct word *word = loader->harms.list[i].word;
    if (loader->harms.list[i].has_body) continue;
    return loader_fail(loader,
                       "%s:%d: %s stands outside of a fault; write fault { %s ..., at = ... }",
                       loader->source[word->source]->file, word->line, word->text, word->text);
  }
  return true;
}

#define FAULTS_MAX 1000u

bool build_faults(struct loader *loader) {
  uint32_t n = loader->faults.n;
  if (n > FAULTS_MAX) {
    return loader_fail(loader,
                       "%s: more than %u faults; write what comes again and again as one, with "
                       "every = or random =",
                       loader->scenario->file, FAULTS_MAX);
  }
  struct fault_spec *fault = arena_alloc(loader->arena, (n + 1) * sizeof *fault);
  struct harm *harm = arena_alloc(loader->arena, (n + 1) * sizeof *harm);
  for (uint32_t i = 0; i < n; i++) {
    const struct declaration *declaration = &loader->faults.list[i];
    if (!read_fault(loader, declaration, &harm[i], &fault[i])) return false;
    const struct fault_spec *mate = of_team(fault, i);
    if (mate && mate->crews != fault[i].crews) {
      struct spot spot = spot_word(NULL, declaration->word), at = spot_key(&spot, "crews");
      return spot_error(loader, &at, "team \"%s\" has %llu of them in another fault", mate->team,
                        (unsigned long long)mate->crews);
    }
    if (fault[i].name && fault_name_is_used(fault, i, fault[i].name)) {
      struct spot spot = spot_word(NULL, declaration->word), at = spot_key(&spot, "name");
      return spot_error(loader, &at, "another fault is called \"%s\"", fault[i].name);
    }
  }
  faults_name(loader, harm, fault, n);
  if (n) qsort(fault, n, sizeof *fault, by_fault_name);
  loader->scenario->spec.fault = fault;
  loader->scenario->spec.faults = n;
  return check_unused(loader);
}
