/* archsim report: one HTML file on results. */
#include "command.h"
#include "output.h"
#include "report_html.h"
#include "results_file.h"

int cmd_report(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  const char *path = options->argument[0],
             *to = options->out != NULL ? options->out : "report.html";
  enum results_kind kind;
  if (results_file_is_scenario(path)) {
    error_set(&err, "%s is a scenario: archsim run %s --report %s", path, path, to);
    return command_fail(EXIT_USAGE, &err);
  }
  json_t *tree = results_file_read(path, &kind, &err);
  if (tree == NULL) return command_fail(EXIT_USAGE, &err);
  bool ok = output_check(to, &err) && report_html_check(&err) && report_html_write(tree, to, &err);
  json_decref(tree);
  return ok ? EXIT_GOALS_MET : command_fail(EXIT_INTERNAL, &err);
}
