/* A scene under construction: what the files of the harness share. */
#ifndef SCENE_H
#define SCENE_H

#include "harness.h"

enum { MAX_NODES = 1024, MAX_FIXUPS = 4096, MAX_PLACES = 64, MAX_HANDLERS = 32, MAX_STEPS = 1024 };

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

struct node *scene_add_node(struct scene *scene, const struct kind *kind, const char *name,
                            uint32_t instances);

/* `*at` becomes the number of the component of this name when all are known. */
void scene_fix_later(struct scene *scene, uint32_t *at, const char *name);

/* --- text (scene_text.c) -------------------------------------------------------------------- */

/* The next word of a text, ended by a space or comma; false at its end. */
bool text_word(const char **text, char *word, size_t size);
struct dist text_distribution(const char **text);

const struct param *param_named(const struct param *params, const char *name, size_t n);
void params_default(struct node *node, const struct param *params, char *config);

#endif
