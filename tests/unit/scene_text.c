/* Parameters of a scene, read from text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action_def.h"
#include "arena.h"
#include "profile.h"
#include "reading.h"
#include "scene.h"

/* --- reading text --------------------------------------------------------------------------- */

bool text_word(const char **text, char *word, size_t size) {
  while (**text == ' ' || **text == ',') (*text)++;
  size_t n = 0;
  for (; **text && **text != ' ' && **text != ','; (*text)++) {
    if (n + 1 < size) word[n++] = **text;
  }
  word[n] = 0;
  return n > 0;
}

static bool starts(const char **text, const char *word) {
  size_t n = strlen(word);
  if (strncmp(*text, word, n) != 0 || ((*text)[n] && (*text)[n] != ' ')) return false;
  *text += n;
  return true;
}

/* A number with one of the units of times (in ns), sizes (bytes) and shares. */
static double quantity(const char **text) {
  static const struct {
    const char *name;
    double factor;
  } units[] = {{"", 1},       {"ns", 1},     {"us", 1e3},       {"ms", 1e6}, {"s", 1e9},
               {"min", 60e9}, {"h", 3600e9}, {"B", 1},          {"kB", 1e3}, {"MB", 1e6},
               {"%", 0.01},   {"/s", 1},     {"/min", 1 / 60.0}};
  char word[64], *end;
  if (!text_word(text, word, sizeof word)) fail_msg("a quantity is missing");
  double value = strtod(word, &end);
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (!strcmp(end, units[i].name)) return value * units[i].factor;
  }
  fail_msg("the harness does not know the quantity %s", word);
  return 0;
}

static uint64_t whole(const char **text) {
  if (starts(text, "unlimited") || starts(text, "never")) return PARAM_UNLIMITED;
  return (uint64_t)(quantity(text) + 0.5);
}

struct dist exponential_ns(double mean_ns) {
  struct dist dist;
  struct error err;
  if (!dist_exponential(&dist, mean_ns, &err)) fail_msg("%s", err.text);
  return dist;
}

struct dist text_distribution(const char **text) {
  while (**text == ' ') (*text)++;
  if (starts(text, "exponential")) return exponential_ns(quantity(text));
  if (starts(text, "uniform")) {
    struct dist dist;
    struct error err;
    double low = quantity(text), high = quantity(text);
    if (!dist_uniform(&dist, low, high, &err)) fail_msg("%s", err.text);
    return dist;
  }
  return dist_constant(quantity(text));
}

/* --- parameters ----------------------------------------------------------------------------- */

static void set_value(struct node *node, const struct param *param, void *at, const char *text);

void params_default(struct node *node, const struct param *params, char *config) {
  for (const struct param *p = params; p->name; p++) {
    if (p->fallback) set_value(node, p, config + p->offset, p->fallback);
    if (p->type == PARAM_REF && !p->fallback) *(uint32_t *)(config + p->offset) = REF_NONE;
    if (p->type == PARAM_OP_KNOWN) *(int *)(config + p->offset) = -1;
  }
}

const struct param *param_named(const struct param *params, const char *name, size_t n) {
  for (const struct param *p = params; p->name; p++) {
    if (strlen(p->name) == n && !strncmp(p->name, name, n)) return p;
  }
  return NULL;
}

void node_set(struct node *node, const char *name, const char *text) {
  const struct param *params = node->kind->params;
  char *config = node->config;
  for (const char *dot; (dot = strchr(name, '.')); name = dot + 1) {
    const struct param *group = param_named(params, name, (size_t)(dot - name));
    if (!group || group->type != PARAM_GROUP) fail_msg("%s: no group %s", node->kind->name, name);
    config += group->offset;
    params = group->group;
    bool *given = (bool *)config;
    if (!*given) params_default(node, params, config);
    *given = true;
  }
  const struct param *param = param_named(params, name, strlen(name));
  if (!param) fail_msg("%s: no parameter %s", node->kind->name, name);
  set_value(node, param, config + param->offset, text);
}

