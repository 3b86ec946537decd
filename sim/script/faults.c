/* fault { crash "web[2]", at = "60s", lasts = "30s" } and what it breaks. */
#include <assert.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "configure.h"
#include "dist_order.h"
#include "fault_def.h"
#include "outline.h"
#include "registry.h"
#include "sim.h"

/* --- targets -------------------------------------------------------------------------------- */

static bool unknown_target(struct loader *loader, const struct spot *spot, const char *text) {
  const struct spec *spec = &loader->scenario->spec;
  struct names all = {0};
  for (uint32_t i = 0; i < spec->components; i++) {
    names_add(loader, &all, spec->component[i].name);
  }
  for (uint32_t i = 0; i < spec->zones; i++) names_add(loader, &all, spec->zone[i].name);
  for (uint32_t i = 0; i < spec->regions; i++) names_add(loader, &all, spec->region[i]);
  return spot_error(loader, spot, "there is no component, zone or region \"%.80s\"%s", text,
                    nearest_hint(text, all.list, all.n, "there are").text);
}

/* "[2]" or "[*]" behind the name of a component. */
static bool read_member(struct loader *loader, const struct spot *spot, const char *text,
                        const char *bracket, struct fault_target *out) {
  const struct component_spec *component = &loader->scenario->spec.component[out->id];
  if (!strcmp(bracket, "[*]")) {
    out->kind = TARGET_EACH;
    return true;
  }
  size_t digits = strspn(bracket + 1, "0123456789");
  if (digits == 0 || digits > 9 || strcmp(bracket + 1 + digits, "]") != 0) {
    return spot_error(loader, spot, "\"%.80s\" is no target; write \"%s\", \"%s[2]\" or \"%s[*]\"",
                      text, component->name, component->name, component->name);
  }
  out->kind = TARGET_MEMBER;
  out->member = (uint32_t)strtoul(bracket + 1, NULL, 10);
  if (out->member >= 1 && out->member <= component->instances) return true;
  return spot_error(loader, spot, "\"%.80s\" does not exist: %s has %u instance%s, %s[1] to %s[%u]",
                    text, component->name, component->instances,
                    component->instances == 1 ? "" : "s", component->name, component->name,
                    component->instances);
}

/* The target at the top of the stack. */
static bool read_target(struct loader *loader, const struct spot *spot, const char **text,
                        struct fault_target *out) {
  if (!value_text(loader, spot, -1, "a target such as \"web\", \"web[2]\", \"web[*]\" or a zone",
                  text)) {
    return false;
  }
  const struct spec *spec = &loader->scenario->spec;
  size_t length = strcspn(*text, "[");
  const char *name = arena_format(loader->arena, "%.*s", (int)length, *text);
  *out = (struct fault_target){.kind = TARGET_COMPONENT, .id = spec_find(spec, name)};
  const char *bracket = *text + length;
  if (out->id != REF_NONE) {
    return *bracket == '\0' || read_member(loader, spot, *text, bracket, out);
  }
  out->kind = TARGET_ZONE;
  out->id = names_find(&loader->zones_by_name, *text);
  if (out->id != REF_NONE) return true;
  out->kind = TARGET_REGION;
  out->id = names_find(&loader->regions_by_name, *text);
  return out->id != REF_NONE || unknown_target(loader, spot, *text);
}

static bool zone_holds(const struct spec *spec, struct fault_target target, uint32_t zone) {
  if (target.kind == TARGET_ZONE) return zone == target.id;
  return spec->zone[zone].region == target.id;
}

/* A fault that hits nobody would silently do nothing; one that hits a client means nothing. */
static bool check_harm(struct loader *loader, const struct spot *spot, const char *text,
                       struct fault_target target) {
  const struct spec *spec = &loader->scenario->spec;
  if (target.kind != TARGET_ZONE && target.kind != TARGET_REGION) {
    const struct component_spec *component = &spec->component[target.id];
    if (!component->kind->is_source) return true;
    return spot_error(loader, spot,
                      "\"%s\" is a %s, which makes the requests that are measured; break what it "
                      "calls instead",
                      text, component->kind->name);
  }
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *component = &spec->component[i];
    if (component->kind->is_source) continue;
    uint32_t used =
        component->zones < component->instances ? component->zones : component->instances;
    for (uint32_t k = 0; k < used; k++) {
      if (zone_holds(spec, target, component->zone[k])) return true;
    }
  }
  return spot_error(loader, spot, "no component that could break lives in \"%s\"", text);
}

