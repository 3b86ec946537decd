/* Aim: no scenario file can crash, hang or fool the loader. Each file in tests/cli/hostile says in
 * its first line what its one-sentence refusal has to contain; each is loaded in a child of its
 * own, which has to end by itself with exit code 2. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenario.h"

#define CHILDREN 4  /* at once */
#define SECONDS 200 /* for one child on a busy machine; the loader's own limit is 5 of CPU time */
#define FILES_MAX 400

struct attempt {
  char file[300], expected[200];
  pid_t child;
  int output; /* read end of its standard error */
};

/* In the child: loads the file, says the sentence, leaves with the code of `archsim check`. */
static _Noreturn void load_and_leave(const char *file) {
  struct error err = {"no message"};
  alarm(SECONDS);
  struct scenario *scenario = scenario_load(file, NULL, 0, &err);
  if (scenario == NULL) fprintf(stderr, "%s\n", err.text);
  _exit(scenario ? 0 : 2);
}

static void begin(struct attempt *a) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  fflush(NULL);
  a->child = fork();
  assert_true(a->child >= 0);
  if (a->child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    load_and_leave(a->file);
  }
  close(ends[1]);
  a->output = ends[0];
}

/* Whether the child ended as it should; prints what is wrong otherwise. */
static bool end(struct attempt *a) {
  char text[4096];
  size_t used = 0;
  for (ssize_t got; used < sizeof text - 1; used += (size_t)got) {
    got = read(a->output, text + used, sizeof text - 1 - used);
    if (got <= 0) break;
  }
  text[used] = '\0';
  close(a->output);
  int status = 0;
  waitpid(a->child, &status, 0);
  bool ok = true;
  if (WIFSIGNALED(status)) {
    print_error("%s: killed by signal %d\n", a->file, WTERMSIG(status));
    ok = false;
  } else if (WEXITSTATUS(status) != 2) {
    print_error("%s: exit code %d\n", a->file, WEXITSTATUS(status));
    ok = false;
  }
  if (!strstr(text, a->expected)) {
    print_error("%s: expected \"%s\"\n", a->file, a->expected);
    ok = false;
  }
  size_t newline = strcspn(text, "\n");
  if (text[newline] == '\0' || text[newline + 1] != '\0') {
    print_error("%s: not one line\n", a->file);
    ok = false;
  }
  for (size_t i = 0; i < newline; i++) ok = ok && (unsigned char)text[i] >= 0x20;
  if (!strstr(text, ".lua")) {
    print_error("%s: names no file\n", a->file);
    ok = false;
  }
  if (!ok) print_error("%s: said: %s\n", a->file, text);
  return ok;
}

static void run_all(struct attempt *attempts, size_t n) {
  size_t begun = 0;
  int failed = 0;
  for (size_t i = 0; i < n; i++) {
    while (begun < n && begun < i + CHILDREN) begin(&attempts[begun++]);
    if (!end(&attempts[i])) failed++;
  }
  assert_int_equal(failed, 0);
}

/* The first line says "-- expect: TEXT"; a file that cannot say it is listed here. */
static void read_expectation(struct attempt *a) {
  const char *name = strrchr(a->file, '/') + 1;
  if (!strcmp(name, "bytecode.lua")) {
    snprintf(a->expected, sizeof a->expected, "is compiled Lua");
    return;
  }
  FILE *file = fopen(a->file, "r");
  assert_non_null(file);
  char line[200] = "";
  if (fgets(line, sizeof line, file) == NULL) line[0] = '\0';
  fclose(file);
  line[strcspn(line, "\n")] = '\0';
  if (strncmp(line, "-- expect: ", 11) != 0) fail_msg("%s says no expectation", a->file);
  snprintf(a->expected, sizeof a->expected, "%s", line + 11);
}

static int by_file(const void *a, const void *b) {
  return strcmp(((const struct attempt *)a)->file, ((const struct attempt *)b)->file);
}

static void test_files(void **state) {
  (void)state;
  const char *source = getenv("ARCHSIM_SOURCE");
  char folder[200];
  snprintf(folder, sizeof folder, "%s/tests/cli/hostile", source ? source : ".");
  DIR *list = opendir(folder);
  if (list == NULL) fail_msg("%s cannot be read; set ARCHSIM_SOURCE", folder);
  static struct attempt attempts[FILES_MAX];
  size_t n = 0;
  for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
    size_t length = strlen(entry->d_name);
    if (length < 5 || strcmp(entry->d_name + length - 4, ".lua") != 0) continue;
    assert_true(n < FILES_MAX && length < 90);
    snprintf(attempts[n].file, sizeof attempts[n].file, "%s/%.90s", folder, entry->d_name);
    read_expectation(&attempts[n++]);
  }
  closedir(list);
  assert_true(n >= 90); /* the folder is the right one */
  qsort(attempts, n, sizeof *attempts, by_file);
  run_all(attempts, n);
}

