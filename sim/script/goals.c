#include "goals.h"

#include <ctype.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "goal_text.h"
#include "nearest.h"
#include "sim.h"
#include "wanted.h"

/* --- reading -------------------------------------------------------------------------------- */

/* "a  <  b" -> "a < b" */
static const char *fold_blanks(struct arena *arena, const char *text) {
  char *out = arena_text(arena, text), *to = out;
  for (const char *from = out; *from; from++) {
    if (*from != ' ') {
      *to++ = *from;
    } else if (to > out && to[-1] != ' ') {
      *to++ = ' ';
    }
  }
  if (to > out && to[-1] == ' ') to--;
  *to = '\0';
  return out;
}

/* Longer ones first: "<=" is not "<". */
static const struct {
  const char *text;
  enum goal_op op;
} operators[] = {{"<=", GOAL_LE}, {">=", GOAL_GE}, {"==", GOAL_EQ}, {"<", GOAL_LT}, {">", GOAL_GT}};

const char *goal_op_text(enum goal_op op) {
  size_t i = 0;
  while (operators[i].op != op) i++;
  return operators[i].text;
}

static bool read_operator(const char **at, enum goal_op *op) {
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    size_t length = strlen(operators[i].text);
    if (strncmp(*at, operators[i].text, length) != 0) continue;
    *op = operators[i].op;
    *at += length;
    return true;
  }
  return false;
}

/* --- what is no single comparison --- */

/* Where such a word begins, behind a blank that belongs to it; NULL: nowhere. */
static const char *find_any(const char *text, const char *const *words, size_t *length) {
  for (; *words; words++) {
    const char *at = strstr(text, *words);
    if (at == NULL) continue;
    *length = strlen(*words);
    return at;
  }
  return NULL;
}

/* "a < 1 and b > 2", "a < 1 < 2", "a < b", and other things that one might try. False: none. */
static bool is_no_comparison(struct loader *loader, const struct spot *spot, const char *text,
                             const char *value) {
  static const char *const both[] = {" and ", "&&", ",", NULL}, *const either[] = {" or ", "||",
                                                                                   NULL};
  size_t length = 0, metric = wanted_length(value);
  const char *at = find_any(value, both, &length);
  if (at != NULL) {
    const char *rest = at + length + strspn(at + length, " ");
    int first = (int)(at - text);
    while (first > 0 && text[first - 1] == ' ') first--;
    spot_error(loader, spot,
               "\"%.120s\" says two things: a goal compares one metric with one value; write "
               "goal \"%.*s\" and goal \"%.80s\"",
               text, first, text, rest);
    return true;
  }
  if (find_any(value, either, &length) != NULL) {
    return !spot_error(
        loader, spot,
        "\"%.120s\": a goal compares one metric with one value, and all goals are to "
        "be met; there is no 'or'",
        text);
  }
  if (strstr(value, " during ") != NULL) {
    return !spot_error(loader, spot,
                       "\"%.120s\": write goal { \"METRIC OP VALUE\", during = \"NAME OF THE "
                       "FAULT\" }",
                       text);
  }
  if (strpbrk(value, "<>=") != NULL) {
    return !spot_error(
        loader, spot,
        "\"%.120s\" compares twice: a goal compares one metric with one value; write "
        "two goals",
        text);
  }
  if (isalpha((unsigned char)value[0]) && memchr(value, '.', metric) != NULL) {
    return !spot_error(
        loader, spot,
        "\"%.120s\": a metric is compared with a value, such as 250ms or 99.9%%, and "
        "not with '%.*s'",
        text, (int)metric, value);
  }
  return false;
}

/* "50ms > a": what stands on the other side of the operator. */
static bool is_turned_round(struct loader *loader, const struct spot *spot, const char *text) {
  static const struct {
    const char *text, *turned;
  } around[] = {{"<=", ">="}, {">=", "<="}, {"==", "=="}, {"<", ">"}, {">", "<"}};
  size_t length = wanted_length(text);
  const char *at = text + length + strspn(text + length, "% ");
  if (!isdigit((unsigned char)text[0])) return false;
  for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
    size_t n = strlen(around[i].text);
    if (strncmp(at, around[i].text, n) != 0) continue;
    const char *metric = at + n + strspn(at + n, " ");
    int value = (int)(at - text);
    while (value > 0 && text[value - 1] == ' ') value--;
    return !spot_error(loader, spot, "\"%.120s\": the metric stands first; write \"%.*s %s %.*s\"",
                       text, (int)wanted_length(metric), metric, around[i].turned, value, text);
  }
  return false;
}