/* Whether a component can meet a fault that only some kinds have, beyond that its kind has it. */
static bool fits(struct loader *loader, const struct fault_def *def,
                 const struct component_spec *component, enum target_kind target) {
  if (def->fits == NULL) return true;
  struct outline outline;
  outline_begin(&outline, loader->arena);
  component->kind->outline(&loader->scenario->spec, component, OP_DEFAULT, &outline);
  return def->fits(component, &outline, target);
}

/* Whether a zone or region has a member of the component. */
static bool lives_in(const struct spec *spec, const struct component_spec *component,
                     struct fault_target target) {
  for (uint32_t k = 0; k < component->zones && k < component->instances; k++) {
    if (zone_holds(spec, target, component->zone[k])) return true;
  }
  return false;
}

/* A fault that only some kinds have: of a zone it meets those there that have it. */
static bool check_own(struct loader *loader, const struct spot *spot, const char *text,
                      const struct fault_def *def, struct fault_target target) {
  const struct spec *spec = &loader->scenario->spec;
  if (target.kind == TARGET_ZONE || target.kind == TARGET_REGION) {
    for (uint32_t i = 0; i < spec->components; i++) {
      const struct component_spec *component = &spec->component[i];
      if (lives_in(spec, component, target) && fault_meets_kind(def, component->kind) &&
          fits(loader, def, component, target.kind)) {
        return true;
      }
    }
    return spot_error(loader, spot, "no %s lives in \"%s\"", def->whom, text);
  }
  const struct component_spec *component = &spec->component[target.id];
  if (!fault_meets_kind(def, component->kind)) {
    return spot_error(loader, spot, "\"%s\" is a %s, which %s", text, component->kind->name,
                      def->lacks);
  }
  if (fits(loader, def, component, target.kind)) return true;
  return spot_error(loader, spot, "\"%s\" %s", text, def->unfit);
}

/* Each target of a group must be one that the fault can hit. */
static bool check_targets(struct loader *loader, const struct spot *spot, const char *text,
                          const struct fault_def *def, struct fault_target target) {
  if (target.kind != TARGET_GROUP) {
    return def->own ? check_own(loader, spot, text, def, target)
                    : check_harm(loader, spot, text, target);
  }
  const struct spec *spec = &loader->scenario->spec;
  const struct target_group *group = &spec->group[target.id];
  for (uint32_t i = 0; i < group->n; i++) {
    struct fault_target one = group->target[i];
    const char *name = target_is_component(one)  ? spec->component[one.id].name
                       : one.kind == TARGET_ZONE ? spec->zone[one.id].name
                                                 : spec->region[one.id];
    if (!check_targets(loader, spot, name, def, one)) return false;
  }
  return true;
}

/* --- what happens to them ------------------------------------------------------------------- */

struct harm {
  const struct word *word;
  const char *first, *second; /* targets as written */
};

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

