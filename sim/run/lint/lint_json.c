#include "lint_json.h"

#include "json_write.h"

static json_t *finding_json(const struct finding *f) {
  json_t *json = json_object();
  json_object_set_new(json, "rule", json_text(f->rule->id));
  json_object_set_new(json, "subject", json_text(f->component));
  json_object_set_new(json, "what", json_text(f->what));
  json_object_set_new(json, "why", json_text(f->why));
  json_object_set_new(json, "mend", json_text(f->mend));
  return json;
}

static json_t *placed_json(const struct finding *f) {
  json_t *json = finding_json(f);
  json_object_set_new(json, "file", json_text(f->file));
  json_object_set_new(json, "line", f->line > 0 ? json_integer(f->line) : json_null());
  return json;
}

json_t *lint_doubtful_json(const struct lint *lint) {
  json_t *list = json_array();
  const struct finding **sorted = lint_by_rule(lint);
  for (uint32_t i = 0; i < lint->findings; i++) {
    json_array_append_new(list, finding_json(sorted[i]));
  }
  return list;
}

json_t *lint_json(const struct lint *lint) {
  json_t *json = json_object(), *list = json_array();
  for (uint32_t i = 0; i < lint->findings; i++) {
    json_array_append_new(list, placed_json(&lint->finding[i]));
  }
  json_object_set_new(json, "schema", json_integer(JSON_SCHEMA));
  json_object_set_new(json, "scenario", json_text(lint->scenario->name));
  json_object_set_new(json, "findings", list);
  return json;
}
