#include "harness.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action_def.h"
#include "arena.h"
#include "call.h"
#include "checks.h"
#include "profile.h"
#include "reading.h"
#include "registry.h"

enum { MAX_NODES = 256, MAX_FIXUPS = 4096, MAX_PLACES = 64, MAX_HANDLERS = 32, MAX_STEPS = 1024 };

struct node {
  struct scene *scene;
  const char *name;
  const struct kind *kind;
  void *config;
  uint32_t instances;
  struct dist start;
  uint64_t drain_ns;
  uint32_t zones;
  const char *zone[8];
  uint32_t on_n;
  struct handler_builder *on[MAX_HANDLERS];
};

struct handler_builder {
  struct scene *scene;
  int op;
  uint32_t steps, calls;
  struct step *step;
  struct program_call *call;
};

struct scene {
  struct arena *arena;
  uint32_t nodes, ops, zones, regions, paths, faults, fixups;
  struct node *node[MAX_NODES];
  const char *op[SPEC_MAX_OPS];
  uint32_t tiers;
  const char *tier[SPEC_MAX_TIERS];
  struct zone_spec zone[8];
  const char *zone_region[8];
  const char *region[8];
  struct path_spec path[MAX_PLACES];
  const char *path_end[MAX_PLACES][2];
  struct fault_spec fault[MAX_PLACES];
  const char *fault_end[MAX_PLACES][2];
  struct {
    const char *name;
    uint32_t *at;
  } fixup[MAX_FIXUPS]; /* references, resolved when all components are known */
  struct recorder *recorder[MAX_NODES];
  uint32_t recorders;
  struct spec spec;
  bool built;
};

/* --- reading text --------------------------------------------------------------------------- */

