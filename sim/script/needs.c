#include "needs.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "configure.h"

/* What `param.needs` says: "workers", "algorithm = hash|maglev", "queued: workers", and several of
 * these with " or " between. "?" before all of it: it is never refused; "?=": nor where the other
 * one is said, be it to say that there is none. */
struct need {
  char
      only[32]; /* the choice of the parameter that needs it; "": any but the one that is neutral */
  char name[32];       /* what is needed, */
  char choice[96];     /* and its choices, with | between them; "": any but the neutral one */
  const char *or_else; /* what serves as well, as text; NULL: nothing */
};

/* The first `length` bytes of a name in a table of ours. */
static void copy(char *out, size_t size, const char *text, size_t length) {
  assert(length < size);
  memcpy(out, text, length);
  out[length] = '\0';
}

static struct need parse(const char *text) {
  struct need need = {.only = ""};
  text += strspn(text, "?=");
  const char *colon = strchr(text, ':');
  if (colon != NULL) {
    copy(need.only, sizeof need.only, text, (size_t)(colon - text));
    text = colon + 1 + strspn(colon + 1, " ");
  }
  size_t length = strcspn(text, " =");
  copy(need.name, sizeof need.name, text, length);
  const char *equals = strchr(text, '=');
  if (equals != NULL) {
    const char *choice = equals + 1 + strspn(equals + 1, " ");
    copy(need.choice, sizeof need.choice, choice, strcspn(choice, " "));
  }
  const char *or_else = strstr(text, " or ");
  if (or_else != NULL) need.or_else = or_else + strlen(" or ");
  return need;
}

static const struct param *find(const struct param *params, const char *name) {
  while (params->name != NULL && strcmp(params->name, name) != 0) params++;
  assert(params->name != NULL); /* a table of ours names what it does not have */
  return params;
}

static bool is_choice(const struct param *param, const void *config, const char *choice) {
  uint32_t chosen;
  memcpy(&chosen, (const char *)config + param->offset, sizeof chosen);
  const char *name = param->choices[chosen];
  size_t length = strlen(name);
  for (;; choice++) {
    size_t here = strcspn(choice, "|");
    if (here == length && memcmp(choice, name, length) == 0) return true;
    choice += here;
    if (*choice == '\0') return false;
  }
}

static bool is_given(lua_State *L, int index, const struct param *param) {
  bool given = lua_getfield(L, index, param->name) != LUA_TNIL;
  lua_pop(L, 1);
  return given;
}

/* Whether it says something: more than what leaving it out or switching it off means. */
static bool says_something(struct loader *loader, const struct spot *spot, int index,
                           const struct param *param, const void *config, bool or_default) {
  const char *neutral = param->off ? param->off : param->fallback;
  bool given = is_given(loader->L, index, param);
  if (!given && !(or_default && param->off)) return false;
  return neutral == NULL || !configure_equals(loader, spot, param, config, neutral);
}

static bool is_met(struct loader *loader, const struct spot *spot, int index,
                   const struct param *params, const void *config, const struct need *need) {
  const struct param *other = find(params, need->name);
  bool met = need->choice[0] != '\0' ? is_choice(other, config, need->choice)
                                     : says_something(loader, spot, index, other, config, true);
  if (met || need->or_else == NULL) return met;
  struct need other_need = parse(need->or_else);
  return is_met(loader, spot, index, params, config, &other_need);
}

static void note(struct loader *loader, const struct spot *spot, const char *sentence) {
  if (!loader->ops_known) return; /* all is read a second time */
  struct scenario *scenario = loader->scenario;
  struct scenario_idle *list = (struct scenario_idle *)scenario->idle;
  if (scenario->idles == loader->idle_capacity) {
    loader->idle_capacity = loader->idle_capacity ? 2 * loader->idle_capacity : 16;
    list = arena_alloc(loader->arena, loader->idle_capacity * sizeof *list);
    if (scenario->idles) memcpy(list, scenario->idle, scenario->idles * sizeof *list);
    scenario->idle = list;
  }
  struct scenario_idle *idle = &list[scenario->idles++];
  *idle = (struct scenario_idle){.what = arena_text(loader->arena, sentence)};
  spot_place(loader, spot, &idle->file, &idle->line);
  const struct spot *outer = spot;
  while (outer->parent != NULL) outer = outer->parent;
  idle->subject = outer->word != NULL && outer->word->name != NULL ? outer->word->name : "";
}

/* "hash|maglev" as "hash" or "maglev", in quotes. */
static void list_choices(char *out, size_t size, const char *choices) {
  size_t at = 0;
  for (;;) {
    size_t length = strcspn(choices, "|");
    at += (size_t)snprintf(out + at, size - at, "%s\"%.*s\"", at > 0 ? " or " : "", (int)length,
                           choices);
    assert(at < size); /* a table of ours */
    if (choices[length] == '\0') return;
    choices += length + 1;
  }
}

/* "discipline = "priority" or evict = "lowest"". */
static void list_needs(char *out, size_t size, const struct need *need) {
  char choices[128] = "";
  if (need->choice[0] != '\0') list_choices(choices, sizeof choices, need->choice);
  int length = snprintf(out, size, "%s%s%s", need->name, choices[0] ? " = " : "", choices);
  if (need->or_else == NULL) return;
  length += snprintf(out + length, size - (size_t)length, " or ");
  struct need other = parse(need->or_else);
  list_needs(out + length, size - (size_t)length, &other);
}

static bool may_stand(struct loader *loader, int index, const struct param *params,
                      const struct param *param, const struct need *need) {
  if (loader->params > 0 || param->needs[0] != '?') return loader->params > 0;
  return param->needs[1] != '=' || is_given(loader->L, index, find(params, need->name));
}

static bool tell(struct loader *loader, const struct spot *spot, const struct param *param,
                 const struct need *need, bool refused) {
  struct spot at = spot_key(spot, param->name);
  char wanted[200];
  list_needs(wanted, sizeof wanted, need);
  if (refused) {
    return spot_error(loader, &at, "means nothing without %s; give that too, or leave %s out",
                      wanted, param->name);
  }
  char sentence[320];
  snprintf(sentence, sizeof sentence, "%s means nothing without %s", param->name, wanted);
  note(loader, &at, sentence);
  return true;
}

bool needs_tell_session(struct loader *loader, const struct spot *spot) {
  static const char sentence[] = "sessions means nothing without a client with a 'session'";
  if (loader->changes != NULL) return true;
  if (loader->params == 0) {
    return spot_error(loader, spot,
                      "means nothing: no client has a 'session'; give one that, or leave "
                      "sessions out");
  }
  note(loader, spot, sentence);
  return true;
}

bool needs_check(struct loader *loader, const struct spot *spot, int index,
                 const struct param *params, const void *config) {
  if (loader->changes != NULL) return true; /* what is needed may have been switched off */
  for (const struct param *p = params; p->name; p++) {
    if (p->needs == NULL || !is_given(loader->L, index, p)) continue;
    struct need need = parse(p->needs);
    if (need.only[0] != '\0' ? !is_choice(p, config, need.only)
                             : !says_something(loader, spot, index, p, config, false)) {
      continue;
    }
    if (is_met(loader, spot, index, params, config, &need)) continue;
    bool refused = !may_stand(loader, index, params, p, &need);
    if (!tell(loader, spot, p, &need, refused)) return false;
  }
  return true;
}
