#!/bin/sh
# Turns templates into a table in C, so that the program finds them wherever it is installed.
#
#   plots/embed.sh OUTPUT NAME.gp...
set -eu
output=$1
shift
{
  echo '/* Made by plots/embed.sh from the templates of plots/. */'
  echo '#include "plot_template.h"'
  echo 'const struct plot_template plot_templates[] = {'
  for file; do
    printf '    {"%s",\n' "$(basename -- "$file" .gp)"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/     "/' -e 's/$/\\n"/' -- "$file"
    echo '    },'
  done
  echo '    {0},'
  echo '};'
} >"$output"