/* --- what is no plain file ------------------------------------------------------------------ */

static char own[64];

static int own_make(void **state) {
  (void)state;
  snprintf(own, sizeof own, "/tmp/archsim-test-XXXXXX");
  return mkdtemp(own) ? 0 : -1;
}

static int own_remove(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "rm -rf '%s'", own);
  return system(command);
}

static void write_own(const char *name, const char *text, size_t size) {
  char path[200];
  snprintf(path, sizeof path, "%s/%s", own, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, size, file), size);
  fclose(file);
}

static const char base[] =
    "client \"c\" { arrivals = poisson \"1/s\", target = \"s\" }\nservice \"s\" {}\n";

static void make_strange_files(void) {
  char path[200];
  snprintf(path, sizeof path, "%s/fifo.lua", own);
  assert_int_equal(mkfifo(path, 0600), 0);
  snprintf(path, sizeof path, "%s/folder.lua", own);
  assert_int_equal(mkdir(path, 0700), 0);
  snprintf(path, sizeof path, "%s/link.lua", own);
  assert_int_equal(symlink("/dev/zero", path), 0);
  snprintf(path, sizeof path, "%s/out", own);
  assert_int_equal(symlink("/etc", path), 0);
  static char spaces[(1 << 20) + 1];
  memset(spaces, ' ', sizeof spaces);
  write_own("large.lua", spaces, sizeof spaces);
  write_own("includes_fifo.lua", "include \"fifo.lua\"", 18);
  write_own("includes_link.lua", "include \"link.lua\"", 18);
  write_own("includes_folder_link.lua", "include \"out/passwd\"", 20);
}

static void test_strange_files(void **state) {
  (void)state;
  static const char *const files[][2] = {
      {"fifo.lua", "is not a regular file"},
      {"folder.lua", "is a folder"},
      {"link.lua", "is not a regular file"},
      {"gone.lua", "cannot be read"},
      {"large.lua", "is larger than the limit of 1 MiB"},
      {"includes_fifo.lua", "is not a regular file"},
      {"includes_link.lua", "outside the scenario's folder"},
      {"includes_folder_link.lua", "outside the scenario's folder"},
  };
  enum { N = sizeof files / sizeof *files };
  static struct attempt attempts[N];
  make_strange_files();
  for (size_t i = 0; i < N; i++) {
    snprintf(attempts[i].file, sizeof attempts[i].file, "%s/%s", own, files[i][0]);
    snprintf(attempts[i].expected, sizeof attempts[i].expected, "%s", files[i][1]);
  }
  run_all(attempts, N);
}

/* A file of exactly the largest size loads: the limit is the size that is said. */
static void test_largest_file(void **state) {
  (void)state;
  static char text[1 << 20];
  memset(text, ' ', sizeof text);
  memcpy(text, base, sizeof base - 1);
  write_own("largest.lua", text, sizeof text);
  char path[200];
  snprintf(path, sizeof path, "%s/largest.lua", own);
  struct error err = {"no message"};
  struct scenario *scenario = scenario_load(path, NULL, 0, &err);
  if (scenario == NULL) fail_msg("%s", err.text);
  scenario_free(scenario);
}

/* Loading leaves no trace: neither a timer that strikes later nor a changed signal handler. */
static void test_leaves_no_trace(void **state) {
  (void)state;
  write_own("good.lua", base, sizeof base - 1);
  char path[200];
  snprintf(path, sizeof path, "%s/good.lua", own);
  struct sigaction before, after;
  sigaction(SIGXCPU, NULL, &before);
  for (int i = 0; i < 20; i++) {
    struct error err = {"no message"};
    struct scenario *scenario = scenario_load(path, NULL, 0, &err);
    assert_non_null(scenario);
    scenario_free(scenario);
  }
  sigaction(SIGXCPU, NULL, &after);
  assert_true(before.sa_handler == after.sa_handler);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_files),
      cmocka_unit_test(test_strange_files),
      cmocka_unit_test(test_largest_file),
      cmocka_unit_test(test_leaves_no_trace),
  };
  return cmocka_run_group_tests(tests, own_make, own_remove);
}
