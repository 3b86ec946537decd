/* The studies of statistics.h by themselves: study DIR [--quick] [--markdown] */
#include <string.h>

#include "statistics.h"

int main(int argc, char **argv) {
  bool quick = false, markdown = false;
  if (argc < 2) return fprintf(stderr, "usage: study DIR [--quick] [--markdown]\n"), 2;
  for (int i = 2; i < argc; i++) {
    quick |= strcmp(argv[i], "--quick") == 0;
    markdown |= strcmp(argv[i], "--markdown") == 0;
  }
  return statistics_study(argv[1], quick, markdown, stdout) ? 0 : 1;
}