/* The next word of a text, ended by a space or comma; false at its end. */
static bool next_word(const char **text, char *word, size_t size) {
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
  if (!next_word(text, word, sizeof word)) fail_msg("a quantity is missing");
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

static struct dist distribution(const char **text) {
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

static void set_defaults(struct node *node, const struct param *params, char *config) {
  for (const struct param *p = params; p->name; p++) {
    if (p->fallback) set_value(node, p, config + p->offset, p->fallback);
    if (p->type == PARAM_REF && !p->fallback) *(uint32_t *)(config + p->offset) = REF_NONE;
    if (p->type == PARAM_OP_KNOWN) *(int *)(config + p->offset) = -1;
  }
}

static const struct param *param_named(const struct param *params, const char *name, size_t n) {
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
    if (!*given) set_defaults(node, params, config);
    *given = true;
  }
  const struct param *param = param_named(params, name, strlen(name));
  if (!param) fail_msg("%s: no parameter %s", node->kind->name, name);
  set_value(node, param, config + param->offset, text);
}

static void fix_later(struct scene *scene, uint32_t *at, const char *name) {
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
      a.think = distribution(&text);
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
  while (next_word(&text, op, sizeof op)) {
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
  if (next_word(&text, word, sizeof word)) b.jitter = (enum jitter)choice(jitters, word);
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
  while (next_word(&text, name, sizeof name)) fix_later(scene, &id[refs.n++], name);
  return refs;
}

static struct weights read_weights(struct scene *scene, const char *text) {
  struct component_weight *weight = arena_alloc(scene->arena, 16 * sizeof *weight);
  struct weights weights = {.weight = weight};
  char name[64];
  while (next_word(&text, name, sizeof name)) {
    fix_later(scene, &weight[weights.n].of, name);
    weight[weights.n++].weight = quantity(&text);
  }
  return weights;
}

static struct priorities read_priorities(struct scene *scene, const char *text) {
  uint8_t *ops = arena_alloc(scene->arena, 16), *tiers = arena_alloc(scene->arena, 16);
  const char **name = arena_alloc(scene->arena, 16 * sizeof *name);
  struct priorities priorities = {.ops = ops, .tiers = tiers, .name = name};
  char op[32];
  while (next_word(&text, op, sizeof op)) { /* tiers, if the scene has them already */
    uint32_t t = 0;
    while (t < scene->tiers && strcmp(scene->tier[t], op) != 0) t++;
    tiers[priorities.n] = t < scene->tiers ? (uint8_t)t : PRIORITY_NONE;
    ops[priorities.n] = t < scene->tiers ? PRIORITY_NONE : scene_op(scene, op);
    name[priorities.n++] = arena_text(scene->arena, op);
  }
  return priorities;
}

static uint32_t read_causes(const char *text) {
  uint32_t set = 0;
  char name[32];
  while (next_word(&text, name, sizeof name)) set |= 1u << cause_named(name);
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
  next_word(&text, name, sizeof name);
  *act = (struct control_act){0};
  for (int i = 0; actions[i]; i++) {
    if (!strcmp(actions[i]->word.name, name)) act->action = actions[i];
  }
  if (!act->action) fail_msg("no action %s", name);
  const struct word_def *word = &act->action->word;
  if (word->params) set_defaults(node, word->params, (char *)act);
  for (const struct param *p = word->params; p && p->name; p++) {
    if (p->type == PARAM_GROUP) set_defaults(node, p->group, (char *)act + p->offset);
  }
  if (word->subject && next_word(&text, value, sizeof value)) {
    set_value(node, word->subject, (char *)act + word->subject->offset, value);
  }
  while (next_word(&text, name, sizeof name)) {
    const struct param *param = param_named(word->params, name, strlen(name));
    if (!param || !next_word(&text, value, sizeof value)) fail_msg("%s %s?", word->name, name);
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
      *(struct dist *)at = distribution(&text);
      return;
    case PARAM_ENUM:
      *(uint32_t *)at = choice(param->choices, text);
      return;
    case PARAM_TEXT:
      *(const char **)at = arena_text(node->scene->arena, text);
      return;
    case PARAM_REF:
      fix_later(node->scene, at, text);
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
      *(struct detector *)at = (struct detector){DETECTOR_PHI, quantity(&text)};
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
      fix_later(node->scene, &metric->component, name);
      return;
    }
    case PARAM_LIMIT:
      *(struct limit *)at = read_limit(text);
      return;
    case PARAM_PLACES:
      ((struct concurrency_config *)at)->start = (uint64_t)quantity(&text);
      return;
    case PARAM_PRIORITY:
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

/* --- scenes --------------------------------------------------------------------------------- */

struct scene *scene_new(void) {
  struct scene *scene = mem_zeroed(1, sizeof *scene);
  scene->arena = arena_new();
  scene_op(scene, "default");
  return scene;
}

void scene_free(struct scene *scene) {
  for (uint32_t i = 0; i < scene->recorders; i++) {
    free(scene->recorder[i]->record);
    scene->recorder[i]->record = NULL;
    scene->recorder[i]->n = scene->recorder[i]->capacity = 0;
  }
  arena_free(scene->arena);
  free(scene);
}

static struct node *add_node(struct scene *scene, const struct kind *kind, const char *name,
                             uint32_t instances) {
  assert_true(scene->nodes < MAX_NODES && !scene->built);
  struct node *node = arena_alloc(scene->arena, sizeof *node);
  node->scene = scene;
  node->name = arena_text(scene->arena, name);
  node->kind = kind;
  node->config = arena_alloc(scene->arena, kind->config_size ? kind->config_size : 1);
  node->instances = instances;
  if (kind->params) set_defaults(node, kind->params, node->config);
  scene->node[scene->nodes++] = node;
  return node;
}

struct node *scene_add_kind(struct scene *scene, const struct kind *kind, const char *name,
                            uint32_t instances) {
  return add_node(scene, kind, name, instances);
}

struct node *scene_add(struct scene *scene, const char *kind, const char *name,
                       uint32_t instances) {
  const struct kind *found = registry_find(kind);
  if (!found) fail_msg("no kind %s", kind);
  return add_node(scene, found, name, instances);
}

uint8_t scene_tier(struct scene *scene, const char *tier) {
  for (uint32_t i = 0; i < scene->tiers; i++) {
    if (!strcmp(scene->tier[i], tier)) return (uint8_t)i;
  }
  assert_true(scene->tiers < SPEC_MAX_TIERS && !scene->built);
  scene->tier[scene->tiers] = arena_text(scene->arena, tier);
  return (uint8_t)scene->tiers++;
}

uint8_t scene_op(struct scene *scene, const char *op) {
  for (uint32_t i = 0; i < scene->ops; i++) {
    if (!strcmp(scene->op[i], op)) return (uint8_t)i;
  }
  assert_true(scene->ops < SPEC_MAX_OPS && !scene->built);
  scene->op[scene->ops] = arena_text(scene->arena, op);
  return (uint8_t)scene->ops++;
}

void node_life(struct node *node, struct dist start, uint64_t drain_ns) {
  node->start = start;
  node->drain_ns = drain_ns;
}

void node_zones(struct node *node, const char *zones) {
  char name[32];
  while (next_word(&zones, name, sizeof name)) {
    node->zone[node->zones++] = arena_text(node->scene->arena, name);
  }
}

void scene_zone(struct scene *scene, const char *zone, const char *region) {
  scene->zone_region[scene->zones] = region;
  scene->zone[scene->zones++].name = zone;
  if (!region) return;
  for (uint32_t i = 0; i < scene->regions; i++) {
    if (!strcmp(scene->region[i], region)) return;
  }
  scene->region[scene->regions++] = region;
}

void scene_path(struct scene *scene, const char *from, const char *to, struct path_spec path) {
  assert_true(scene->paths < MAX_PLACES);
  scene->path_end[scene->paths][0] = from;
  scene->path_end[scene->paths][1] = to;
  scene->path[scene->paths++] = path;
}

void scene_fault(struct scene *scene, const char *target, const char *other,
                 struct fault_spec fault) {
  assert_true(scene->faults < MAX_PLACES);
  if (!fault.name) fault.name = arena_format(scene->arena, "fault%02u", scene->faults + 1);
  scene->fault_end[scene->faults][0] = arena_text(scene->arena, target);
  fault.on_path |= other != NULL;
  scene->fault_end[scene->faults][1] = other ? arena_text(scene->arena, other) : NULL;
  scene->fault[scene->faults++] = fault;
}

static struct place place_named(const struct scene *scene, const char *name) {
  uint32_t component = spec_find(&scene->spec, name);
  if (component != REF_NONE) return (struct place){PLACE_COMPONENT, component};
  for (uint32_t i = 0; i < scene->zones; i++) {
    if (!strcmp(scene->zone[i].name, name)) return (struct place){PLACE_ZONE, i};
  }
  for (uint32_t i = 0; i < scene->regions; i++) {
    if (!strcmp(scene->region[i], name)) return (struct place){PLACE_REGION, i};
  }
  fail_msg("no place %s", name);
  return (struct place){0};
}

static struct fault_target target_named(const struct scene *scene, const char *text) {
  char name[64];
  size_t n = strcspn(text, "[");
  snprintf(name, sizeof name, "%.*s", (int)n, text);
  struct place place = place_named(scene, name);
  struct fault_target target = {.id = place.id};
  switch (place.kind) {
    case PLACE_COMPONENT:
      target.kind = text[n] != '['       ? TARGET_COMPONENT
                    : text[n + 1] == '*' ? TARGET_EACH
                                         : TARGET_MEMBER;
      if (target.kind == TARGET_MEMBER) target.member = (uint32_t)strtoul(text + n + 1, NULL, 10);
      break;
    case PLACE_ZONE:
      target.kind = TARGET_ZONE;
      break;
    case PLACE_REGION:
      target.kind = TARGET_REGION;
      break;
  }
  return target;
}

static int by_node_name(const void *a, const void *b) {
  return strcmp((*(struct node *const *)a)->name, (*(struct node *const *)b)->name);
}

static struct handlers handlers_of(struct node *node) {
  struct arena *arena = node->scene->arena;
  struct handler *handler = arena_alloc(arena, (node->on_n + 1) * sizeof *handler);
  for (uint32_t i = 0; i < node->on_n; i++) {
    struct handler_builder *on = node->on[i];
    on->step[on->steps] = (struct step){.kind = STEP_END, .op = -1};
    handler[i].op = on->op;
    handler[i].program = (struct program){on->steps + 1, on->calls, on->step, on->call};
  }
  return (struct handlers){node->on_n, handler};
}

static void build_components(struct scene *scene) {
  static const char *const instances[] = {"instances"};
  struct spec *spec = &scene->spec;
  qsort(scene->node, scene->nodes, sizeof scene->node[0], by_node_name);
  struct component_spec *list = arena_alloc(scene->arena, scene->nodes * sizeof *list);
  for (uint32_t i = 0; i < scene->nodes; i++) {
    struct node *node = scene->node[i];
    uint32_t *zone = arena_alloc(scene->arena, 8 * sizeof *zone);
    for (uint32_t k = 0; k < node->zones; k++) zone[k] = place_named(scene, node->zone[k]).id;
    if (node->on_n) {
      const struct param *on = param_named(node->kind->params, "on", 2);
      *(struct handlers *)((char *)node->config + on->offset) = handlers_of(node);
    }
    list[i] = (struct component_spec){.name = node->name,
                                      .kind = node->kind,
                                      .config = node->config,
                                      .instances = node->instances,
                                      .zones = node->zones,
                                      .zone = zone,
                                      .start = node->start,
                                      .drain_ns = node->drain_ns,
                                      .given = instances,
                                      .givens = node->instances > 1 && !node->kind->keeps_data,
                                      .file = "test",
                                      .line = 1};
  }
  spec->components = scene->nodes;
  spec->component = list;
}

static int by_fault_name(const void *a, const void *b) {
  return strcmp(((const struct fault_spec *)a)->name, ((const struct fault_spec *)b)->name);
}

const struct spec *scene_spec(struct scene *scene) {
  struct spec *spec = &scene->spec;
  if (scene->built) return spec;
  scene->built = true;
  spec->arena = scene->arena;
  spec->ops = scene->ops;
  spec->op = scene->op;
  spec->tiers = scene->tiers;
  spec->tier = scene->tier;
  spec->zones = scene->zones;
  spec->zone = scene->zone;
  spec->regions = scene->regions;
  spec->region = scene->region;
  for (uint32_t i = 0; i < scene->zones; i++) {
    scene->zone[i].region = REF_NONE;
    for (uint32_t r = 0; r < scene->regions && scene->zone_region[i]; r++) {
      if (!strcmp(scene->region[r], scene->zone_region[i])) scene->zone[i].region = r;
    }
  }
  build_components(scene);
  for (uint32_t i = 0; i < scene->fixups; i++) {
    *scene->fixup[i].at = spec_find(spec, scene->fixup[i].name);
    if (*scene->fixup[i].at == REF_NONE) fail_msg("no component %s", scene->fixup[i].name);
  }
  struct error err = {0};
  uint32_t culprit = 0;
  struct component_spec *list = (struct component_spec *)spec->component;
  if (!actions_prepare(spec, list, &culprit, &err)) {
    fail_msg("%s: %s", list[culprit].name, err.text);
  }
  for (uint32_t i = 0; i < scene->paths; i++) {
    scene->path[i].from = place_named(scene, scene->path_end[i][0]);
    scene->path[i].to = place_named(scene, scene->path_end[i][1]);
  }
  spec->paths = scene->paths;
  spec->path = scene->path;
  for (uint32_t i = 0; i < scene->faults; i++) {
    scene->fault[i].target = target_named(scene, scene->fault_end[i][0]);
    if (scene->fault_end[i][1]) {
      scene->fault[i].other = target_named(scene, scene->fault_end[i][1]);
    }
  }
  qsort(scene->fault, scene->faults, sizeof scene->fault[0], by_fault_name);
  spec->faults = scene->faults;
  spec->fault = scene->fault;
  return spec;
}

bool node_valid(struct node *node, struct error *err) {
  const struct spec *spec = scene_spec(node->scene);
  const struct component_spec *component = &spec->component[spec_find(spec, node->name)];
  return !node->kind->validate || node->kind->validate(spec, component, err);
}

/* --- handlers ------------------------------------------------------------------------------- */

struct handler_builder *node_on(struct node *node, const char *op) {
  assert_true(node->on_n < MAX_HANDLERS);
  struct handler_builder *on = arena_alloc(node->scene->arena, sizeof *on);
  on->scene = node->scene;
  on->op = op ? scene_op(node->scene, op) : -1;
  on->step = arena_alloc(node->scene->arena, MAX_STEPS * sizeof *on->step);
  on->call = arena_alloc(node->scene->arena, MAX_STEPS * sizeof *on->call);
  node->on[node->on_n++] = on;
  return on;
}

static uint16_t add_step(struct handler_builder *on, struct step step) {
  assert_true(on->steps + 1 < MAX_STEPS);
  for (uint32_t i = 0; i < on->steps; i++) step.ordinal += on->step[i].kind == step.kind;
  on->step[on->steps] = step;
  return (uint16_t)on->steps++;
}

uint16_t on_work(struct handler_builder *on, const char *dist) {
  return add_step(on, (struct step){.kind = STEP_WORK, .dist = distribution(&dist)});
}

uint16_t on_sleep(struct handler_builder *on, const char *dist) {
  return add_step(on, (struct step){.kind = STEP_SLEEP, .dist = distribution(&dist)});
}

struct outbound_config no_policy(void) {
  return (struct outbound_config){
      .timeout_ns = TIME_NEVER,
      .deadline_ns = TIME_NEVER,
      .retry = {.attempts = 3, .on = ~1u},
      .hedge = {.most = 1},
      .breaker = {.slow_ns = TIME_NEVER, .open_ns = 60 * S, .trials = 1, .on = ~1u},
      .pool = {.wait_ns = TIME_NEVER}};
}

static void add_call(struct handler_builder *on, struct call_to call) {
  assert_true(on->calls < MAX_STEPS);
  struct program_call *made = &on->call[on->calls++];
  *made = (struct program_call){.op = call.op ? scene_op(on->scene, call.op) : OP_INHERIT,
                                .policy = call.policy ? *call.policy : no_policy(),
                                .times = call.times ? call.times : 1,
                                .each = call.each,
                                .request = dist_constant(call.request_bytes),
                                .response = dist_constant(call.response_bytes)};
  if (call.timeout_ns) made->policy.timeout_ns = call.timeout_ns;
  fix_later(on->scene, &made->component, call.to);
}

uint16_t on_call(struct handler_builder *on, struct call_to call) {
  call.times = 1; /* several are a step of their own */
  uint16_t step = add_step(on, (struct step){.kind = STEP_CALL, .first = on->calls, .count = 1});
  add_call(on, call);
  return step;
}

uint16_t on_parallel(struct handler_builder *on, uint32_t need, uint32_t n,
                     const struct call_to *calls) {
  uint16_t step = add_step(
      on, (struct step){.kind = STEP_PARALLEL, .first = on->calls, .count = n, .need = need});
  for (uint32_t i = 0; i < n; i++) add_call(on, calls[i]);
  return step;
}

uint16_t on_branch(struct handler_builder *on, double chance, const char *op) {
  return add_step(
      on, (struct step){
              .kind = STEP_BRANCH, .chance = chance, .op = op ? scene_op(on->scene, op) : -1});
}

uint16_t on_jump(struct handler_builder *on) {
  return add_step(on, (struct step){.kind = STEP_JUMP});
}

uint16_t on_fail(struct handler_builder *on) {
  return add_step(on, (struct step){.kind = STEP_FAIL, .outcome = OUTCOME_FAILED});
}

uint16_t on_reply(struct handler_builder *on) {
  return add_step(on, (struct step){.kind = STEP_REPLY});
}

uint16_t on_hand_over(struct handler_builder *on) {
  return add_step(on, (struct step){.kind = STEP_REPLY, .hand_over = true});
}

void on_target(struct handler_builder *on, uint16_t step) {
  on->step[step].target = (uint16_t)on->steps;
}

/* --- the sender ----------------------------------------------------------------------------- */

struct sender_config {
  struct shot *shots;
  uint32_t n;
  bool has_policy;
  struct outbound_config policy;
};

struct sender_state {
  uint32_t ended; /* shots */
  struct outbound *out;
};

static void sender_init(struct sim *sim, struct member *member) {
  const struct sender_config *config = member->component->config;
  struct sender_state *s = member->state;
  if (!config->has_policy) return;
  struct component *to = &sim->component[spec_find(sim->spec, config->shots[0].to)];
  s->out =
      outbound_new(sim, member, to, to->spec->name, &config->policy, (struct outbound_hooks){0});
}

static void sender_start(struct sim *sim, struct member *member) {
  const struct sender_config *config = member->component->config;
  for (uint32_t i = 0; i < config->n; i++) {
    config->shots[i].ended = 0;
    config->shots[i].ended_ns = TIME_NEVER;
    sim_schedule(sim, member, config->shots[i].at_ns, i);
  }
}

static void sender_on_event(struct sim *sim, struct member *member, uint32_t i) {
  const struct sender_config *config = member->component->config;
  const struct shot *shot = &config->shots[i];
  struct component *to = &sim->component[spec_find(sim->spec, shot->to)];
  struct frame *call = call_new(sim, member, NULL);
  call->key = shot->key ? shot->key : i + 1;
  call->item = shot->item;
  call->op = shot->op ? (uint8_t)spec_find_op(sim->spec, shot->op) : OP_DEFAULT;
  call->site = (uint16_t)i;
  struct member *member_to =
      shot->member ? &to->member[shot->member - 1] : component_pick(to, call);
  const struct sender_state *s = member->state;
  if (s->out) {
    outbound_send(sim, s->out, call);
    return;
  }
  outbound_send_plain(sim, call, member_to, shot->timeout_ns ? shot->timeout_ns : TIME_NEVER);
}

static void sender_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                            struct frame *call, enum outcome outcome) {
  (void)parent;
  if (outbound_takes(sim, call, outcome)) return;
  const struct sender_config *config = member->component->config;
  struct shot *shot = &config->shots[call->site];
  shot->ended++;
  shot->rank = ++((struct sender_state *)member->state)->ended;
  shot->ended_ns = sim->now_ns;
  shot->outcome = outcome;
}

static double sender_message_bytes(struct sim *sim, struct member *member, struct frame *parent,
                                   struct frame *call, bool answer) {
  (void)sim;
  (void)parent;
  const struct sender_config *config = member->component->config;
  const struct shot *shot = &config->shots[call->site];
  return answer ? shot->response_bytes : shot->request_bytes;
}

static const struct kind kind_sender = {
    .name = "sender",
    .config_size = sizeof(struct sender_config),
    .state_size = sizeof(struct sender_state),
    .is_source = true,
    .init = sender_init,
    .start = sender_start,
    .on_event = sender_on_event,
    .on_reply = sender_on_reply,
    .message_bytes = sender_message_bytes,
};

void sender_policy(struct node *sender, struct outbound_config policy) {
  struct sender_config *config = sender->config;
  config->has_policy = true;
  config->policy = policy;
}

struct node *scene_add_sender(struct scene *scene, const char *name, struct shot *shots,
                              uint32_t n) {
  assert_true(n <= 32767);
  struct node *node = add_node(scene, &kind_sender, name, 1);
  *(struct sender_config *)node->config = (struct sender_config){.shots = shots, .n = n};
  for (uint32_t i = 0; i < n; i++) {
    if (shots[i].op) scene_op(scene, shots[i].op);
  }
  return node;
}

/* --- the recorder --------------------------------------------------------------------------- */

struct recorder_config {
  struct recorder *recorder;
  uint32_t target;
};

static void recorder_init(struct sim *sim, struct member *member) {
  (void)sim;
  ((const struct recorder_config *)member->component->config)->recorder->n = 0;
}

static void recorder_answer(struct sim *sim, struct member *member, struct frame *call,
                            enum outcome outcome) {
  struct recorder *r = ((const struct recorder_config *)member->component->config)->recorder;
  struct record *record = &r->record[call->mark_ns];
  record->ended_ns = sim->now_ns;
  record->outcome = outcome;
  call_reply(sim, call, outcome);
}

static enum outcome own_outcome(const struct recorder *r, const struct frame *call) {
  if (call->mark_ns >= r->fails) return OUTCOME_OK;
  return r->failure == OUTCOME_OK ? OUTCOME_FAILED : r->failure;
}

static void recorder_on_call(struct sim *sim, struct member *member, struct frame *call) {
  const struct recorder_config *config = member->component->config;
  struct recorder *r = config->recorder;
  if (r->n == r->capacity) {
    r->capacity = r->capacity ? 2 * r->capacity : 64;
    r->record = mem_resize(r->record, r->capacity * sizeof *r->record);
  }
  call->mark_ns = r->n; /* without a station the field is free */
  r->record[r->n++] = (struct record){.at_ns = sim->now_ns,
                                      .ended_ns = TIME_NEVER,
                                      .key = call->key,
                                      .item = call->item,
                                      .member = member->index,
                                      .depth = sim->depth,
                                      .op = call->op};
  uint64_t delay_ns = r->delay_ns + r->ns_per_item * call->item;
  if (r->mute) {
    frame_set_state(sim, call, FRAME_WAITING);
  } else if (config->target != REF_NONE) {
    struct frame *onward = call_new(sim, member, call);
    call_send(sim, onward, component_pick(&sim->component[config->target], onward), TIME_NEVER);
  } else if (delay_ns) {
    call_work(sim, member, call, delay_ns);
  } else {
    recorder_answer(sim, member, call, own_outcome(r, call));
  }
}

static void recorder_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  const struct recorder_config *config = member->component->config;
  recorder_answer(sim, member, call, own_outcome(config->recorder, call));
}

static void recorder_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                              struct frame *call, enum outcome outcome) {
  (void)call;
  recorder_answer(sim, member, parent, outcome);
}

