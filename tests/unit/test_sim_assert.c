/* Aim: a kind's mistake about calls ends the program with a sentence that names the component, the
 * time and the seed, whichever mistake it is. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"
#include "harness.h"

/* A call that waits at the second member of a group at 1 ms. */
static struct frame *a_call(struct run *run) {
  uint32_t slot;
  for (struct frame *f = frame_first(run->sim, &slot); f; f = frame_following(run->sim, &slot)) {
    if (frame_is_handled(f)) return f;
  }
  fail_msg("no call is there");
  return NULL;
}

static void answers_twice(struct sim *sim, struct frame *call) {
  call_reply(sim, call, OUTCOME_OK);
  call_reply(sim, call, OUTCOME_OK);
}

static void works_after_answer(struct sim *sim, struct frame *call) {
  call_reply(sim, call, OUTCOME_OK);
  call_work(sim, &sim->member[frame_callee(call)], call, MS);
}

static void sends_what_it_got(struct sim *sim, struct frame *call) {
  call_send(sim, call, &sim->member[frame_callee(call)], TIME_NEVER);
}

static void calls_for_another(struct sim *sim, struct frame *call) {
  call_new(sim, &sim->member[frame_callee(call) - 1], call);
}

static void detaches_an_answer(struct sim *sim, struct frame *call) {
  call_reply(sim, call, OUTCOME_OK);
  call_detach(sim, call);
}

static void goes_back(struct sim *sim, struct frame *call) {
  (void)call;
  sim_run(sim, 0);
}

/* What the child that makes the mistake says before it ends. */
static void last_words(void (*mistake)(struct sim *, struct frame *), struct run *run, char *text,
                       size_t size) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    mistake(run->sim, a_call(run));
    _exit(0);
  }
  close(ends[1]);
  size_t n = 0;
  for (ssize_t got; n + 1 < size && (got = read(ends[0], text + n, size - 1 - n)) > 0;) {
    n += (size_t)got;
  }
  text[n] = 0;
  close(ends[0]);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    void (*mistake)(struct sim *, struct frame *);
    const char *where, *what;
  } cases[] = {
      {answers_twice, " in recorder \"s[2]\"", "answered"},
      {works_after_answer, " in recorder \"s[2]\"", "answered"},
      {sends_what_it_got, " in recorder \"s[2]\"", "sent twice"},
      {calls_for_another, " in recorder \"s[1]\"", "not here"},
      {detaches_an_answer, " in recorder \"s[2]\"", "no rest"},
      {goes_back, "internal error at", "forwards"},
  };
  struct shot shots[] = {{.to = "s", .member = 2}};
  struct recorder mute = {.mute = true};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 1);
  scene_add_recorder(scene, "s", 2, &mute);
  struct run run = run_begin(scene, 42, 0, S);
  assert_true(sim_run(run.sim, MS));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[512];
    last_words(cases[i].mistake, &run, text, sizeof text);
    print_message("  %s", text);
    assert_non_null(strstr(text, "archsim: internal error"));
    assert_non_null(strstr(text, cases[i].where));
    assert_non_null(strstr(text, "at 0.001000000 s, seed 42, replication 0"));
    assert_non_null(strstr(text, cases[i].what));
  }
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_mistakes)};
  return cmocka_run_group_tests_name("sim_assert", tests, NULL, NULL);
}
