#include "manual.h"

#include <glib.h>
#include <string.h>

#include "option_table.h"
#include "registry.h"
#include "roff.h"
#include "sim.h"

#define EXIT_HEAD "Exit code: "

/* --- roff ------------------------------------------------------------------------------------ */

static void section(const char *title, FILE *out) {
  fprintf(out, ".SH %s\n", title);
}

static void put_line(const char *macro, const char *text, FILE *out) {
  fputs(macro, out);
  roff_text(text, out);
  fputc('\n', out);
}

static void put_option(const struct option_info *o, FILE *out) {
  fputs(".TP\n", out);
  if (o->letter != '\0') fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
  fputs("\\fB\\-\\-", out);
  roff_text(o->name, out);
  fputs("\\fR", out);
  if (o->value != NULL) {
    fputs(" \\fI", out);
    roff_text(o->value, out);
    fputs("\\fR", out);
  }
  fputc('\n', out);
  put_line("", o->doc, out);
}

static void put_options(const char *accepted, FILE *out) {
  struct option_info option[OPTIONS_MAX];
  uint32_t n = options_list(accepted, option);
  for (uint32_t i = 0; i < n; i++) put_option(&option[i], out);
}

/* "Exit code: 0 goals met, 1 a goal failed." stands at the end of a command's help. */
static void put_description(const struct command *command, FILE *out) {
  const char *codes = strstr(command->help, EXIT_HEAD);
  gchar *text = codes != NULL ? g_strndup(command->help, (gsize)(codes - command->help))
                              : g_strdup(command->help);
  section("DESCRIPTION", out);
  put_line("", g_strchomp(text), out);
  g_free(text);
  section("OPTIONS", out);
  put_options(command->options, out);
  if (codes == NULL) return;
  section("EXIT STATUS", out);
  put_line("", codes + strlen(EXIT_HEAD), out);
}

static void put_examples(const struct command *command, FILE *out) {
  section("EXAMPLES", out);
  fputs(".nf\n", out);
  for (size_t i = 0; i < G_N_ELEMENTS(command->examples); i++) {
    put_line("", command->examples[i], out);
  }
  fputs(".fi\n", out);
}

static void command_page(const struct command *command, FILE *out) {
  gchar *title = g_ascii_strup(command->name, -1);
  fprintf(out, ".TH ARCHSIM\\-%s 1 \"\" \"archsim %s\" \"archsim manual\"\n", title,
          ARCHSIM_VERSION);
  g_free(title);
  section("NAME", out);
  fprintf(out, "archsim\\-%s \\- ", command->name);
  put_line("", command->summary, out);
  section("SYNOPSIS", out);
  fprintf(out, "\\fBarchsim %s\\fR [\\fIOPTION\\fR]... ", command->name);
  put_line("", command->arguments, out);
  put_description(command, out);
  put_examples(command, out);
  section("SEE ALSO", out);
  fputs("\\fBarchsim\\fR(1)\n", out);
}

static void program_page(const struct kinds *kinds, FILE *out) {
  fprintf(out, ".TH ARCHSIM 1 \"\" \"archsim %s\" \"archsim manual\"\n", ARCHSIM_VERSION);
  section("NAME", out);
  fputs("archsim \\- simulate system architectures: availability, tail latency, throughput\n", out);
  section("SYNOPSIS", out);
  fputs("\\fBarchsim\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n", out);
  section("DESCRIPTION", out);
  fputs(
      "Runs scenarios, short Lua files that describe clients, load balancers, services,\n"
      "caches, databases, paths and faults, and prints what users would see, with\n"
      "confidence intervals.\n",
      out);
  section("COMMANDS", out);
  for (const struct command *c = commands; c->name != NULL; c++) {
    fprintf(out, ".TP\n\\fBarchsim\\-%s\\fR(1)\n", c->name);
    put_line("", c->summary, out);
  }
  section("KINDS OF COMPONENTS", out);
  for (uint32_t i = 0; i < kinds->n; i++) {
    fprintf(out, ".TP\n\\fBarchsim\\-%s\\fR(7)\n", kinds->kind[i]->name);
    put_line("", kinds->kind[i]->summary, out);
  }
  section("EXIT STATUS", out);
  fputs(
      "0 goals met, 1 a goal failed, 2 usage or scenario error, 3 incomplete results,\n"
      "4 internal or input/output error, 130 and 143 ended by a signal.\n",
      out);
  section("ENVIRONMENT", out);
  fputs(".TP\n\\fBNO_COLOR\\fR\nIf it is set and not empty, no colours are used.\n", out);
  section("SEE ALSO", out);
  for (const struct command *c = commands; c->name != NULL; c++) {
    fprintf(out, "\\fBarchsim\\-%s\\fR(1)%s\n", c->name, c[1].name != NULL ? "," : "");
  }
}