static const struct kind kind_recorder = {
    .name = "recorder",
    .config_size = sizeof(struct recorder_config),
    .init = recorder_init,
    .on_call = recorder_on_call,
    .on_reply = recorder_on_reply,
    .on_timer = recorder_on_timer,
};

struct node *scene_add_recorder(struct scene *scene, const char *name, uint32_t instances,
                                struct recorder *recorder) {
  struct node *node = add_node(scene, &kind_recorder, name, instances);
  struct recorder_config *config = node->config;
  *config = (struct recorder_config){recorder, REF_NONE};
  if (recorder->target) fix_later(scene, &config->target, recorder->target);
  scene->recorder[scene->recorders++] = recorder;
  return node;
}

/* --- running -------------------------------------------------------------------------------- */

struct run run_begin(struct scene *scene, uint64_t seed, uint64_t warmup_ns, uint64_t end_ns) {
  if (seed != 1) print_message("seed %llu\n", (unsigned long long)seed);
  const struct spec *spec = scene_spec(scene);
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *component = &spec->component[i];
    struct error err;
    if (component->kind->validate && !component->kind->validate(spec, component, &err)) {
      fail_msg("%s: %s", component->name, err.text);
    }
  }
  return (struct run){.sim = sim_new(spec, seed, 0, warmup_ns, end_ns, true)};
}

