#include "wanted.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "percentile.h"
#include "quantity.h"
#include "sim.h"

size_t wanted_length(const char *goal) {
  size_t n = 0;
  while (goal[n] && (isalnum((unsigned char)goal[n]) || strchr("._-[]/*", goal[n]))) n++;
  return n;
}

static const char *metric_of(struct arena *arena, const char *goal) {
  while (*goal == ' ') goal++;
  return arena_format(arena, "%.*s", (int)wanted_length(goal), goal);
}

static const struct component_spec *owner_of(const struct spec *spec, const char *metric) {
  char name[256];
  snprintf(name, sizeof name, "%.*s", (int)strcspn(metric, ".["), metric);
  uint32_t id = spec_find(spec, name);
  return id == REF_NONE ? NULL : &spec->component[id];
}

/* --- shares and parts ----------------------------------------------------------------------- */

static void want_within(struct arena *arena, const char *metric, struct within_spec *list,
                        uint32_t *n) {
  static const char word[] = ".within.";
  const char *at = strstr(metric, word);
  if (at == NULL) return;
  struct within_spec within = {.owner = arena_format(arena, "%.*s", (int)(at - metric), metric),
                               .text = at + strlen(word)};
  struct error ignored = {0};
  double ns;
  if (!quantity_parse(QUANTITY_TIME, within.text, &ns, &ignored) || !(ns < 9e18)) return;
  within.ns = (uint64_t)ns;
  for (uint32_t i = 0; i < *n; i++) {
    if (!strcmp(list[i].owner, within.owner) && !strcmp(list[i].text, within.text)) return;
  }
  list[(*n)++] = within;
}

static void want_part(const struct spec *spec, const char *metric, struct time_part_spec *list,
                      uint32_t *n) {
  static const char word[] = ".part.";
  const char *at = strstr(metric, word);
  const struct component_spec *client = owner_of(spec, metric);
  if (at == NULL || client == NULL || !client->kind->is_source) return;
  struct time_part_spec part = {(uint32_t)(client - spec->component),
                                spec_find(spec, at + strlen(word))};
  if (strlen(client->name) != (size_t)(at - metric) || part.component == REF_NONE) return;
  for (uint32_t i = 0; i < *n; i++) {
    if (list[i].client == part.client && list[i].component == part.component) return;
  }
  list[(*n)++] = part;
}

const char *wanted_fault_word(struct arena *arena, const char *fault) {
  char *word = arena_text(arena, fault);
  for (char *c = word; *c; c++) {
    if (!isalnum((unsigned char)*c) && *c != '-') *c = '_';
  }
  return word;
}

/* The only fault of which metrics say this word; NULL: there is none, or there are several. */
static const char *fault_of(struct arena *arena, const struct spec *spec, const char *word) {
  const char *found = NULL;
  for (uint32_t i = 0; i < spec->faults; i++) {
    if (strcmp(wanted_fault_word(arena, spec->fault[i].name), word) != 0) continue;
    if (found != NULL) return NULL;
    found = spec->fault[i].name;
  }
  return found;
}

/* The time behind the metric and its operator; 0: there is none. */
static uint64_t allowed_ns(const char *goal) {
  struct error ignored = {0};
  double ns;
  while (*goal == ' ') goal++;
  goal += wanted_length(goal);
  goal += strspn(goal, " <>=");
  return quantity_parse(QUANTITY_TIME, goal, &ns, &ignored) && ns > 0 && ns < 9e18 ? (uint64_t)ns
                                                                                   : 0;
}

/* "users.latency.p99 <= 50ms": of how many requests took no longer the goal speaks, so that these
 * are counted exactly; and of a mean, too, who has waited for longer when the run ends. */
static void want_limit(struct arena *arena, const char *metric, const char *goal,
                       struct limit_spec *list, uint32_t *n) {
  const char *of_quantile = strstr(metric, ".latency.p"),
             *of_mean = strstr(metric, ".latency.mean");
  const char *at = of_quantile != NULL ? of_quantile : of_mean;
  uint64_t ns = at != NULL ? allowed_ns(goal) : 0;
  if (ns == 0) return;
  struct limit_spec limit = {.owner = arena_format(arena, "%.*s", (int)(at - metric), metric),
                             .ns = ns,
                             .of_quantile = of_quantile != NULL};
  for (uint32_t i = 0; i < *n; i++) {
    bool same = list[i].ns == ns && list[i].of_quantile == limit.of_quantile;
    if (same && strcmp(list[i].owner, limit.owner) == 0) return;
  }
  list[(*n)++] = limit;
}

static bool same_spell(const struct spell_spec *a, const struct spell_spec *b) {
  return a->client == b->client && a->recovers == b->recovers && strcmp(a->fault, b->fault) == 0;
}

static void want_spell(struct arena *arena, const struct spec *spec, const char *metric,
                       const char *goal, struct spell_spec *list, uint32_t *n) {
  const struct component_spec *client = owner_of(spec, metric);
  if (client == NULL || !client->kind->is_source) return;
  const char *rest = metric + strlen(client->name);
  bool during = strncmp(rest, ".during.", 8) == 0, recovers = strncmp(rest, ".recovers.", 10) == 0;
  if (!during && !recovers) return;
  rest += during ? 8 : 10;
  struct spell_spec spell = {.client = (uint32_t)(client - spec->component)};
  spell.word = arena_format(arena, "%.*s", (int)strcspn(rest, "."), rest);
  spell.fault = fault_of(arena, spec, spell.word);
  if (spell.fault == NULL) return;
  rest += strlen(spell.word);
  for (enum recovers i = RECOVERS_GOODPUT; recovers && i < RECOVERS; i++) {
    if (*rest == '.' && strcmp(rest + 1, recovers_name[i]) == 0) spell.recovers = i;
  }
  spell.within_ns = allowed_ns(goal);
  if (recovers && (spell.recovers == RECOVERS_NOTHING || spell.within_ns == 0)) return;
  for (uint32_t i = 0; i < *n; i++) {
    if (!same_spell(&list[i], &spell)) continue;
    if (spell.within_ns < list[i].within_ns) list[i].within_ns = spell.within_ns;
    return;
  }
  list[(*n)++] = spell;
}

