/* What is due at some time, first the earliest; of the same time in the order in which it was said.
 */
#include "arena.h"
#include "topic_state.h"

static bool before(const struct due *a, const struct due *b) {
  return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->number < b->number;
}

void dues_push(struct dues *dues, struct due due) {
  if (dues->n == dues->capacity) {
    dues->capacity = dues->capacity ? 2 * dues->capacity : 64;
    dues->heap = mem_resize(dues->heap, dues->capacity * sizeof *dues->heap);
  }
  due.number = dues->number++;
  uint32_t i = dues->n++;
  for (; i > 0 && before(&due, &dues->heap[(i - 1) / 2]); i = (i - 1) / 2) {
    dues->heap[i] = dues->heap[(i - 1) / 2];
  }
  dues->heap[i] = due;
}

bool dues_pop(struct dues *dues, uint64_t now_ns, struct due *out) {
  if (dues->n == 0 || dues->heap[0].at_ns > now_ns) return false;
  *out = dues->heap[0];
  struct due last = dues->heap[--dues->n];
  uint32_t i = 0;
  for (;;) {
    uint32_t child = 2 * i + 1;
    if (child >= dues->n) break;
    child += child + 1 < dues->n && before(&dues->heap[child + 1], &dues->heap[child]);
    if (!before(&dues->heap[child], &last)) break;
    dues->heap[i] = dues->heap[child];
    i = child;
  }
  if (dues->n > 0) dues->heap[i] = last;
  return true;
}

static bool is_about_a_letter(enum due_what what) {
  switch (what) {
    case DUE_DELAY:
    case DUE_RETURN:
    case DUE_VISIBLE:
    case DUE_POLL:
    case DUE_EXPIRES:
    case DUE_TRY:
      return true;
    case DUE_OPENS:
    case DUE_ADMITS:
    case DUE_SESSION:
    case DUE_SILENT:
    case DUE_BEAT:
      return false;
  }
  return true;
}

void dues_forget_letters(struct dues *dues) {
  uint32_t n = dues->n;
  dues->n = 0;
  for (uint32_t i = 0; i < n; i++) {
    struct due due = dues->heap[i];
    if (!is_about_a_letter(due.what)) dues_push(dues, due);
  }
}