void scene_fix_later(struct scene *scene, uint32_t *at, const char *name) {
  assert_true(scene->fixups < MAX_FIXUPS);
  scene->fixup[scene->fixups].name = arena_text(scene->arena, name);
  scene->fixup[scene->fixups++].at = at;
}

/* "0s 50/s 9s 400/s": pairs of a time and a rate, to the end of the text. */
static const struct profile *read_profile(struct scene *scene, const char **text) {
  enum { MOST = 64 };
  struct profile_point *point = arena_alloc(scene->arena, MOST * sizeof *point);
  bool steps = starts(text, "steps");
  if (!steps && !starts(text, "lines")) fail_msg("profile %s", *text);
  uint64_t every_ns = whole(text);
  uint32_t n = 0;
  while (**text) {
    assert_true(n < MOST);
    point[n].at_ns = whole(text);
    point[n++].rate_per_s = quantity(text);
  }
  return profile_new(scene->arena, point, n, every_ns, steps);
}

static void read_phases(struct scene *scene, const char *text, struct arrivals *out) {
  enum { MOST = 16 };
  struct mmpp_phase *phase = arena_alloc(scene->arena, MOST * sizeof *phase);
  while (*text) {
    assert_true(out->phases < MOST);
    phase[out->phases].rate_per_s = quantity(&text);
    phase[out->phases++].mean_ns = quantity(&text);
  }
  out->phase = phase;
}

/* "every 10s 500ms 1250ms": times, and before them a period if there is one. */
static const struct arrival_trace *read_trace(struct scene *scene, const char *text) {
  struct arrival_trace *trace = arena_alloc(scene->arena, sizeof *trace);
  uint64_t most = strlen(text) / 2 + 1, *at_ns = arena_alloc(scene->arena, most * sizeof *at_ns);
  if (starts(&text, "every")) trace->every_ns = whole(&text);
  while (*text) at_ns[trace->rows++] = whole(&text);
  trace->at_ns = at_ns;
  return trace;
}

static struct arrivals read_arrivals(struct scene *scene, const char *text) {
  static const struct {
    const char *word;
    enum arrivals_kind kind;
  } kinds[] = {{"poisson", ARRIVALS_POISSON}, {"constant", ARRIVALS_CONSTANT},
               {"closed", ARRIVALS_CLOSED},   {"bursts", ARRIVALS_BURSTS},
               {"burst", ARRIVALS_BURST},     {"mmpp", ARRIVALS_MMPP},
               {"trace", ARRIVALS_TRACE}};
  struct arrivals a = {0};
  size_t k = 0;
  while (k < sizeof kinds / sizeof *kinds && !starts(&text, kinds[k].word)) k++;
  if (k == sizeof kinds / sizeof *kinds) fail_msg("arrivals %s", text);
  while (*text == ' ') text++;
  a.kind = kinds[k].kind;
  switch (a.kind) {
    case ARRIVALS_CLOSED:
      a.users = whole(&text);
      a.think = text_distribution(&text);
      while (*text == ' ') text++;
      if (starts(&text, "profile")) {
        while (*text == ' ') text++;
        a.crowd = read_profile(scene, &text);
      }
      return a;
    case ARRIVALS_BURST:
      a.size = whole(&text);
      a.at_ns = whole(&text);
      return a;
    case ARRIVALS_MMPP:
      read_phases(scene, text, &a);
      return a;
    case ARRIVALS_TRACE:
      a.trace = read_trace(scene, text);
      return a;
    case ARRIVALS_BURSTS:
      a.geometric = starts(&text, "geometric");
      a.size = whole(&text);
      while (*text == ' ') text++;
      break;
    case ARRIVALS_POISSON:
    case ARRIVALS_CONSTANT:
      break;
  }
  if (starts(&text, "profile")) {
    while (*text == ' ') text++;
    a.profile = read_profile(scene, &text);
  } else {
    a.rate_per_s = quantity(&text);
  }
  return a;
}