bool checks_pass(struct sim *sim, struct check *why) {
  uint32_t n;
  struct check *check = sim_checks(sim, &n);
  bool pass = true;
  assert_true(n >= 1);
  for (uint32_t i = 0; i < n && pass; i++) {
    pass = check[i].pass;
    if (!pass && why) *why = check[i];
  }
  free(check);
  return pass;
}

void run_finish(struct run *run) {
  struct check why;
  if (run->sim->failure[0]) fail_msg("the run was given up: %s", run->sim->failure);
  if (!checks_pass(run->sim, &why)) fail_msg("%s: %s", why.name, why.detail);
  metrics_free(&run->metrics);
  sim_collect(run->sim, &run->metrics);
}

struct run run_scene(struct scene *scene, uint64_t seed, uint64_t end_ns) {
  struct run run = run_begin(scene, seed, 0, end_ns);
  sim_run(run.sim, end_ns);
  run_finish(&run);
  return run;
}

void run_free(struct run *run) {
  metrics_free(&run->metrics);
  sim_free(run->sim);
  run->sim = NULL;
}

bool has_metric(const struct run *run, const char *name) {
  for (uint32_t i = 0; i < run->metrics.n; i++) {
    if (!strcmp(run->metrics.list[i].name, name)) return true;
  }
  return false;
}

