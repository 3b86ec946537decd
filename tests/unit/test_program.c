/* Programs as steps write them: blocks land where they are put with their jumps and calls moved
 * along, draws are numbered by position, and a program that grows too long says so. */
#include "harness.h"
#include "program.h"
#include "step.h"

static struct assembler begin(struct arena *arena, uint32_t *budget) {
  return (struct assembler){.arena = arena, .budget = budget};
}

/* CALL 7 (on failure: 3); JUMP 4; WORK; (4) */
static struct block sample(struct arena *arena, uint32_t *budget) {
  struct assembler to = begin(arena, budget);
  assemble(&to, STEP_CALL);
  *assemble_call(&to) = (struct program_call){.component = 7, .times = 1};
  assemble(&to, STEP_JUMP);
  assemble_jump_here(&to, 0);
  assemble(&to, STEP_WORK);
  assemble_jump_here(&to, 1);
  return (struct block){true, assemble_program(&to)};
}

static void test_block(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  uint32_t budget = 100;
  struct block block = sample(arena, &budget);
  assert_int_equal(budget, 96);
  struct assembler to = begin(arena, &budget);
  assemble(&to, STEP_PARALLEL);
  *assemble_call(&to) = (struct program_call){.component = 1, .times = 1};
  *assemble_call(&to) = (struct program_call){.component = 2, .times = 1};
  assemble(&to, STEP_WORK);
  assemble_block(&to, &block);
  assemble_block(&to, &block);
  struct program p = assemble_program(&to);
  assert_false(to.full);
  assert_int_equal(p.steps, 8);
  assert_int_equal(p.calls, 4);
  assert_int_equal(p.step[0].count, 2);
  for (uint32_t base = 2; base <= 5; base += 3) {
    assert_int_equal(p.step[base].kind, STEP_CALL);
    assert_int_equal(p.step[base].target, base + 2);
    assert_int_equal(p.step[base].count, 1);
    assert_int_equal(p.step[base].first, base == 2 ? 2 : 3);
    assert_int_equal(p.call[p.step[base].first].component, 7);
    assert_int_equal(p.step[base + 1].target, base + 3);
  }
  assert_int_equal(p.step[1].ordinal, 0); /* the first, second and third piece of work */
  assert_int_equal(p.step[4].ordinal, 1);
  assert_int_equal(p.step[7].ordinal, 2);
  arena_free(arena);
}

static void test_full(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  uint32_t budget = 5;
  struct block block = sample(arena, &budget);
  struct assembler to = begin(arena, &budget);
  assemble_block(&to, &block);
  assert_true(to.full);
  assert_int_equal(to.steps, 1);
  arena_free(arena);
}

/* What the scenario language needs of every definition. */
static void test_definitions(void **state) {
  (void)state;
  for (uint32_t i = 0; steps[i]; i++) {
    const struct word_def *word = &steps[i]->word;
    if (i > 0) assert_true(strcmp(steps[i - 1]->word.name, word->name) < 0);
    assert_int_equal(word->role, ROLE_STEP);
    assert_true(word->usage && word->doc && steps[i]->compile);
    assert_false(word->subject && word->items);
    assert_ptr_equal(strstr(word->usage, word->name), word->usage);
    uint32_t keys = 0;
    for (const struct param *p = word->params; p && p->name; p++) keys++;
    assert_true(keys <= 64); /* bits of step_place.given */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_block),
      cmocka_unit_test(test_full),
      cmocka_unit_test(test_definitions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