static struct mix read_shares(struct scene *scene, const char *text, bool of_tiers) {
  struct mix_part *part = arena_alloc(scene->arena, 16 * sizeof *part);
  struct mix mix = {.part = part};
  char op[32];
  while (text_word(&text, op, sizeof op)) {
    part[mix.n].op = of_tiers ? scene_tier(scene, op) : scene_op(scene, op);
    part[mix.n++].share = quantity(&text);
  }
  return mix;
}

static struct keys read_keys(const char *text) {
  struct keys keys = {.kind = starts(&text, "uniform") ? KEYS_UNIFORM : KEYS_ZIPF};
  if (keys.kind == KEYS_ZIPF && !starts(&text, "zipf")) fail_msg("keys %s", text);
  keys.n = whole(&text);
  if (keys.kind == KEYS_ZIPF) keys.s = quantity(&text);
  return keys;
}

static uint32_t choice(const char *const *choices, const char *text) {
  for (uint32_t i = 0; choices[i]; i++) {
    if (!strcmp(choices[i], text)) return i;
  }
  fail_msg("no choice %s", text);
  return 0;
}

/* "quorum", "2", or "1 10s": so many, and when it goes on without them. */
static struct how_many read_how_many(const struct param *param, const char *text) {
  for (uint32_t i = 0; param->choices[i]; i++) {
    if (!strcmp(param->choices[i], text)) return (struct how_many){.word = i};
  }
  struct how_many many = {.word = HOW_MANY_NUMBER};
  many.number = (uint64_t)quantity(&text);
  if (*text) many.fall_back_ns = (uint64_t)(quantity(&text) + 0.5);
  return many;
}

static struct budget read_budget(const char **text) {
  double share = quantity(text);
  if (share >= 1) return (struct budget){.rule = BUDGET_NONE};
  return (struct budget){.rule = BUDGET_SHARE, .share = share, .burst = 100};
}

static struct backoff read_backoff(const char *text) {
  static const char *const jitters[] = {"none", "full", "equal", "decorrelated", NULL};
  struct backoff b = {.cap_ns = PARAM_UNLIMITED, .factor = 2};
  b.exponential = starts(&text, "exponential");
  b.base_ns = whole(&text);
  if (!b.exponential) return b;
  b.cap_ns = whole(&text);
  b.factor = quantity(&text);
  char word[32];
  if (text_word(&text, word, sizeof word)) b.jitter = (enum jitter)choice(jitters, word);
  return b;
}

static enum outcome cause_named(const char *name) {
  for (int i = 0; i < OUTCOMES; i++) {
    if (!strcmp(outcome_name[i], name)) return (enum outcome)i;
  }
  fail_msg("no cause %s", name);
  return OUTCOME_OK;
}

static struct refs read_refs(struct scene *scene, const char *text) {
  uint32_t *id = arena_alloc(scene->arena, 16 * sizeof *id);
  struct refs refs = {.id = id};
  char name[64];
  while (text_word(&text, name, sizeof name)) scene_fix_later(scene, &id[refs.n++], name);
  return refs;
}

static struct weights read_weights(struct scene *scene, const char *text) {
  struct component_weight *weight = arena_alloc(scene->arena, 16 * sizeof *weight);
  struct weights weights = {.weight = weight};
  char name[64];
  while (text_word(&text, name, sizeof name)) {
    scene_fix_later(scene, &weight[weights.n].of, name);
    weight[weights.n++].weight = quantity(&text);
  }
  return weights;
}