double metric(const struct run *run, const char *name) {
  for (uint32_t i = 0; i < run->metrics.n; i++) {
    if (!strcmp(run->metrics.list[i].name, name)) return metric_value(&run->metrics.list[i]);
  }
  fail_msg("there is no metric %s", name);
  return NAN;
}

struct member *run_member(const struct run *run, const char *component, uint32_t member) {
  uint32_t id = spec_find(run->sim->spec, component);
  assert_true(id != REF_NONE && member >= 1 && member <= run->sim->component[id].members);
  return &run->sim->component[id].member[member - 1];
}

struct station *run_station(const struct run *run, const char *component, uint32_t member) {
  struct member *m = run_member(run, component, member);
  assert_non_null(m->component->kind->station);
  return m->component->kind->station(m);
}

/* --- asserting ------------------------------------------------------------------------------ */

void assert_within_at(double value, double expected, double tolerance, const char *what,
                      const char *file, int line) {
  if (fabs(value - expected) <= tolerance) return; /* false for NaN */
  print_error("%s = %.17g, expected %.17g +- %.3g\n", what, value, expected, tolerance);
  _fail(file, line);
}

void assert_share_at(double hits, double n, double p, const char *what, const char *file,
                     int line) {
  double sigma = sqrt(n * p * (1 - p));
  print_message("  %s: %.0f of %.0f, expected %.0f, off by %.2f sigma\n", what, hits, n, n * p,
                (hits - n * p) / sigma);
  if (fabs(hits - n * p) <= 4.5 * sigma) return;
  print_error("%s: %.0f of %.0f, expected %.0f\n", what, hits, n, n * p);
  _fail(file, line);
}

void assert_shot_at(const struct shot *shot, enum outcome outcome, uint64_t ended_ns,
                    const char *file, int line) {
  if (shot->ended == 1 && shot->outcome == outcome && shot->ended_ns == ended_ns) return;
  if (shot->ended != 1) {
    print_error("the shot at %.9f s ended %u times\n", (double)shot->at_ns / 1e9, shot->ended);
  } else {
    print_error("the shot at %.9f s ended %s at %.9f s, expected %s at %.9f s\n",
                (double)shot->at_ns / 1e9, outcome_name[shot->outcome],
                (double)shot->ended_ns / 1e9, outcome_name[outcome], (double)ended_ns / 1e9);
  }
  _fail(file, line);
}
