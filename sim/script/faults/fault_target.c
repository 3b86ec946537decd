#include "fault_target.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "outline.h"
#include "sim.h"

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

bool fault_target_read(struct loader *loader, const struct spot *spot, const char **text,
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

bool fault_target_check(struct loader *loader, const struct spot *spot, const char *text,
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
    if (!fault_target_check(loader, spot, name, def, one)) return false;
  }
  return true;
}