static struct priorities read_priorities(struct scene *scene, const char *text) {
  uint8_t *ops = arena_alloc(scene->arena, 16), *tiers = arena_alloc(scene->arena, 16);
  uint32_t *components = arena_alloc(scene->arena, 16 * sizeof *components);
  const char **name = arena_alloc(scene->arena, 16 * sizeof *name);
  struct priorities priorities = {
      .ops = ops, .tiers = tiers, .components = components, .name = name};
  char op[32];
  while (text_word(&text, op, sizeof op)) { /* tiers, if the scene has them already */
    uint32_t t = 0;
    while (t < scene->tiers && strcmp(scene->tier[t], op) != 0) t++;
    tiers[priorities.n] = t < scene->tiers ? (uint8_t)t : PRIORITY_NONE;
    components[priorities.n] = REF_NONE;
    ops[priorities.n] = t < scene->tiers ? PRIORITY_NONE : scene_op(scene, op);
    name[priorities.n++] = arena_text(scene->arena, op);
  }
  return priorities;
}

static uint32_t read_causes(const char *text) {
  uint32_t set = 0;
  char name[32];
  while (text_word(&text, name, sizeof name)) set |= 1u << cause_named(name);
  return set;
}

/* "70%", "250ms", "10/s" or "100" */
static struct limit read_limit(const char *text) {
  bool ratio = strchr(text, '%') != NULL, time = strchr(text, 's') != NULL;
  const char *slash = strchr(text, '/');
  enum limit_unit unit = ratio ? LIMIT_RATIO : LIMIT_PLAIN;
  if (time) unit = slash ? LIMIT_PER_SECOND : LIMIT_SECONDS;
  double value = slash ? strtod(text, NULL) : quantity(&text);
  return (struct limit){unit, unit == LIMIT_SECONDS ? value / 1e9 : value};
}

/* "promote pg, takes 5s": what stands behind the word, then keys and values; in a value of several
 * words, "exponential/10s/300s/2/none", they are joined by slashes. */
static void read_act(struct node *node, struct control_act *act, const char *text) {
  char name[32], value[64];
  text_word(&text, name, sizeof name);
  *act = (struct control_act){0};
  for (int i = 0; actions[i]; i++) {
    if (!strcmp(actions[i]->word.name, name)) act->action = actions[i];
  }
  if (!act->action) fail_msg("no action %s", name);
  const struct word_def *word = &act->action->word;
  if (word->params) params_default(node, word->params, (char *)act);
  for (const struct param *p = word->params; p && p->name; p++) {
    if (p->type == PARAM_GROUP) params_default(node, p->group, (char *)act + p->offset);
  }
  if (word->subject && text_word(&text, value, sizeof value)) {
    set_value(node, word->subject, (char *)act + word->subject->offset, value);
  }
  while (text_word(&text, name, sizeof name)) {
    const struct param *param = param_named(word->params, name, strlen(name));
    if (!param || !text_word(&text, value, sizeof value)) fail_msg("%s %s?", word->name, name);
    for (char *slash = value; (slash = strchr(slash, '/'));) *slash = ' ';
    set_value(node, param, (char *)act + param->offset, value);
  }
}

