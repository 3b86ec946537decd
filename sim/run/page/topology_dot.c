#include "topology_dot.h"

#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "registry.h"
#include "results_tree.h"
#include "sim.h"

#define ERROR_COLOUR "#d55e00" /* vermillion of Okabe and Ito: seen by everybody, on any ground */
#define BORDER_COLOUR "#808080"
#define BEGIN_LEAST 0.01 /* fewer failures that begin at an edge are not shown */

struct drawing {
  GString *out;
  const json_t *topology, *metrics, *components;
  const char *prefix;
  bool down;      /* drawn from top to bottom: labels stand beside their lines, close to them */
  double busiest; /* largest number of calls a second on an edge */
  bool known;     /* where failures began */
};

/* Text in a label: dot puts a node's name where it reads "\\N", so each backslash is doubled. */
static void put_label(GString *out, const char *text) {
  gchar **parts = g_strsplit(text, "\\", -1);
  for (gchar **part = parts; *part != NULL; part++) {
    if (part != parts) g_string_append(out, "\\\\");
    html_text(out, *part);
  }
  g_strfreev(parts);
}

/* --- places --------------------------------------------------------------------------------- */

static const char *region_of(const struct drawing *d, const char *zone) {
  const json_t *zones = json_object_get(d->topology, "zones");
  for (size_t i = 0; i < json_array_size(zones); i++) {
    const json_t *entry = json_array_get(zones, i);
    if (strcmp(tree_text(entry, "name"), zone) == 0) return tree_text(entry, "region");
  }
  return "";
}

static const char *zone_at(const json_t *component, size_t i) {
  const char *zone = json_string_value(json_array_get(json_object_get(component, "zones"), i));
  return zone != NULL ? zone : "";
}

static size_t zones_of(const json_t *component) {
  return json_array_size(json_object_get(component, "zones"));
}

/* The zone that the whole component lives in, or "". */
static const char *only_zone(const json_t *component) {
  return zones_of(component) == 1 ? zone_at(component, 0) : "";
}

/* The region that all of its zones lie in, or "". */
static const char *only_region(const struct drawing *d, const json_t *component) {
  const char *region = zones_of(component) > 0 ? region_of(d, zone_at(component, 0)) : "";
  for (size_t i = 1; i < zones_of(component); i++) {
    if (strcmp(region_of(d, zone_at(component, i)), region) != 0) return "";
  }
  return region;
}

/* --- paths ---------------------------------------------------------------------------------- */

/* As the network does: component beats zone beats region; 0: the place is elsewhere. */
static int match(const struct drawing *d, const char *place, const json_t *component,
                 const char *zone) {
  if (place[0] == '\0') return 0;
  if (strcmp(place, tree_text(component, "name")) == 0) return 3;
  if (strcmp(place, zone) == 0) return 2;
  return strcmp(place, region_of(d, zone)) == 0 ? 1 : 0;
}

static int rank(int from, int to) {
  return from == 0 || to == 0 ? 0 : (from + to) * 4 + MAX(from, to);
}

/* Latency of the most specific path between two members; 0 without a path. */
static double latency_between(const struct drawing *d, const json_t *from, const char *from_zone,
                              const json_t *to, const char *to_zone) {
  const json_t *paths = json_object_get(d->topology, "paths");
  double latency_s = 0;
  int best = 0;
  for (size_t i = 0; i < json_array_size(paths); i++) {
    const json_t *path = json_array_get(paths, i);
    const char *a = tree_text(path, "from"), *b = tree_text(path, "to");
    int forwards = rank(match(d, a, from, from_zone), match(d, b, to, to_zone));
    int backwards = tree_true(path, "one_way")
                        ? 0
                        : rank(match(d, b, from, from_zone), match(d, a, to, to_zone));
    if (MAX(forwards, backwards) <= best) continue;
    best = MAX(forwards, backwards);
    latency_s = tree_number(path, "latency_s");
  }
  return latency_s;
}

/* The smallest and largest latency between members of two components. */
static void latency_range(const struct drawing *d, const json_t *from, const json_t *to,
                          double *least, double *most) {
  *least = INFINITY;
  *most = 0;
  for (size_t i = 0; i < MAX(zones_of(from), 1); i++) {
    for (size_t k = 0; k < MAX(zones_of(to), 1); k++) {
      double s = latency_between(d, from, zone_at(from, i), to, zone_at(to, k));
      if (isnan(s)) continue;
      *least = fmin(*least, s);
      *most = fmax(*most, s);
    }
  }
}

