#include "trace_json.h"

#include <glib.h>
#include <inttypes.h>

#include "format.h"
#include "key_history.h"
#include "trace_keep.h"

static const char *component_name(const struct results *results, uint32_t member) {
  uint32_t id = results->traces->member[member].component;
  return results->scenario->spec.component[id].name;
}

/* "db", or "web[2]"; to be freed. */
static gchar *member_name(const struct results *results, uint32_t member) {
  uint32_t index = results->traces->member[member].index;
  const char *name = component_name(results, member);
  return index > 0 ? g_strdup_printf("%s[%u]", name, index) : g_strdup(name);
}

/* An attempt that is not answered yet, or never. */
static const char *outcome_of(const struct kept_span *span) {
  return span->ended ? outcome_name[span->outcome] : "unanswered";
}

static const char *part_of(enum part part) {
  return part == PART_WAIT ? "wait" : part_defs[part].name;
}

static const char *op_of(const struct results *results, const struct kept_span *span) {
  return results->scenario->spec.op[span->op];
}

/* --- Chrome --------------------------------------------------------------------------------- */

static json_t *microseconds(uint64_t ns) {
  return json_real((double)ns / 1e3);
}

static void add_name(json_t *events, const char *what, uint32_t pid, uint32_t tid,
                     const char *name) {
  json_t *event = json_object(), *args = json_object();
  json_object_set_new(args, "name", json_text(name));
  json_object_set_new(event, "name", json_text(what));
  json_object_set_new(event, "ph", json_text("M"));
  json_object_set_new(event, "pid", json_integer(pid));
  json_object_set_new(event, "tid", json_integer(tid));
  json_object_set_new(event, "args", args);
  json_array_append_new(events, event);
}

static json_t *add_slice(json_t *events, uint32_t pid, uint32_t tid, const char *name,
                         const char *category, uint64_t from_ns, uint64_t until_ns) {
  json_t *event = json_object();
  json_object_set_new(event, "name", json_text(name));
  json_object_set_new(event, "cat", json_text(category));
  json_object_set_new(event, "ph", json_text("X"));
  json_object_set_new(event, "pid", json_integer(pid));
  json_object_set_new(event, "tid", json_integer(tid));
  json_object_set_new(event, "ts", microseconds(from_ns));
  json_object_set_new(event, "dur", microseconds(until_ns - from_ns));
  json_array_append_new(events, event);
  return event;
}

static void add_chrome_span(const struct results *results, const struct kept_request *r,
                            uint32_t pid, uint32_t index, json_t *events) {
  const struct kept_span *span = &r->span[index];
  gchar *callee = member_name(results, span->callee), *maker = member_name(results, span->maker);
  add_name(events, "thread_name", pid, index + 1, index == 0 ? "request" : callee);
  gchar *name = g_strdup_printf("%s %s", callee, op_of(results, span));
  json_t *slice = add_slice(events, pid, index + 1, name, index == 0 ? "request" : "call",
                            span->from_ns, span->until_ns);
  json_t *args = json_object();
  json_object_set_new(args, "outcome", json_text(outcome_of(span)));
  json_object_set_new(args, "from", json_text(maker));
  json_object_set_new(args, "to", json_text(callee));
  json_object_set_new(slice, "args", args);
  for (uint32_t i = 0; i < span->n; i++) {
    const struct kept_segment *s = &r->segment[span->first + i];
    add_slice(events, pid, index + 1, part_of(s->part), "part", s->from_ns, s->until_ns);
  }
  g_free(name);
  g_free(callee);
  g_free(maker);
}