static void set_value(struct node *node, const struct param *param, void *at, const char *text) {
  switch (param->type) {
    case PARAM_BOOL:
      *(bool *)at = !strcmp(text, "true");
      return;
    case PARAM_COUNT:
    case PARAM_DURATION:
    case PARAM_BYTES:
      *(uint64_t *)at = whole(&text);
      return;
    case PARAM_NUMBER:
    case PARAM_RATIO:
    case PARAM_RATE:
    case PARAM_BANDWIDTH:
    case PARAM_DISTANCE:
      *(double *)at = quantity(&text);
      return;
    case PARAM_TIME_DIST:
    case PARAM_SIZE_DIST:
      *(struct dist *)at = text_distribution(&text);
      return;
    case PARAM_ENUM:
      *(uint32_t *)at = choice(param->choices, text);
      return;
    case PARAM_TEXT:
      *(const char **)at = arena_text(node->scene->arena, text);
      return;
    case PARAM_REF:
      scene_fix_later(node->scene, at, text);
      return;
    case PARAM_REFS:
      *(struct refs *)at = read_refs(node->scene, text);
      return;
    case PARAM_WEIGHTS:
      *(struct weights *)at = read_weights(node->scene, text);
      return;
    case PARAM_ARRIVALS:
      *(struct arrivals *)at = read_arrivals(node->scene, text);
      return;
    case PARAM_MIX:
      *(struct mix *)at = read_shares(node->scene, text, false);
      return;
    case PARAM_TIERS:
      *(struct mix *)at = read_shares(node->scene, text, true);
      return;
    case PARAM_USERS:
    case PARAM_KEYS:
      *(struct keys *)at = read_keys(text);
      return;
    case PARAM_OP_KNOWN:
      *(int *)at = scene_op(node->scene, text);
      return;
    case PARAM_BACKOFF:
      *(struct backoff *)at = read_backoff(text);
      return;
    case PARAM_BUDGET:
      *(struct budget *)at = read_budget(&text);
      return;
    case PARAM_AFTER:
      ((struct after *)at)->ns = (uint64_t)(quantity(&text) + 0.5);
      return;
    case PARAM_WRITES: {
      struct writes *writes = at;
      writes->policy = *text == 'a' ? WRITE_AROUND : *text == 't' ? WRITE_THROUGH : WRITE_BACK;
      text = strchr(text, ' ');
      writes->flush_ns = text ? whole(&text) : UINT64_C(1000000000);
      return;
    }
    case PARAM_TTL: {
      struct ttl *ttl = at;
      const char *jitter = strstr(text, "jitter ");
      ttl->ns = whole(&text);
      ttl->jitter = jitter ? strtod(jitter + 7, NULL) / 100 : 0;
      return;
    }
    case PARAM_ROOM: {
      bool unlimited = !strcmp(text, "unlimited"), is_size = strchr(text, 'B') != NULL;
      uint64_t n = unlimited ? PARAM_UNLIMITED : (uint64_t)quantity(&text);
      *(struct room *)at = (struct room){.n = n, .in_bytes = is_size};
      return;
    }
    case PARAM_WINDOW: {
      bool is_time = strchr(text, 's') != NULL;
      double value = quantity(&text);
      *(struct window *)at = is_time ? (struct window){.ns = (uint64_t)(value + 0.5)}
                                     : (struct window){.calls = (uint64_t)value};
      return;
    }
    case PARAM_HOW_MANY:
      *(struct how_many *)at = read_how_many(param, text);
      return;
    case PARAM_DETECTOR:
      if (!starts(&text, "phi")) fail_msg("detector %s", text);
      *(struct detector *)at = (struct detector){.rule = DETECTOR_PHI, .phi = quantity(&text)};
      return;
    case PARAM_ACT:
      read_act(node, at, text);
      return;
    case PARAM_WATCH: {
      struct watched_metric *metric = at;
      char name[32];
      const char *point = strchr(text, '.');
      snprintf(name, sizeof name, "%.*s", (int)(point - text), text);
      bool found = false;
      for (uint32_t i = 0; i < node->scene->nodes; i++) {
        const struct node *other = node->scene->node[i];
        if (!strcmp(other->name, name)) found = reading_find(other->kind, point + 1, metric);
      }
      if (!found) fail_msg("no metric %s", text);
      scene_fix_later(node->scene, &metric->component, name);
      return;
    }
    case PARAM_LIMIT:
      *(struct limit *)at = read_limit(text);
      return;
    case PARAM_PLACES:
      ((struct concurrency_config *)at)->start = (uint64_t)quantity(&text);
      return;
    case PARAM_PRIORITY:
    case PARAM_OPS:
      *(struct priorities *)at = read_priorities(node->scene, text);
      return;
    case PARAM_CAUSES:
      *(uint32_t *)at = read_causes(text);
      return;
    default: /* made by other functions */
      break;
  }
  fail_msg("%s is not set from text", param->name);
}