/* --- components ----------------------------------------------------------------------------- */

/* By what a kind is declared to do, so that a new kind needs no entry anywhere. */
static const char *shape_of(const char *name) {
  const struct kind *kind = registry_find(name);
  if (kind == NULL) return "box";
  if (kind->is_source) return "ellipse";
  if (kind->keeps_data) return "cylinder";
  if (kind->keeps_messages) return "cds";
  for (const struct param *p = kind->params; p != NULL && p->name != NULL; p++) {
    if (p->type == PARAM_REFS) return "hexagon";
  }
  return "box";
}

static void put_zones(const struct drawing *d, const json_t *component) {
  if (zones_of(component) < 2) return;
  g_string_append(d->out, "<br/><font point-size=\"10\">in ");
  for (size_t i = 0; i < zones_of(component) && i < 4; i++) {
    if (i > 0) g_string_append(d->out, ", ");
    put_label(d->out, zone_at(component, i));
  }
  if (zones_of(component) > 4) g_string_append(d->out, ", ...");
  g_string_append(d->out, "</font>");
}

/* How much more of the time than the mean the busiest member is busy for it to be told. */
#define BUSIER 0.1
#define MEMBERS_MOST 100000u

/* ", 31.6 % busy", and how busy the busiest member is where the mean hides it. */
static void put_busy(const struct drawing *d, const char *name, double instances) {
  double busy = tree_metric(d->metrics, name, "utilization"), most = 0;
  if (isnan(busy)) return;
  g_string_append_printf(d->out, ", %s busy", format_value(UNIT_RATIO, busy).text);
  for (uint32_t i = 1; i <= instances && i <= MEMBERS_MOST; i++) {
    gchar *member = g_strdup_printf("%s[%u]", name, i);
    double own = tree_metric(d->metrics, member, "utilization");
    g_free(member);
    if (own > most) most = own;
  }
  if (instances > 1 && most > busy + BUSIER) {
    g_string_append_printf(d->out, ",<br/>the busiest member %s",
                           format_value(UNIT_RATIO, most).text);
  }
}

static void put_node(const struct drawing *d, size_t number) {
  const json_t *c = json_array_get(d->components, number);
  double instances = tree_number(c, "instances");
  g_string_append_printf(d->out, "n%zu [id=\"%s-n%zu\" shape=%s label=<<b>", number, d->prefix,
                         number, shape_of(tree_text(c, "kind")));
  put_label(d->out, tree_has_text(c, "name") ? tree_text(c, "name") : "?");
  double copies = tree_number(c, "copies");
  if (copies > 1 && instances > copies) {
    g_string_append_printf(d->out, " %.0fx%.0f", instances / copies, copies);
  } else if (instances > 1) {
    g_string_append_printf(d->out, " x%.0f", instances);
  }
  g_string_append(d->out, "</b><br/><font point-size=\"10\">");
  const char *kind = tree_has_text(c, "composed") ? "composed" : "kind";
  put_label(d->out, tree_has_text(c, kind) ? tree_text(c, kind) : "?");
  put_busy(d, tree_text(c, "name"), instances);
  g_string_append(d->out, "</font>");
  put_zones(d, c);
  g_string_append(d->out, ">]\n");
}

/* Those of one zone; of a region but of none of its zones alone; or, both "", of neither. */
static bool lies_in(const struct drawing *d, const json_t *component, const char *region,
                    const char *zone) {
  return strcmp(only_zone(component), zone) == 0 && strcmp(only_region(d, component), region) == 0;
}

static bool put_nodes(const struct drawing *d, const char *region, const char *zone, bool write) {
  bool any = false;
  for (size_t i = 0; i < json_array_size(d->components); i++) {
    if (!lies_in(d, json_array_get(d->components, i), region, zone)) continue;
    if (write) put_node(d, i);
    any = true;
  }
  return any;
}

static void open_cluster(const struct drawing *d, const char *what, size_t number,
                         const char *name) {
  g_string_append_printf(d->out,
                         "subgraph cluster_%s%zu {\nid=\"%s-%s%zu\" style=\"rounded,dashed\" "
                         "color=\"" BORDER_COLOUR "\" label=<%s ",
                         what, number, d->prefix, what, number, what);
  put_label(d->out, name);
  g_string_append(d->out, ">\n");
}

