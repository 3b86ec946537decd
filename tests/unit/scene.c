#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action_def.h"
#include "arena.h"
#include "registry.h"

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

struct node *scene_add_node(struct scene *scene, const struct kind *kind, const char *name,
                            uint32_t instances) {
  assert_true(scene->nodes < MAX_NODES && !scene->built);
  struct node *node = arena_alloc(scene->arena, sizeof *node);
  node->scene = scene;
  node->name = arena_text(scene->arena, name);
  node->kind = kind;
  node->config = arena_alloc(scene->arena, kind->config_size ? kind->config_size : 1);
  node->instances = instances;
  if (kind->params) params_default(node, kind->params, node->config);
  scene->node[scene->nodes++] = node;
  return node;
}

struct node *scene_add_kind(struct scene *scene, const struct kind *kind, const char *name,
                            uint32_t instances) {
  return scene_add_node(scene, kind, name, instances);
}

struct node *scene_add(struct scene *scene, const char *kind, const char *name,
                       uint32_t instances) {
  const struct kind *found = registry_find(kind);
  if (!found) fail_msg("no kind %s", kind);
  return scene_add_node(scene, found, name, instances);
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
  while (text_word(&zones, name, sizeof name)) {
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

struct fault_spec fault_ms(const struct fault_def *type, uint64_t at_ms, uint64_t lasts_ms) {
  return (struct fault_spec){.type = type,
                             .at_ns = at_ms * MS,
                             .lasts = dist_constant((double)(lasts_ms * MS)),
                             .factor = 1};
}

struct fault_spec slow_ms(double factor, uint64_t at_ms, uint64_t lasts_ms) {
  struct fault_spec fault = fault_ms(&fault_slow, at_ms, lasts_ms);
  fault.factor = factor;
  return fault;
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
  return add_step(on, (struct step){.kind = STEP_WORK, .dist = text_distribution(&dist)});
}

uint16_t on_sleep(struct handler_builder *on, const char *dist) {
  return add_step(on, (struct step){.kind = STEP_SLEEP, .dist = text_distribution(&dist)});
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
  scene_fix_later(on->scene, &made->component, call.to);
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