/* Of an operator that only looks like one: the right one. */
static const char *meant(const char *at) {
  if (strncmp(at, "=<", 2) == 0) return "<=";
  if (strncmp(at, "=>", 2) == 0) return ">=";
  return at[0] == '=' && at[1] != '=' ? "==" : NULL;
}

/* Splits "metric op value"; the value is left as text. */
static bool split(struct loader *loader, const struct spot *spot, struct goal *goal,
                  const char **value) {
  size_t length = wanted_length(goal->text);
  const char *at = goal->text + length;
  while (*at == ' ') at++;
  if (is_turned_round(loader, spot, goal->text)) return false;
  if (length > 0 && meant(at) != NULL) {
    return spot_error(loader, spot, "\"%.120s\": write %s in place of %.*s", goal->text, meant(at),
                      (int)strspn(at, "=<>"), at);
  }
  bool ok = length > 0 && read_operator(&at, &goal->op);
  while (*at == ' ') at++;
  if (!ok || *at == '\0') {
    return spot_error(loader, spot,
                      "\"%.120s\" is no goal; write METRIC OP VALUE, such as "
                      "\"users.latency.p99 < 250ms\", with OP one of < <= > >= ==",
                      goal->text);
  }
  if (is_no_comparison(loader, spot, goal->text, at)) return false;
  goal->metric = arena_format(loader->arena, "%.*s", (int)length, goal->text);
  *value = at;
  return true;
}

/* --- metrics -------------------------------------------------------------------------------- */

/* The length of the component's part of a metric's name. */
static size_t owner_length(const char *metric) {
  return strcspn(metric, ".");
}

/* The name begins with a member, as in web[4], that the component does not have. */
static bool unknown_member(struct loader *loader, const struct spot *spot, const char *name,
                           const struct component_spec *c) {
  size_t owner = owner_length(name);
  if (c->instances > 1) {
    return spot_error(loader, spot, "there is no member '%.*s': '%s' has %s[1] to %s[%u]",
                      (int)owner, name, c->name, c->name, c->name, c->instances);
  }
  return spot_error(loader, spot, "'%s' has one instance and no members; write '%s%s'", c->name,
                    c->name, name + owner);
}

/* "web.cost.hour", "cost.request" */
static bool is_cost(const char *metric) {
  const char *dot = strrchr(metric, '.');
  if (dot == NULL || (strcmp(dot, ".hour") != 0 && strcmp(dot, ".request") != 0)) return false;
  size_t before = (size_t)(dot - metric), cost = strlen("cost");
  if (before < cost || strncmp(dot - cost, "cost", cost) != 0) return false;
  return before == cost || dot[-(ptrdiff_t)cost - 1] == '.';
}

/* Metrics of the same component are nearer than others that happen to be spelt alike. */
static bool unknown_metric(struct loader *loader, const struct spot *spot, const char *name,
                           const struct metrics *metrics) {
  const char *within = strstr(name, ".within.");
  if (within != NULL) {
    return spot_error(loader, spot,
                      "'%s' is no share of requests in time: write the name of a client, of an "
                      "operation or of a tier of it, and a duration: \"users.within.250ms\"",
                      name);
  }
  if (strstr(name, ".during.") != NULL || strstr(name, ".recovers.") != NULL) {
    return spot_error(loader, spot,
                      "there is no metric '%s': it takes a client, the name of a fault with _ in "
                      "place of other signs than letters and digits, and a metric; write goal { "
                      "\"users.availability >= 99%%\", during = \"crash db\" }",
                      name);
  }
  const struct spec *spec = &loader->scenario->spec;
  size_t owner = owner_length(name);
  if (is_cost(name)) {
    bool all = owner == strlen("cost") && spec_find(spec, "cost") == REF_NONE;
    return spot_error(loader, spot,
                      "there is no metric '%s', because %s; write price = \"0.10/h\" in what costs "
                      "something",
                      name,
                      all ? "nothing has a price"
                          : arena_format(loader->arena, "'%.*s' has no price", (int)owner, name));
  }
  const char **list = arena_alloc(loader->arena, (metrics->n + 1) * sizeof *list);
  uint32_t n = 0;
  for (uint32_t i = 0; i < metrics->n; i++) {
    const char *other = metrics->list[i].name;
    if (owner_length(other) == owner && !strncmp(other, name, owner)) {
      list[n++] = arena_text(loader->arena, other + owner + (other[owner] == '.'));
    }
  }
  if (n > 0) {
    const char *rest = name + owner + (name[owner] == '.');
    const char *near = nearest_word(rest, list, n);
    if (near) {
      return spot_error(loader, spot, "there is no metric '%s'; did you mean '%.*s.%s'?", name,
                        (int)owner, name, near);
    }
    return spot_error(loader, spot, "'%.*s' has no metric '%s'%s", (int)owner, name, rest,
                      nearest_hint("", list, n, "it has").text);
  }
  for (uint32_t i = 0; i < spec->components; i++) list[n++] = spec->component[i].name;
  const char *component = arena_format(loader->arena, "%.*s", (int)strcspn(name, ".["), name);
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    if (name[strlen(component)] == '[' && !strcmp(c->name, component)) {
      return unknown_member(loader, spot, name, c);
    }
  }
  return spot_error(loader, spot, "there is no component '%s' that has metrics%s", component,
                    nearest_hint(component, list, n, "there are").text);
}