void manual_page(const struct command *command, const struct kinds *kinds, FILE *out) {
  if (command != NULL) {
    command_page(command, out);
  } else {
    program_page(kinds, out);
  }
}

/* --- completion ------------------------------------------------------------------------------ */

/* All names and texts come from our own tables: words without quotes or blanks. */

static void put_words(const struct command *command, FILE *out) {
  struct option_info option[OPTIONS_MAX];
  uint32_t n = options_list(command->options, option);
  fprintf(out, "    %s) options='", command->name);
  for (uint32_t i = 0; i < n; i++) {
    fprintf(out, "%s--%s", i > 0 ? " " : "", option[i].name);
    if (option[i].letter != '\0') fprintf(out, " -%c", option[i].letter);
  }
  fputs("' ;;\n", out);
}

/* What follows an option, by the shape of its value in the help. */
static void put_value(const struct option_info *o, FILE *out) {
  if (o->value == NULL) return;
  fprintf(out, "    --%s", o->name);
  if (o->letter != '\0') fprintf(out, " | -%c", o->letter);
  fputs(") ", out);
  if (o->words != NULL) {
    fprintf(out, "_archsim_words '%s'", o->words);
  } else if (strncmp(o->value, "NAME=", 5) == 0) {
    fputs("_archsim_params", out);
  } else if (strcmp(o->value, "FILE") == 0 || strcmp(o->value, "DIR") == 0) {
    fputs("_archsim_files ''", out);
  } else {
    fputs(":", out);
  }
  fputs("; return ;;\n", out);
}

static void put_functions(FILE *out) {
  fputs(
      "# bash completion of archsim; written by archsim help --completion\n\n"
      "_archsim_words() {\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
      "}\n\n"
      "# Files, with a pattern only those and folders.\n"
      "_archsim_files() {\n"
      "  if [[ $1 ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -f -X \"!$1\" -- \"$cur\"; compgen -d -- \"$cur\")\n"
      "  else\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
      "  fi\n"
      "  compopt -o filenames 2>/dev/null\n"
      "}\n\n"
      "# Parameters that the scenario on the command line declares.\n"
      "_archsim_params() {\n"
      "  local word names=\n"
      "  for word in \"${COMP_WORDS[@]}\"; do\n"
      "    [[ $word == *.lua && -f $word ]] || continue\n"
      "    names+=\" $(sed -nE "
      "'s/.*param[[:space:]]*\\{[[:space:]]*\"([A-Za-z0-9_-]+)\".*/\\1=/p' \"$word\")\"\n"
      "  done\n"
      "  _archsim_words \"$names\"\n"
      "  compopt -o nospace 2>/dev/null\n"
      "}\n\n",
      out);
}

static void put_begin(FILE *out) {
  fputs(
      "_archsim() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} options=\n"
      "  COMPREPLY=()\n"
      "  # bash takes --json=x apart at the sign\n"
      "  if [[ $cur == = ]]; then\n"
      "    cur=\n"
      "  elif [[ $prev == = ]] && ((COMP_CWORD > 2)); then\n"
      "    prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
      "  fi\n"
      "  if ((COMP_CWORD == 1)); then\n    _archsim_words '",
      out);
  for (const struct command *c = commands; c->name != NULL; c++) fprintf(out, "%s ", c->name);
  fputs("help --help --version'\n    return\n  fi\n", out);
}

static void put_arguments(const struct kinds *kinds, FILE *out) {
  fputs("  case ${COMP_WORDS[1]} in\n    help) _archsim_words '", out);
  for (const struct command *c = commands; c->name != NULL; c++) fprintf(out, "%s ", c->name);
  fputs("' ;;\n    describe) _archsim_words '", out);
  for (uint32_t i = 0; i < kinds->n; i++) {
    fprintf(out, "%s%s", i > 0 ? " " : "", kinds->kind[i]->name);
  }
  fputs("' ;;\n", out);
  for (const struct command *c = commands; c->name != NULL; c++) {
    if (strncmp(c->arguments, "FILE", 4) != 0) continue;
    fprintf(out, "    %s) _archsim_files '*.lua' ;;\n", c->name);
  }
  fputs("    *) _archsim_files '' ;;\n  esac\n}\n\ncomplete -F _archsim archsim\n", out);
}

void manual_completion(const struct kinds *kinds, FILE *out) {
  struct option_info option[OPTIONS_MAX];
  uint32_t n = options_list(NULL, option);
  put_functions(out);
  put_begin(out);
  fputs("  case $prev in\n", out);
  for (uint32_t i = 0; i < n; i++) put_value(&option[i], out);
  fputs("  esac\n  if [[ $cur == -* ]]; then\n    case ${COMP_WORDS[1]} in\n", out);
  for (const struct command *c = commands; c->name != NULL; c++) put_words(c, out);
  fputs("    esac\n    _archsim_words \"$options\"\n    return\n  fi\n", out);
  put_arguments(kinds, out);
}