/* A process of its own, with a thread for each store and each of its copies. */
static void add_key(const struct results *results, uint32_t pid, json_t *events) {
  const struct key_history *keys = results->keys;
  const struct spec *spec = &results->scenario->spec;
  gchar *name = keys->beyond > 0 ? g_strdup_printf("data key %u, the first %u events of %" PRIu64,
                                                   keys->item, keys->n, keys->n + keys->beyond)
                                 : g_strdup_printf("data key %u", keys->item);
  add_name(events, "process_name", pid, 0, name);
  g_free(name);
  GHashTable *named = g_hash_table_new(NULL, NULL);
  for (uint32_t i = 0; i < keys->n; i++) {
    const struct key_event *e = &keys->event[i];
    uint32_t tid = e->component * 1024 + e->copy + 1;
    if (g_hash_table_add(named, GUINT_TO_POINTER(tid))) {
      const char *of = spec->component[e->component].name;
      bool several = e->copy > 0 && spec->component[e->component].instances > 1;
      name = several ? g_strdup_printf("%s[%u]", of, e->copy) : g_strdup(of);
      add_name(events, "thread_name", pid, tid, name);
      g_free(name);
    }
    json_t *event = json_object(), *args = json_object();
    json_object_set_new(event, "name", json_text(key_what_name[e->what]));
    json_object_set_new(event, "cat", json_text("key"));
    json_object_set_new(event, "ph", json_text("i"));
    json_object_set_new(event, "s", json_text("t"));
    json_object_set_new(event, "pid", json_integer(pid));
    json_object_set_new(event, "tid", json_integer(tid));
    json_object_set_new(event, "ts", microseconds(e->at_ns));
    json_object_set_new(args, "version", json_integer(e->version));
    if (e->what == KEY_READ) json_object_set_new(args, "behind", json_integer(e->behind));
    json_object_set_new(event, "args", args);
    json_array_append_new(events, event);
  }
  g_hash_table_destroy(named);
}

static json_t *chrome(const struct results *results) {
  const struct trace_keep *keep = results->traces;
  json_t *tree = json_object(), *events = json_array();
  uint32_t pid = 0;
  for (int reason = 0; reason < KEEP_REASONS; reason++) {
    for (uint32_t i = 0; i < keep->n[reason]; i++) {
      const struct kept_request *r = &keep->request[reason][i];
      gchar *name =
          g_strdup_printf("%s %u: %s of %s, %s", keep_reason_name[reason], i + 1,
                          op_of(results, r->span), component_name(results, r->span[0].callee),
                          format_value(UNIT_SECONDS, (double)r->latency_ns / 1e9).text);
      add_name(events, "process_name", ++pid, 0, name);
      g_free(name);
      for (uint32_t k = 0; k < r->spans; k++) add_chrome_span(results, r, pid, k, events);
    }
  }
  if (results->keys != NULL) add_key(results, ++pid, events);
  json_object_set_new(tree, "traceEvents", events);
  json_object_set_new(tree, "displayTimeUnit", json_text("ms"));
  return tree;
}

/* --- OpenTelemetry -------------------------------------------------------------------------- */

static json_t *attribute(const char *key, const char *value) {
  json_t *attribute = json_object(), *any = json_object();
  json_object_set_new(any, "stringValue", json_text(value));
  json_object_set_new(attribute, "key", json_text(key));
  json_object_set_new(attribute, "value", any);
  return attribute;
}

static json_t *time_text(uint64_t ns) {
  return json_sprintf("%" PRIu64, ns);
}

/* A request may be kept for two reasons: its spans have other numbers in each. */
static json_t *span_id(const struct kept_request *r, uint32_t index) {
  uint64_t id = rng_mix(r->hash ^ ((uint64_t)r->reason << 32 | (index + 1)));
  return json_sprintf("%016" PRIx64, id != 0 ? id : 1);
}

static json_t *otlp_events(const struct kept_request *r, const struct kept_span *span) {
  json_t *events = json_array();
  for (uint32_t i = 0; i < span->n; i++) {
    const struct kept_segment *s = &r->segment[span->first + i];
    json_t *event = json_object();
    json_object_set_new(event, "timeUnixNano", time_text(s->from_ns));
    json_object_set_new(event, "name", json_text(part_of(s->part)));
    json_array_append_new(events, event);
  }
  return events;
}

