/* Rules about the sizes of requests and answers. */
#include <stdlib.h>

#include "arena.h"
#include "lint.h"

enum { REQUEST = 1, ANSWER = 2 };

/* By node: whether somebody says how large the requests that come to it are, and their answers. */
struct sizes {
  const struct call_graph *graph;
  uint8_t *known;
};

/* What a call's maker said holds for who passes the call on, too. */
static void spread(struct sizes *sizes, uint32_t id, unsigned said) {
  if ((sizes->known[id] & said) == said) return;
  sizes->known[id] |= (uint8_t)said;
  const struct call_node *node = &sizes->graph->node[id];
  const struct kind *kind = node_spec(sizes->graph, node)->kind;
  if (kind->message_bytes || kind->message_partitions) return; /* it makes calls of its own */
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    if (node->edge[k].to != NO_NODE) spread(sizes, node->edge[k].to, said);
  }
}

static void say(struct lint *lint, uint32_t component, unsigned missing) {
  lint_add_component(lint, component)->what =
      missing == REQUEST  ? "its work goes by the bytes of requests, and none has any"
      : missing == ANSWER ? "its work goes by the bytes of answers, and none has any"
                          : "its work goes by bytes, and neither requests nor answers have any";
}

void lint_no_bytes(struct lint *lint) {
  const struct call_graph *graph = lint->graph;
  if (!graph->complete) return;
  struct sizes sizes = {.graph = graph, .known = mem_zeroed(graph->nodes + 1, 1)};
  for (uint32_t i = 0; i < graph->nodes; i++) {
    const struct call_node *node = &graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct outline_call *call = &node->outline.call[k];
      unsigned said = (call->request_sized ? REQUEST : 0) | (call->answer_sized ? ANSWER : 0);
      if (said && node->edge[k].to != NO_NODE) spread(&sizes, node->edge[k].to, said);
    }
  }
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    unsigned wanted = 0, known = 0;
    for (const struct call_node *node = node_of(graph, c); node;
         node = node->next == NO_NODE ? NULL : &graph->node[node->next]) {
      unsigned here =
          (node->outline.by_request ? REQUEST : 0) | (node->outline.by_answer ? ANSWER : 0);
      wanted |= here;
      known |= here & sizes.known[node - graph->node];
    }
    /* Of both together one is enough: the other may well be nothing. */
    if (wanted && !known) say(lint, c, wanted);
  }
  free(sizes.known);
}
