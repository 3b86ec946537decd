/* A topology as text for graphviz: components by what they do, zones and regions as boxes around
 * them, paths' latencies and measured loads on the arrows.
 *
 * It is made from the tree of "topology" (topology.h), and from metrics where there are any. Names
 * are data: they stand in quoted labels of HTML entities and never name a node, a file or a link.
 */
#ifndef TOPOLOGY_DOT_H
#define TOPOLOGY_DOT_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* What the lines and letters of the drawing are coloured with; svg_inline turns it into the colour
 * of the text around the picture. */
#define DOT_INK "#010101"

/* Widest first: labels are measured with one of these and shown with one, maybe not the same. */
#define DOT_FONT "DejaVu Sans,Verdana,Helvetica,Arial,sans-serif"

/* The DOT text, to be freed with g_free. `metrics` of the results, or NULL: a scenario that was not
 * run. `prefix` begins each id. `down`: from top to bottom, for narrow pages; else from left to
 * right.
 */
char *topology_dot(const json_t *topology, const json_t *metrics, const char *prefix, bool down);

#endif