static json_t *otlp_span(const struct results *results, const struct kept_request *r,
                         uint32_t index) {
  enum { KIND_SERVER = 2, KIND_CLIENT = 3, STATUS_OK = 1, STATUS_ERROR = 2 };
  const struct kept_span *span = &r->span[index];
  json_t *tree = json_object(), *status = json_object(), *attributes = json_array();
  gchar *member = member_name(results, span->callee);
  json_object_set_new(tree, "traceId",
                      json_sprintf("%016" PRIx64 "%016" PRIx64, (uint64_t)r->reason + 1, r->hash));
  json_object_set_new(tree, "spanId", span_id(r, index));
  if (index > 0) json_object_set_new(tree, "parentSpanId", span_id(r, span->parent));
  json_object_set_new(tree, "name", json_text(op_of(results, span)));
  json_object_set_new(tree, "kind", json_integer(index == 0 ? KIND_CLIENT : KIND_SERVER));
  json_object_set_new(tree, "startTimeUnixNano", time_text(span->from_ns));
  json_object_set_new(tree, "endTimeUnixNano", time_text(span->until_ns));
  json_array_append_new(attributes, attribute("archsim.member", member));
  json_array_append_new(attributes, attribute("archsim.outcome", outcome_of(span)));
  if (index == 0) {
    json_array_append_new(attributes, attribute("archsim.chosen", keep_reason_name[r->reason]));
  }
  json_object_set_new(tree, "attributes", attributes);
  json_object_set_new(tree, "events", otlp_events(r, span));
  bool ok = span->ended && span->outcome == OUTCOME_OK;
  json_object_set_new(status, "code", json_integer(ok ? STATUS_OK : STATUS_ERROR));
  json_object_set_new(tree, "status", status);
  g_free(member);
  return tree;
}

/* The spans of one component: what OpenTelemetry calls a resource. */
static json_t *otlp_resource(const struct results *results, uint32_t component) {
  const struct trace_keep *keep = results->traces;
  json_t *spans = json_array();
  for (int reason = 0; reason < KEEP_REASONS; reason++) {
    for (uint32_t i = 0; i < keep->n[reason]; i++) {
      const struct kept_request *r = &keep->request[reason][i];
      for (uint32_t k = 0; k < r->spans; k++) {
        if (keep->member[r->span[k].callee].component != component) continue;
        json_array_append_new(spans, otlp_span(results, r, k));
      }
    }
  }
  json_t *tree = json_object(), *resource = json_object(), *attributes = json_array();
  json_t *scopes = json_array(), *scope_spans = json_object(), *scope = json_object();
  const char *name = results->scenario->spec.component[component].name;
  json_array_append_new(attributes, attribute("service.name", name));
  json_object_set_new(resource, "attributes", attributes);
  json_object_set_new(scope, "name", json_text("archsim"));
  json_object_set_new(scope, "version", json_text(ARCHSIM_VERSION));
  json_object_set_new(scope_spans, "scope", scope);
  json_object_set_new(scope_spans, "spans", spans);
  json_array_append_new(scopes, scope_spans);
  json_object_set_new(tree, "resource", resource);
  json_object_set_new(tree, "scopeSpans", scopes);
  return tree;
}

static json_t *otlp(const struct results *results) {
  json_t *tree = json_object(), *resources = json_array();
  for (uint32_t c = 0; c < results->scenario->spec.components; c++) {
    json_array_append_new(resources, otlp_resource(results, c));
  }
  json_object_set_new(tree, "resourceSpans", resources);
  return tree;
}

json_t *trace_json(const struct results *results, enum trace_format format) {
  switch (format) {
    case TRACE_CHROME:
      return chrome(results);
    case TRACE_OTLP:
      return otlp(results);
  }
  return NULL;
}
