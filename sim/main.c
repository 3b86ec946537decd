/* archsim: the program. Everything is in the table of commands (sim/run/cli/command.h). */
#include <locale.h>
#include <stdio.h>

#include "command.h"
#include "signals.h"

int main(int argc, char **argv) {
  /* Only the alphabet follows the user's locale; numbers look the same everywhere. */
  setlocale(LC_CTYPE, "");
  setvbuf(stderr, NULL, _IOLBF, BUFSIZ); /* a line at a time */
  signals_install();
  return command_main(argc, (const char *const *)argv);
}