static void put_zones_of_region(const struct drawing *d, const char *region) {
  const json_t *zones = json_object_get(d->topology, "zones");
  for (size_t i = 0; i < json_array_size(zones); i++) {
    const char *name = tree_text(json_array_get(zones, i), "name");
    if (strcmp(tree_text(json_array_get(zones, i), "region"), region) != 0) continue;
    if (name[0] == '\0' || !put_nodes(d, region, name, false)) continue;
    open_cluster(d, "zone", i, name);
    put_nodes(d, region, name, true);
    g_string_append(d->out, "}\n");
  }
}

static void put_places(const struct drawing *d) {
  const json_t *zones = json_object_get(d->topology, "zones");
  put_nodes(d, "", "", true);
  put_zones_of_region(d, "");
  for (size_t i = 0; i < json_array_size(zones); i++) {
    const char *region = tree_text(json_array_get(zones, i), "region");
    bool first = region[0] != '\0';
    for (size_t k = 0; k < i && first; k++) {
      first = strcmp(tree_text(json_array_get(zones, k), "region"), region) != 0;
    }
    if (!first) continue;
    open_cluster(d, "region", i, region);
    put_nodes(d, region, "", true);
    put_zones_of_region(d, region);
    g_string_append(d->out, "}\n");
  }
}

/* --- edges ---------------------------------------------------------------------------------- */

static int find_component(const struct drawing *d, const char *name) {
  for (size_t i = 0; i < json_array_size(d->components); i++) {
    if (strcmp(tree_text(json_array_get(d->components, i), "name"), name) == 0) return (int)i;
  }
  return -1;
}

static void new_line(GString *label) {
  if (label->len > 0) g_string_append(label, "<br/>");
}

static void add_latency(const struct drawing *d, GString *label, const json_t *from,
                        const json_t *to) {
  double least, most;
  latency_range(d, from, to, &least, &most);
  if (!(most > 0)) return;
  new_line(label);
  if (least < most) g_string_append_printf(label, "%s to ", format_value(UNIT_SECONDS, least).text);
  g_string_append(label, format_value(UNIT_SECONDS, most).text);
}

/* The share of calls that failed, of those that a measured edge carried. */
static double error_share(const json_t *edge) {
  double calls = tree_number(edge, "calls_per_s"), errors = tree_number(edge, "errors_per_s");
  return calls > 0 && errors > 0 ? fmin(errors / calls, 1) : 0;
}

static void add_load(GString *label, const json_t *edge) {
  double calls = tree_number(edge, "calls_per_s"), failed = error_share(edge);
  if (isnan(calls)) return;
  new_line(label);
  g_string_append_printf(label, "%s%s", tree_true(edge, "exact") ? "" : "~",
                         format_value(UNIT_PER_SECOND, calls).text);
  if (failed > 0) {
    new_line(label);
    g_string_append_printf(label, "%s%s failed", tree_true(edge, "exact") ? "" : "~",
                           format_value(UNIT_RATIO, failed).text);
  }
  double begins = tree_number(edge, "failures_begin");
  if (!(begins >= BEGIN_LEAST)) return;
  new_line(label);
  g_string_append_printf(label, "<b>%s of failures begin here</b>",
                         format_value(UNIT_RATIO, begins).text);
}

/* Line width grows with the root of the load: a tenth of it is still to be seen. A part of the line
 * as long as the share of failed calls is red, at its beginning: the head of the arrow is too large
 * to stand for a small share. Where it is known at which edges failures began, these alone. */
static void put_line(const struct drawing *d, const json_t *edge) {
  double calls = tree_number(edge, "calls_per_s"), failed = error_share(edge);
  double width = calls > 0 && d->busiest > 0 ? 1 + 4 * sqrt(calls / d->busiest) : 1;
  g_string_append_printf(d->out, " penwidth=%.2f", d->down ? 1 + (width - 1) / 3 : width);
  bool begins = tree_number(edge, "failures_begin") >= BEGIN_LEAST;
  if (d->known && !begins) return; /* it only passes them on */
  if (failed >= 0.995 || (begins && !(failed > 0))) {
    g_string_append(d->out, " color=\"" ERROR_COLOUR "\"");
  } else if (failed > 0) {
    double shown = fmax(failed, 0.02);
    g_string_append_printf(d->out, " color=\"" ERROR_COLOUR ";%.3f:" DOT_INK ";%.3f\"", shown,
                           1 - shown);
  }
}

static bool begins_known(const json_t *edges) {
  for (size_t i = 0; i < json_array_size(edges); i++) {
    if (tree_number(json_array_get(edges, i), "failures_begin") >= BEGIN_LEAST) return true;
  }
  return false;
}

