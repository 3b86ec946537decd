#include "param_list.h"

#include <stdlib.h>
#include <string.h>

#include "param_text.h"
#include "sim.h"
#include "words.h"

struct list {
  const struct spec *spec;
  struct arena *arena;
  struct param_value *entry;
  uint32_t n, capacity;
  uint32_t component;
  uint32_t givens; /* keys that the user wrote */
  const char *const *given;
};

static bool is_given(const struct list *list, const char *key) {
  for (uint32_t i = 0; i < list->givens; i++) {
    if (!strcmp(list->given[i], key)) return true;
  }
  return false;
}

static const char *text_of(const struct list *list, const struct param *param, const void *value) {
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (out == NULL) abort();
  param_text(out, list->spec, param, value);
  fclose(out);
  const char *kept = arena_text(list->arena, text);
  free(text);
  return kept;
}

static void add(struct list *list, const char *key, const char *value, const struct param *param) {
  if (list->n == list->capacity) {
    list->capacity = list->capacity ? 2 * list->capacity : 64;
    struct param_value *more = arena_alloc(list->arena, list->capacity * sizeof *more);
    if (list->n) memcpy(more, list->entry, list->n * sizeof *more);
    list->entry = more;
  }
  list->entry[list->n++] = (struct param_value){
      list->component, key, value, param->fallback, is_given(list, key), param->doc,
  };
}

static void add_table(struct list *list, const struct param *params, const void *config,
                      const char *prefix) {
  for (; params->name; params++) {
    const void *value = (const char *)config + params->offset;
    const char *key = arena_format(list->arena, "%s%s", prefix, params->name);
    if (params->type == PARAM_GROUP && *(const bool *)value) {
      add_table(list, params->group, value, arena_format(list->arena, "%s.", key));
    } else {
      add(list, key, text_of(list, params, value), params);
    }
  }
}

static const char *zones_of(const struct list *list, const struct component_spec *c) {
  const char *text = c->zones ? list->spec->zone[c->zone[0]].name : "none";
  for (uint32_t i = 1; i < c->zones; i++) {
    text = arena_format(list->arena, "%s, %s", text, list->spec->zone[c->zone[i]].name);
  }
  return text;
}

/* What every component has; the engine keeps it outside the kind's config. */
static void add_common(struct list *list, const struct component_spec *c) {
  for (const struct param *p = common_params; p->name; p++) {
    if (!strcmp(p->name, "instances")) {
      add(list, p->name, arena_format(list->arena, "%u", c->instances), p);
    } else if (!strcmp(p->name, "zone")) {
      add(list, p->name, zones_of(list, c), p);
    } else if (!strcmp(p->name, "start")) {
      add(list, p->name, text_of(list, p, &c->start), p);
    } else if (!strcmp(p->name, "drain")) {
      add(list, p->name, text_of(list, p, &c->drain_ns), p);
    } else if (!strcmp(p->name, "sessions") && c->sessions > 0) {
      add(list, p->name, text_of(list, p, &c->sessions), p);
    } else if (!strcmp(p->name, "price") && c->price != NULL) {
      add(list, p->name, text_of(list, p, c->price), p);
    }
  }
}

const struct param_value *param_list(const struct spec *spec, struct arena *arena, uint32_t *n) {
  struct list list = {.spec = spec, .arena = arena};
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    list.component = i;
    const struct composed_spec *whole = spec_composed(c);
    list.givens = whole ? whole->givens : c->givens;
    list.given = whole ? whole->given : c->given;
    if (whole) {
      add_table(&list, whole->kind->params, whole->config, "");
    } else if (c->config != NULL) {
      add_table(&list, c->kind->params, c->config, "");
    }
    list.givens = c->givens;
    list.given = c->given;
    add_common(&list, c);
  }
  *n = list.n;
  return list.entry;
}
