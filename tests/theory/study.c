/* The studies of statistics.h by themselves: study DIR [--quick] [--markdown], or only
 * the coverage of intervals on unquiet systems: study DIR --intervals [NAME] [--markdown] */
#include <string.h>

#include "statistics.h"

int main(int argc, char **argv) {
  bool quick = false, markdown = false, intervals = false;
  const char *only = NULL;
  if (argc < 2) {
    return fprintf(stderr, "usage: study DIR [--quick | --intervals [NAME]] [--markdown]\n"), 2;
  }
  for (int i = 2; i < argc; i++) {
    quick |= strcmp(argv[i], "--quick") == 0;
    markdown |= strcmp(argv[i], "--markdown") == 0;
    if (strcmp(argv[i], "--intervals") != 0) continue;
    intervals = true;
    if (i + 1 < argc && argv[i + 1][0] != '-') only = argv[++i];
  }
  if (intervals) return statistics_intervals(argv[1], only, markdown, stdout) ? 0 : 1;
  return statistics_study(argv[1], quick, markdown, stdout) ? 0 : 1;
}