static void put_edge(const struct drawing *d, size_t number) {
  const json_t *edge = json_array_get(json_object_get(d->topology, "edges"), number);
  int from = find_component(d, tree_text(edge, "from"));
  int to = find_component(d, tree_text(edge, "to"));
  if (from < 0 || to < 0) return;
  GString *label = g_string_new(NULL);
  add_latency(d, label, json_array_get(d->components, (size_t)from),
              json_array_get(d->components, (size_t)to));
  add_load(label, edge);
  g_string_append_printf(d->out, "n%d -> n%d [id=\"%s-e%zu\"", from, to, d->prefix, number);
  put_line(d, edge);
  /* The last line keeps the label off the arrow. */
  if (label->len > 0) {
    g_string_append_printf(d->out, " label=<%s<br/><font point-size=\"5\"> </font>>", label->str);
  }
  g_string_append(d->out, "]\n");
  g_string_free(label, TRUE);
}

/* What a control does to a component: no calls. */
static void put_action(const struct drawing *d, size_t number) {
  const json_t *action = json_array_get(json_object_get(d->topology, "actions"), number);
  int from = find_component(d, tree_text(action, "from"));
  int to = find_component(d, tree_text(action, "to"));
  if (from < 0 || to < 0) return;
  g_string_append_printf(d->out, "n%d -> n%d [id=\"%s-a%zu\" style=dashed label=\"%s\"]\n", from,
                         to, d->prefix, number, tree_text(action, "action"));
}

/* Whose cores a component takes: no calls, either. */
static void put_host(const struct drawing *d, size_t number) {
  const json_t *lodging = json_array_get(json_object_get(d->topology, "hosts"), number);
  int from = find_component(d, tree_text(lodging, "component"));
  int to = find_component(d, tree_text(lodging, "host"));
  if (from < 0 || to < 0) return;
  g_string_append_printf(
      d->out, "n%d -> n%d [id=\"%s-h%zu\" style=dotted arrowhead=none label=\"runs on\"]\n", from,
      to, d->prefix, number);
}

static double busiest_edge(const json_t *edges) {
  double most = 0;
  for (size_t i = 0; i < json_array_size(edges); i++) {
    most = fmax(most, tree_number(json_array_get(edges, i), "calls_per_s"));
  }
  return most;
}

/* Below the drawing: what the tilde means. Last, since boxes inherit what stands before them. */
static void put_note(const struct drawing *d, const json_t *edges) {
  double sampled = 0;
  for (size_t i = 0; i < json_array_size(edges); i++) {
    sampled = fmax(sampled, tree_number(json_array_get(edges, i), "sampled"));
  }
  if (!(sampled > 0)) return;
  g_string_append_printf(d->out, "labelloc=b label=\"~ from up to %s sampled requests\"\n",
                         format_count(sampled).text);
}

char *topology_dot(const json_t *topology, const json_t *metrics, const char *prefix, bool down) {
  const json_t *edges = json_object_get(topology, "edges");
  struct drawing d = {
      .out = g_string_new(NULL),
      .topology = topology,
      .metrics = metrics,
      .components = json_object_get(topology, "components"),
      .prefix = prefix,
      .down = down,
      .busiest = busiest_edge(edges),
      .known = begins_known(edges),
  };
  g_string_append_printf(d.out,
                         "digraph {\nid=\"%s\" rankdir=%s ranksep=0.7 nodesep=0.4 pad=0.1\n"
                         "graph [fontname=\"" DOT_FONT
                         "\" fontsize=11 "
                         "fontcolor=\"" DOT_INK
                         "\" bgcolor=transparent]\n"
                         "node [fontname=\"" DOT_FONT "\" fontsize=13 color=\"" DOT_INK
                         "\" fontcolor=\"" DOT_INK
                         "\" margin=\"0.18,0.08\"]\n"
                         "edge [fontname=\"" DOT_FONT "\" fontsize=11 color=\"" DOT_INK
                         "\" fontcolor=\"" DOT_INK "\" arrowsize=0.7]\n",
                         prefix, down ? "TB" : "LR");
  put_places(&d);
  for (size_t i = 0; i < json_array_size(edges); i++) put_edge(&d, i);
  const json_t *actions = json_object_get(topology, "actions");
  for (size_t i = 0; i < json_array_size(actions); i++) put_action(&d, i);
  const json_t *hosts = json_object_get(topology, "hosts");
  for (size_t i = 0; i < json_array_size(hosts); i++) put_host(&d, i);
  put_note(&d, edges);
  g_string_append(d.out, "}\n");
  return g_string_free(d.out, FALSE);
}