static bool read_limit(struct loader *loader, const struct spot *spot, const char *text,
                       struct goal *goal) {
  struct error why = {0};
  bool ok = true;
  switch (goal->unit) {
    case UNIT_SECONDS:
      ok = quantity_parse(QUANTITY_TIME, text, &goal->limit, &why);
      goal->limit /= 1e9;
      break;
    case UNIT_PER_SECOND:
      ok = quantity_parse(QUANTITY_RATE, text, &goal->limit, &why);
      break;
    case UNIT_RATIO:
      ok = quantity_parse(QUANTITY_RATIO, text, &goal->limit, &why);
      if (ok && goal->limit > 1 && strchr(text, '%') == NULL) {
        return spot_error(loader, spot, "the value of '%s': %s is %.9g%%; write \"%s%%\"",
                          goal->metric, text, 100 * goal->limit, text);
      }
      break;
    case UNIT_BYTES: {
      const char *end = quantity_number_end(text); /* a bare number is of bytes */
      if (end == NULL || *end != '\0') {
        ok = quantity_parse(QUANTITY_SIZE, text, &goal->limit, &why);
      } else {
        goal->limit = strtod(text, NULL);
      }
      break;
    }
    case UNIT_MONEY:
    case UNIT_COUNT:
    case UNIT_CHANCE: {
      const char *end = quantity_number_end(text);
      if (end == NULL || *end != '\0') {
        return spot_error(loader, spot, "'%s' is %s; \"%.40s\" is no bare number such as 5",
                          goal->metric, goal->unit == UNIT_MONEY ? "money" : "a count", text);
      }
      goal->limit = strtod(text, NULL);
      break;
    }
  }
  if (ok) return true;
  return spot_error(loader, spot, "the value of '%s': %s", goal->metric, why.text);
}

/* A goal on workers that a kind does not have would never be decided. */
static bool has_value(struct loader *loader, const struct spot *spot, const char *name) {
  const struct spec *spec = &loader->scenario->spec;
  const char *rest = name + owner_length(name);
  size_t component = strcspn(name, ".[");
  if (*rest == '\0' || !metric_of_station(rest + 1)) return true;
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    if (strlen(c->name) != component || strncmp(c->name, name, component) != 0) continue;
    if (kind_has_station(c->kind, c->config)) return true;
    if (c->kind->lodging && strncmp(rest + 1, "utilization", 11) == 0) return true;
    return spot_error(loader, spot, "'%s' has no value: %s %s has no workers and no queue", name,
                      c->kind->has_station ? "this" : "a", c->kind->name);
  }
  return true;
}

/* "db[*].utilization < 70%" is about the worst member, which is a metric of its own. */
static bool read_worst(struct loader *loader, const struct spot *spot, struct goal *goal,
                       const struct metrics *metrics) {
  if (goal->op == GOAL_EQ) {
    return spot_error(
        loader, spot,
        "\"%.120s\": of all members the worst is judged, which == does not tell; write "
        "one of < <= > >=",
        goal->text);
  }
  const char *worst =
      wanted_worst_name(loader->arena, goal->metric, goal->op == GOAL_LT || goal->op == GOAL_LE);
  if (metrics_find(metrics, worst) == NULL) {
    return unknown_metric(loader, spot,
                          wanted_member(loader->arena, &loader->scenario->spec, goal->metric, 1),
                          metrics);
  }
  goal->metric = worst;
  return true;
}