void wanted_shares(struct arena *arena, struct spec *spec, const char *const *goal, uint32_t n) {
  struct wanted *wanted = &spec->wanted;
  struct within_spec *within = arena_alloc(arena, (n + 1) * sizeof *within);
  struct limit_spec *limit = arena_alloc(arena, (n + 1) * sizeof *limit);
  struct time_part_spec *part = arena_alloc(arena, (n + 1) * sizeof *part);
  struct spell_spec *spell = arena_alloc(arena, (n + 1) * sizeof *spell);
  for (uint32_t i = 0; i < n; i++) {
    const char *metric = metric_of(arena, goal[i]);
    want_spell(arena, spec, metric, goal[i], spell, &wanted->spells);
    want_within(arena, metric, within, &wanted->withins);
    want_limit(arena, metric, goal[i], limit, &wanted->limits);
    want_part(spec, metric, part, &wanted->parts);
  }
  wanted->within = within;
  wanted->limit = limit;
  wanted->part = part;
  wanted->spell = spell;
}

/* --- members -------------------------------------------------------------------------------- */

static bool is_of_members(const char *metric) {
  return strstr(metric, "[*].") != NULL;
}

/* Members that "db[*].utilization" is about; 0: there is no such component. */
static uint32_t members_of(const struct spec *spec, const char *metric) {
  const struct component_spec *c = owner_of(spec, metric);
  return c == NULL ? 0 : c->instances;
}

const char *wanted_member(struct arena *arena, struct spec *spec, const char *metric,
                          uint32_t member) {
  const char *rest = strstr(metric, "[*]");
  int name = (int)(rest - metric);
  if (members_of(spec, metric) == 1) {
    return arena_format(arena, "%.*s%s", name, metric, rest + strlen("[*]"));
  }
  return arena_format(arena, "%.*s[%u]%s", name, metric, member, rest + strlen("[*]"));
}

const char *wanted_worst_name(struct arena *arena, const char *metric, bool largest) {
  return arena_format(arena, "%s.%s", metric, largest ? "most" : "least");
}

/* --- percentiles ---------------------------------------------------------------------------- */

static bool want_percentile(struct arena *arena, const char *metric, const struct metrics *known,
                            struct percentile_spec *list, uint32_t *n) {
  const char *word = percentile_in(metric);
  if (word == NULL || metrics_find(known, metric) != NULL) return false;
  struct percentile_spec p = {arena_format(arena, "%.*s", (int)(word - metric) - 1, metric), word,
                              percentile_parse(word)};
  for (uint32_t i = 0; i < *n; i++) {
    if (!strcmp(list[i].family, p.family) && !strcmp(list[i].word, p.word)) return false;
  }
  list[(*n)++] = p;
  return true;
}

bool wanted_percentiles(struct arena *arena, struct spec *spec, const char *const *goal, uint32_t n,
                        const struct metrics *known) {
  struct wanted *wanted = &spec->wanted;
  uint32_t room = 1;
  for (uint32_t i = 0; i < n; i++) {
    const char *metric = metric_of(arena, goal[i]);
    room += is_of_members(metric) ? members_of(spec, metric) : 1;
  }
  struct percentile_spec *list = arena_alloc(arena, room * sizeof *list);
  for (uint32_t i = 0; i < n; i++) {
    const char *metric = metric_of(arena, goal[i]);
    uint32_t members = is_of_members(metric) ? members_of(spec, metric) : 1;
    for (uint32_t k = 1; k <= members; k++) {
      const char *one = is_of_members(metric) ? wanted_member(arena, spec, metric, k) : metric;
      want_percentile(arena, one, known, list, &wanted->percentiles);
    }
  }
  wanted->percentile = list;
  return wanted->percentiles > 0;
}

/* --- the worst member ----------------------------------------------------------------------- */

/* False: the members have no such metric. */
static bool find_members(struct arena *arena, struct spec *spec, const char *metric,
                         const struct metrics *known, struct worst_spec *worst) {
  uint32_t *of = arena_alloc(arena, (worst->n + 1) * sizeof *of);
  for (uint32_t k = 0; k < worst->n; k++) {
    const struct metric *found = metrics_find(known, wanted_member(arena, spec, metric, k + 1));
    if (found == NULL) return false;
    of[k] = (uint32_t)(found - known->list);
  }
  worst->of = of;
  return worst->n > 0;
}

bool wanted_worst(struct arena *arena, struct spec *spec, const char *const *goal, uint32_t n,
                  const struct metrics *known) {
  struct wanted *wanted = &spec->wanted;
  struct worst_spec *list = arena_alloc(arena, (n + 1) * sizeof *list);
  for (uint32_t i = 0; i < n; i++) {
    const char *metric = metric_of(arena, goal[i]), *op = strpbrk(goal[i], "<>");
    if (!is_of_members(metric) || op == NULL) continue;
    struct worst_spec worst = {.name = wanted_worst_name(arena, metric, *op == '<'),
                               .largest = *op == '<',
                               .n = members_of(spec, metric)};
    bool twice = false;
    for (uint32_t k = 0; k < wanted->worsts; k++) twice |= !strcmp(list[k].name, worst.name);
    if (!twice && find_members(arena, spec, metric, known, &worst)) list[wanted->worsts++] = worst;
  }
  wanted->worst = list;
  return wanted->worsts > 0;
}