/* group = { "rack1", "db[2]" }: all of them at once. */
static bool read_group(struct loader *loader, const struct spot *spot, struct harm *harm,
                       struct fault_target *out) {
  lua_State *L = loader->L;
  struct spec *spec = &loader->scenario->spec;
  lua_Integer n = lua_istable(L, -1) ? (lua_Integer)lua_rawlen(L, -1) : 0;
  if (n < 2) return spot_error(loader, spot, "lists what fails together, two places or more");
  struct fault_target *list = arena_alloc(loader->arena, (size_t)n * sizeof *list);
  const char **texts = arena_alloc(loader->arena, (size_t)n * sizeof(const char *));
  for (lua_Integer i = 1; i <= n; i++) {
    struct spot item = spot_item(spot, i);
    const char *text = NULL;
    lua_rawgeti(L, -1, i);
    bool ok = read_target(loader, &item, &text, &list[i - 1]);
    lua_pop(L, 1);
    if (!ok) return false;
    if (list[i - 1].kind == TARGET_EACH) {
      return spot_error(loader, &item, "fails by itself; all members of a group fail at once");
    }
    texts[i - 1] = text;
  }
  harm->first = joint_name(loader, texts, (size_t)n);
  struct target_group *groups = arena_alloc(loader->arena, (spec->groups + 1) * sizeof *groups);
  if (spec->groups > 0) memcpy(groups, spec->group, spec->groups * sizeof *groups);
  groups[spec->groups] = (struct target_group){(uint32_t)n, list};
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
  bool ok = read_target(loader, &first, &harm->first, &out->target);
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
    ok = read_target(loader, spot, &harm->first, &out->target);
    lua_pop(L, 1);
    return ok;
  }
  bool several;
  if (!read_several(loader, spot, table, harm, out, &several)) return false;
  if (several) return true;
  struct spot first = spot_item(spot, 1), second = spot_item(spot, 2);
  if (lua_rawgeti(L, table, 1) == LUA_TNIL) {
    lua_pop(L, 1);
    return spot_error(loader, spot, "names no target");
  }
  ok = read_target(loader, &first, &harm->first, &out->target);
  lua_pop(L, 1);
  if (!ok || lua_rawlen(L, table) < 2) return ok;
  lua_rawgeti(L, table, 2);
  const struct param *value = fault_value(out->type);
  if (value) {
    ok = configure_value(loader, &second, -1, value, out);
    lua_pop(L, 1);
    return ok;
  }
  ok = read_target(loader, &second, &harm->second, &out->other);
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
  return check_targets(loader, spot, harm->first, def, out->target);
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
    if (!mttf || out->target.kind != TARGET_EACH) {
      return spot_error(loader, &crews,
                        "crews repair members one after the other: give mttf and mttr, and a "
                        "target such as \"web[*]\"");
    }
    out->crews = config->crews;
  }
  out->recurring = mttf;
  out->forever = !mttf && !lasts;
  out->at_ns = config->at_ns;
  out->mttf = config->mttf;
  out->lasts = mttf ? config->mttr : config->lasts;
  struct spot key = spot_key(spot, mttf ? "mttf" : "lasts");
  if (mttf && !(dist_mean(&out->mttf) + dist_mean(&out->lasts) > 0)) {
    return spot_error(loader, &key, "must be greater than 0");
  }
  return true;
}

/* --- names ---------------------------------------------------------------------------------- */

static bool name_is_used(const struct fault_spec *faults, uint32_t n, const char *name) {
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

/* Faults without a name are named after what they do, so that the order in which they are declared
 * changes no draw: the first of the same kind and place by that alone, further ones with the time
 * too, and with a number where that is the same as well. */
static void name_the_nameless(struct loader *loader, const struct harm *harm,
                              struct fault_spec *faults, uint32_t n) {
  struct nameless *list = arena_alloc(loader->arena, (n + 1) * sizeof *list);
  uint32_t found = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (faults[i].name) continue;
    list[found++] = (struct nameless){plain_name(loader, &harm[i]), &faults[i]};
  }
  if (found) qsort(list, found, sizeof *list, by_content);
  for (uint32_t i = 0; i < found; i++) {
    const char *name = list[i].plain;
    if (name_is_used(faults, n, name)) name = full_name(loader, list[i].fault, name);
    const char *numbered = name;
    for (unsigned k = 2; name_is_used(faults, n, numbered); k++) {
      numbered = arena_format(loader->arena, "%s #%u", name, k);
    }
    list[i].fault->name = numbered;
  }
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
  if (config.name[0] == '\0') return spot_error(loader, &at, "is empty");
  if (strlen(config.name) <= NAME_MAX_BYTES) return true;
  return spot_error(loader, &at, "is longer than %u bytes", NAME_MAX_BYTES);
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
    return loader_fail(loader, "%s: more than %u faults", loader->scenario->file, FAULTS_MAX);
  }
  struct fault_spec *fault = arena_alloc(loader->arena, (n + 1) * sizeof *fault);
  struct harm *harm = arena_alloc(loader->arena, (n + 1) * sizeof *harm);
  for (uint32_t i = 0; i < n; i++) {
    const struct declaration *declaration = &loader->faults.list[i];
    if (!read_fault(loader, declaration, &harm[i], &fault[i])) return false;
    if (fault[i].name && name_is_used(fault, i, fault[i].name)) {
      struct spot spot = spot_word(NULL, declaration->word), at = spot_key(&spot, "name");
      return spot_error(loader, &at, "another fault is called \"%s\"", fault[i].name);
    }
  }
  name_the_nameless(loader, harm, fault, n);
  if (n) qsort(fault, n, sizeof *fault, by_fault_name);
  loader->scenario->spec.fault = fault;
  loader->scenario->spec.faults = n;
  return check_unused(loader);
}