/* A family of values without a further word is its mean, as a level without one is its average:
 * "ha.detection < 10s". Not so a client's latency, of which which one is meant has to be said. */
static const struct metric *find(struct loader *loader, const struct metrics *metrics,
                                 struct goal *goal) {
  const struct metric *metric = metrics_find(metrics, goal->metric);
  if (metric != NULL || strstr(goal->metric, ".latency") != NULL) return metric;
  const char *mean = arena_format(loader->arena, "%s.mean", goal->metric);
  metric = metrics_find(metrics, mean);
  if (metric != NULL) goal->metric = mean;
  return metric;
}

static bool read_text(struct loader *loader, const struct spot *spot, const char *text,
                      const struct metrics *metrics, struct goal *goal) {
  const char *value = NULL;
  goal->text = fold_blanks(loader->arena, text);
  goal->line = spot->word->line;
  if (spot->word->source != NO_SOURCE) goal->file = loader->source[spot->word->source]->file;
  if (!split(loader, spot, goal, &value)) return false;
  if (strstr(goal->metric, "[*]") && !read_worst(loader, spot, goal, metrics)) return false;
  const struct metric *metric = find(loader, metrics, goal);
  if (metric == NULL) return unknown_metric(loader, spot, goal->metric, metrics);
  goal->unit = metric->unit;
  if (!has_value(loader, spot, goal->metric)) return false;
  return read_limit(loader, spot, value, goal);
}

static bool read_goal(struct loader *loader, const struct declaration *declaration,
                      const struct goal_text *text, const struct metrics *metrics,
                      struct goal *goal) {
  struct spot spot = spot_word(NULL, declaration->word);
  if (!read_text(loader, &spot, text->metric, metrics, goal)) return false;
  if (text->shown != NULL) goal->text = text->shown;
  return true;
}

/* A goal of the command line. */
static bool read_given(struct loader *loader, const char *text, const struct metrics *metrics,
                       struct goal *goal) {
  struct word word = {.id = WORD_GOAL, .text = "--goal", .source = NO_SOURCE};
  struct spot spot = spot_word(NULL, &word);
  const char *fault = text_fault(text, strlen(text));
  if (fault) return spot_error(loader, &spot, "the text %s", fault);
  return read_text(loader, &spot, text, metrics, goal);
}

static void collect(struct scenario *scenario, struct metrics *metrics) {
  struct sim *sim = sim_new(&scenario->spec, 1, 0, 0, scenario->run.duration_ns, false);
  metrics_free(metrics);
  sim_collect(sim, metrics);
  metrics_forget(metrics);
  sim_free(sim);
}

bool goals_build(struct loader *loader) {
  struct scenario *scenario = loader->scenario;
  const struct scenario_changes *changes = loader->changes;
  bool given = changes && changes->goals > 0;
  uint32_t n = given ? changes->goals : loader->goals.n;
  const char **text = arena_alloc(loader->arena, (n + 1) * sizeof *text);
  struct goal_text *read = arena_alloc(loader->arena, (n + 1) * sizeof *read);
  for (uint32_t i = 0; i < n; i++) {
    read[i] = (struct goal_text){given ? changes->goal[i] : NULL, NULL};
    if (!given && !goal_text_read(loader, &loader->goals.list[i], &read[i])) return false;
    text[i] = read[i].metric;
  }
  struct goal *goal = arena_alloc(loader->arena, (n + 1) * sizeof *goal);
  scenario->goal = goal;
  scenario->goals = n;
  if (n == 0) return true;
  struct metrics metrics = {0};
  wanted_shares(loader->arena, &scenario->spec, text, n);
  collect(scenario, &metrics);
  if (wanted_percentiles(loader->arena, &scenario->spec, text, n, &metrics))
    collect(scenario, &metrics);
  if (wanted_worst(loader->arena, &scenario->spec, text, n, &metrics)) collect(scenario, &metrics);
  bool ok = true;
  for (uint32_t i = 0; ok && i < n; i++) {
    ok = given ? read_given(loader, changes->goal[i], &metrics, &goal[i])
               : read_goal(loader, &loader->goals.list[i], &read[i], &metrics, &goal[i]);
  }
  metrics_free(&metrics);
  return ok;
}
